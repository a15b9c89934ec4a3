// Patterns of rule conditions: `*` is any characters, none too, `?` is one, a backslash takes the meaning from what
// follows. Compiled once; most become a comparison of strings. Pure.

/** What a pattern says that every match has, for indexes. */
export interface Wildcard {
  readonly test: (text: string) => boolean
  /** Matches are this text exactly. */
  readonly exact?: string
  /** Matches begin so; "" when that says nothing. */
  readonly prefix: string
  /** Matches end so. */
  readonly suffix: string
}

/** One character that may be any, in a compiled piece; nothing in a head may be it. */
const anyOne = "\u0000"

export const compileWildcard = (pattern: string, options: { ignoreCase: boolean }): Wildcard => {
  const pieces = piecesOf(options.ignoreCase ? pattern.toLowerCase() : pattern)
  const test = testOf(pieces)
  const first = pieces[0] ?? ""
  const fixed = { prefix: beforeAny(first), suffix: afterAny(pieces.at(-1) ?? "") }
  const plain = pieces.length === 1 && !first.includes(anyOne) ? { exact: first } : {}
  return { test: options.ignoreCase ? (text) => test(text.toLowerCase()) : test, ...plain, ...fixed }
}

const beforeAny = (piece: string) => piece.slice(0, piece.includes(anyOne) ? piece.indexOf(anyOne) : undefined)
const afterAny = (piece: string) => piece.slice(piece.lastIndexOf(anyOne) + 1)

/** What stands between the stars. */
const piecesOf = (pattern: string): readonly string[] => {
  const pieces = [""]
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern.charAt(i)
    if (char === "*") {
      // Several stars in a row say the same as one.
      if (pieces.length === 1 || pieces.at(-1) !== "") pieces.push("")
      continue
    }
    if (char === "?") char = anyOne
    else if (char === "\\" && i + 1 < pattern.length) char = pattern.charAt(++i)
    pieces[pieces.length - 1] += char
  }
  return pieces
}

const testOf = (pieces: readonly string[]): ((text: string) => boolean) => {
  const [first = "", second = "", third = ""] = pieces
  if (!pieces.some((piece) => piece.includes(anyOne))) {
    if (pieces.length === 1) return (text) => text === first
    if (pieces.length === 2 && second === "") return (text) => text.startsWith(first)
    if (pieces.length === 2)
      return (text) => text.length >= first.length + second.length && text.startsWith(first) && text.endsWith(second)
    if (pieces.length === 3 && first === "" && third === "") return (text) => text.includes(second)
  }
  return (text) => matchPieces(pieces, text)
}

/** Each piece at the first place where it fits behind the one before: no place is ever tried twice for a piece. */
const matchPieces = (pieces: readonly string[], text: string): boolean => {
  const first = pieces[0] ?? ""
  if (pieces.length === 1) return text.length === first.length && fits(first, text, 0)
  const last = pieces.at(-1) ?? ""
  const end = text.length - last.length
  if (end < first.length || !fits(first, text, 0) || !fits(last, text, end)) return false
  let at = first.length
  for (let i = 1; i < pieces.length - 1; i++) {
    const piece = pieces[i] ?? ""
    while (at + piece.length <= end && !fits(piece, text, at)) at++
    if (at + piece.length > end) return false
    at += piece.length
  }
  return true
}

const fits = (piece: string, text: string, at: number): boolean => {
  if (at + piece.length > text.length) return false
  for (let i = 0; i < piece.length; i++) {
    const wanted = piece.charCodeAt(i)
    if (wanted !== 0 && wanted !== text.charCodeAt(at + i)) return false
  }
  return true
}
