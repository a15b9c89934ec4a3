// Words of the cluster query language: operators, brackets, and everything else as text, quoted or not.

export type Token =
  | { readonly kind: "word"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "symbol"; readonly text: string }

/** A query that is not one. `message` says where. */
export class QueryError extends Error {
  constructor(message: string) {
    super(message)
    this.name = "QueryError"
  }
}

/** Longest first: `!=` is not `!` and `=`. */
const symbols = [
  "!exists",
  "!in",
  "&&",
  "||",
  "==",
  "!=",
  "=~",
  "!~",
  ">=",
  "<=",
  ">",
  "<",
  "(",
  ")",
  "[",
  "]",
  ",",
  "!",
]
const ends = /[\s()[\],]/

/** A symbol that begins here. `!in` and `!exists` are symbols only as whole words. */
const symbolAt = (text: string, at: number): string | undefined =>
  symbols.find(
    (symbol) =>
      text.startsWith(symbol, at) &&
      (!/[a-z]$/.test(symbol) || /^(\s|\[|\(|\)|$)/.test(text.slice(at + symbol.length))),
  )

/** The words of a query, in order. Throws {@link QueryError} for a quote without its end. */
export const scan = (text: string): readonly Token[] => {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at] ?? ""
    if (/\s/.test(char)) {
      at += 1
      continue
    }
    if (char === "'" || char === '"') {
      const end = text.indexOf(char, at + 1)
      if (end < 0) throw new QueryError(`unterminated ${char} at ${at}`)
      tokens.push({ kind: "word", text: text.slice(at + 1, end), quoted: true })
      at = end + 1
      continue
    }
    const before = tokens.at(-1)
    if (before && isMatch(before)) {
      const end = patternEnd(text, at)
      tokens.push({ kind: "word", text: text.slice(at, end), quoted: false })
      at = end
      continue
    }
    const symbol = symbolAt(text, at)
    if (symbol !== undefined) {
      tokens.push({ kind: "symbol", text: symbol })
      at += symbol.length
      continue
    }
    let end = at
    while (end < text.length && !ends.test(text[end] ?? "") && !startsComparison(text, end)) end += 1
    if (end === at) throw new QueryError(`unexpected '${char}' at ${at}`)
    tokens.push({ kind: "word", text: text.slice(at, end), quoted: false })
    at = end
  }
  return tokens
}

const isMatch = ({ text }: Token): boolean => ["=~", "!~", "matches", "not_matches"].includes(text)

/** An unquoted pattern has its own brackets: it ends at a space, or at one that closes what was opened before it. */
const patternEnd = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? ""
    if (/\s/.test(char)) return at
    if (char === "(" || char === "[") depth += 1
    if (char === ")" || char === "]") depth -= 1
    if (depth < 0) return at
  }
  return text.length
}

/** `a==b` without spaces is three words. */
const startsComparison = (text: string, at: number): boolean =>
  /^(==|!=|=~|!~|>=|<=|>|<|&&|\|\|)/.test(text.slice(at, at + 2))
