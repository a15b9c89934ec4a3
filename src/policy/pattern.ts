// Patterns of policies: `*` and `?`, and policy variables such as `${aws:username}`. Compiled once; matching takes at most
// length times length steps, whatever the pattern is.
import type { Context } from "./context.ts"

/** A compiled pattern. */
export type Pattern = (text: string, context: Context) => boolean

/** How the text of a pattern is read. */
export interface PatternForm {
  /** `*` and `?` stand for other characters. */
  readonly wild: boolean
  /** `${…}` stands for a value of the request: only in documents of version 2012-10-17. */
  readonly variables: boolean
  readonly foldCase?: boolean
  /** Each of the six parts between colons is matched for itself. */
  readonly arn?: boolean
}

/** What a pattern is made of: text that stands for itself, wildcards, and variables. */
type Piece = string | Variable | typeof any | typeof one
const any = Symbol("*")
const one = Symbol("?")

interface Variable {
  readonly key: string
  readonly fallback: string | undefined
}

/** See {@link Pattern}. */
export const compilePattern = (source: string, form: PatternForm): Pattern => {
  const { foldCase = false } = form
  const pieces = piecesOf(foldCase ? source.toLowerCase() : source, form)
  const match = form.arn ? arnPattern(pieces, foldCase) : wholePattern(pieces, foldCase)
  return foldCase ? (text, context) => match(text.toLowerCase(), context) : match
}

const isVariable = (piece: Piece): piece is Variable => typeof piece === "object"

const wholePattern = (pieces: readonly Piece[], foldCase: boolean): Pattern => {
  if (!pieces.some(isVariable)) return fixedPattern(pieces as readonly Exclude<Piece, Variable>[])
  // Most texts end the question at their beginning, before any variable is looked up.
  const [first] = pieces
  const start = typeof first === "string" ? first : ""
  return (text, context) => {
    if (!text.startsWith(start)) return false
    const resolved = resolve(pieces, context, foldCase)
    return resolved !== undefined && fixedPattern(resolved)(text, context)
  }
}

type Fixed = Exclude<Piece, Variable>

/** A pattern without variables, by the simplest means that does it. */
const fixedPattern = (pieces: readonly Fixed[]): Pattern => {
  if (pieces.includes(one)) {
    const symbols = pieces.flatMap<Symbols>((piece) => (typeof piece === "string" ? codesOf(piece) : [piece]))
    return (text) => glob(symbols, text)
  }
  const texts = [""]
  for (const piece of pieces) {
    if (piece === any) texts.push("")
    else texts[texts.length - 1] += piece as string
  }
  const start = texts[0] ?? ""
  if (texts.length === 1) return (text) => text === start
  const end = texts.at(-1) ?? ""
  const middle = texts.slice(1, -1).filter((part) => part !== "")
  if (middle.length === 0 && end === "") return (text) => text.startsWith(start)
  return (text) => {
    if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false
    // Each part as early as it can be: what is left for the others is then the longest.
    let from = start.length
    for (const part of middle) {
      const at = text.indexOf(part, from)
      if (at < 0) return false
      from = at + part.length
    }
    return from <= text.length - end.length
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN */
const arnPattern = (pieces: readonly Piece[], foldCase: boolean): Pattern => {
  if (pieces.length === 1 && pieces[0] === any) return () => true
  const parts: Piece[][] = [[]]
  for (const piece of pieces) {
    if (typeof piece !== "string") {
      parts.at(-1)?.push(piece)
      continue
    }
    const cut = piece.split(":")
    for (let i = 0; i < cut.length; i++) {
      const last = parts.length === 6
      // Colons of the last part belong to it.
      const text = last ? cut.slice(i).join(":") : (cut[i] ?? "")
      if (text !== "") parts.at(-1)?.push(text)
      if (last) break
      if (i < cut.length - 1) parts.push([])
    }
  }
  // An incomplete ARN stands for all that begin so.
  while (parts.length < 6) parts.push([any])
  const patterns = parts.map((part) => wholePattern(part, foldCase))
  return (text, context) => {
    const found = arnParts(text)
    return found !== undefined && patterns.every((pattern, i) => pattern(found[i] ?? "", context))
  }
}

const arnParts = (text: string): readonly string[] | undefined => {
  const parts = text.split(":")
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(":")]
}

const piecesOf = (source: string, { wild, variables }: PatternForm): readonly Piece[] => {
  const pieces: Piece[] = []
  let text = ""
  const add = (piece: Piece) => {
    if (text !== "") pieces.push(text)
    text = ""
    if (piece !== any || pieces.at(-1) !== any) pieces.push(piece)
  }
  for (let i = 0; i < source.length; i++) {
    const character = source[i]
    const end = variables && character === "$" && source[i + 1] === "{" ? source.indexOf("}", i) : -1
    if (end > 0) {
      const found = variable(source.slice(i + 2, end))
      if (typeof found === "string") text += found
      else add(found)
      i = end
    } else if (wild && character === "*") add(any)
    else if (wild && character === "?") add(one)
    else text += character
  }
  if (text !== "") pieces.push(text)
  return pieces
}

/** `${*}`, `${?}` and `${$}` are those characters themselves; `${key, 'text'}` has a default. */
const variable = (body: string): string | Variable => {
  if (body === "*" || body === "?" || body === "$") return body
  const comma = body.indexOf(",")
  const quoted = comma < 0 ? undefined : /^\s*'(.*)'\s*$/s.exec(body.slice(comma + 1))
  const key = (comma < 0 ? body : body.slice(0, comma)).trim().toLowerCase()
  return { key, fallback: quoted?.[1] }
}

/** The pieces with values for variables; undefined when one has no value, or several: then nothing matches. */
const resolve = (pieces: readonly Piece[], context: Context, foldCase: boolean): readonly Fixed[] | undefined => {
  const resolved: Fixed[] = []
  for (const piece of pieces) {
    if (!isVariable(piece)) {
      resolved.push(piece)
      continue
    }
    const found = context.get(piece.key)
    const value = typeof found === "string" ? found : found?.length === 1 ? found[0] : piece.fallback
    if (value === undefined) return undefined
    resolved.push(foldCase ? value.toLowerCase() : value)
  }
  return resolved
}

/** A character's code, or a wildcard. */
type Symbols = number | typeof any | typeof one

const codesOf = (text: string): readonly number[] => Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))

/** Greedy with one place to go back to: the last `*` takes one character more when what follows it does not fit. */
const glob = (symbols: readonly Symbols[], text: string): boolean => {
  let at = 0
  let symbol = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const wanted = symbols[symbol]
    if (wanted === any) {
      star = symbol
      resume = at
      symbol++
    } else if (wanted === one || wanted === text.charCodeAt(at)) {
      at++
      symbol++
    } else if (star >= 0) {
      symbol = star + 1
      resume++
      at = resume
    } else return false
  }
  while (symbols[symbol] === any) symbol++
  return symbol === symbols.length
}
