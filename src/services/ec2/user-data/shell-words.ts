// The words of a shell script, as far as they can be known without running anything: quotes, escapes, literal variables,
// operators and here-documents. What depends on running something is `Unknown`. Pure.

/** A word whose value only a shell could tell: `$(hostname)`, `$1`, `` `…` ``. */
export const unknown = Symbol("unknown")

export type Token =
  | { readonly kind: "word"; readonly text: string | typeof unknown; readonly raw: string }
  | { readonly kind: "operator"; readonly text: string }
  /** The text that comes into a command from the script itself. */
  | { readonly kind: "document"; readonly text: string | typeof unknown }

/** Values of variables that the script has set to literals. */
export type Variables = ReadonlyMap<string, string>

const operators = ["&&", "||", ">>", ";;", ">&", "&>", "<<<", ";", "&", "|", ">", "<", "(", ")", "\n"]
const operatorAt = (text: string, at: number): string | undefined => operators.find((o) => text.startsWith(o, at))

interface Reader {
  readonly text: string
  at: number
}

/** `$NAME`, `${NAME}`; anything else after a dollar sign is unknown. The reader stands behind it afterwards. */
const expand = (reader: Reader, variables: Variables): string | typeof unknown => {
  const rest = reader.text.slice(reader.at)
  const match = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(rest)
  if (!match) {
    reader.at += 1
    if (/^\$[\s"'/.,:]|^\$$/.test(rest)) return "$"
    if (rest.startsWith("$(")) skipParentheses(reader)
    else if (rest.startsWith("${")) skipTo(reader, "}")
    return unknown
  }
  reader.at += match[0].length
  return variables.get(match[1] ?? match[2] ?? "") ?? unknown
}

const skipTo = (reader: Reader, end: string): void => {
  const found = reader.text.indexOf(end, reader.at)
  reader.at = found < 0 ? reader.text.length : found + 1
}

const skipParentheses = (reader: Reader): void => {
  let depth = 0
  for (; reader.at < reader.text.length; reader.at++) {
    if (reader.text[reader.at] === "(") depth++
    if (reader.text[reader.at] === ")" && --depth === 0) break
  }
  reader.at++
}

/** The value of a here-document or of what stands in double quotes. */
export const expandAll = (text: string, variables: Variables): string | typeof unknown => {
  const reader = { text, at: 0 }
  let value = ""
  while (reader.at < text.length) {
    const piece = expandNext(reader, variables)
    if (piece === unknown) return unknown
    value += piece
  }
  return value
}

const expandNext = (reader: Reader, variables: Variables): string | typeof unknown => {
  const char = reader.text[reader.at] ?? ""
  const next = reader.text[reader.at + 1] ?? ""
  if (char === "\\" && /[$`"\\\n]/.test(next)) {
    reader.at += 2
    return next === "\n" ? "" : next
  }
  if (char === "$") return expand(reader, variables)
  reader.at += 1
  if (char !== "`") return char
  skipTo(reader, "`")
  return unknown
}

const doubleQuoted = (reader: Reader, variables: Variables): string | typeof unknown => {
  let value: string | typeof unknown = ""
  reader.at += 1
  while (reader.at < reader.text.length && reader.text[reader.at] !== '"') {
    const piece = expandNext(reader, variables)
    value = value === unknown || piece === unknown ? unknown : value + piece
  }
  reader.at += 1
  return value
}

/** One word from where the reader stands. */
const word = (reader: Reader, variables: Variables): Token => {
  const from = reader.at
  let value: string | typeof unknown = ""
  const add = (piece: string | typeof unknown) => {
    value = value === unknown || piece === unknown ? unknown : value + piece
  }
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at] ?? ""
    if (/\s/.test(char) || operatorAt(reader.text, reader.at)) break
    if (char === "'") {
      const end = reader.text.indexOf("'", reader.at + 1)
      add(reader.text.slice(reader.at + 1, end < 0 ? undefined : end))
      reader.at = end < 0 ? reader.text.length : end + 1
    } else if (char === '"') add(doubleQuoted(reader, variables))
    else if (char === "\\") {
      add(reader.text[reader.at + 1] === "\n" ? "" : (reader.text[reader.at + 1] ?? ""))
      reader.at += 2
    } else add(expandNext(reader, variables))
  }
  return { kind: "word", text: value, raw: reader.text.slice(from, reader.at) }
}

const hereDocument = /^<<(-?)\s*(?:'([^'\n]+)'|"([^"\n]+)"|\\?([^\s;&|<>()'"\\]+))/

/**
 * One line of the script, with the here-documents that begin on it, from where the reader stands. The reader stands
 * behind it afterwards.
 */
export const readLine = (reader: Reader, variables: Variables): Token[] => {
  const tokens: Token[] = []
  const documents: { readonly at: number; readonly end: string; readonly tabs: boolean; readonly literal: boolean }[] =
    []
  while (reader.at < reader.text.length) {
    const rest = reader.text.slice(reader.at)
    const blank = /^(?:[ \t\r]|\\\n)+/.exec(rest)
    if (blank) {
      reader.at += blank[0].length
      continue
    }
    const comment = /^#[^\n]*/.exec(rest)
    if (comment) {
      reader.at += comment[0].length
      continue
    }
    const document = rest.startsWith("<<<") ? undefined : hereDocument.exec(rest)
    if (document) {
      const [all, dash, single, double, bare] = document
      const literal = single !== undefined || double !== undefined || all.includes("\\")
      documents.push({ at: tokens.length, end: single ?? double ?? bare ?? "", tabs: dash === "-", literal })
      tokens.push({ kind: "document", text: unknown })
      reader.at += all.length
      continue
    }
    const operator = operatorAt(reader.text, reader.at)
    if (operator === "\n") break
    if (operator) {
      tokens.push({ kind: "operator", text: operator })
      reader.at += operator.length
    } else tokens.push(word(reader, variables))
  }
  reader.at += 1
  for (const { at, end, tabs, literal } of documents) {
    const lines: string[] = []
    while (reader.at < reader.text.length) {
      const newline = reader.text.indexOf("\n", reader.at)
      const whole = reader.text.slice(reader.at, newline < 0 ? undefined : newline)
      reader.at = newline < 0 ? reader.text.length : newline + 1
      const line = (tabs ? whole.replace(/^\t+/, "") : whole).replace(/\r$/, "")
      if (line === end) break
      lines.push(`${line}\n`)
    }
    const text = lines.join("")
    tokens[at] = { kind: "document", text: literal ? text : expandAll(text, variables) }
  }
  return tokens
}
