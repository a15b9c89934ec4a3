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

const any = -1
const one = -2

interface Variable {
  readonly key: string
  readonly fallback: string | undefined
}
/** A character's code, `any`, `one`, or a variable. */
type Token = number | Variable

const colon = ":".charCodeAt(0)

/** See {@link Pattern}. */
export const compilePattern = (source: string, form: PatternForm): Pattern => {
  const { foldCase = false } = form
  const tokens = tokensOf(foldCase ? source.toLowerCase() : source, form)
  const match = form.arn ? arnPattern(tokens, foldCase) : wholePattern(tokens, foldCase)
  return foldCase ? (text, context) => match(text.toLowerCase(), context) : match
}

const wholePattern = (tokens: readonly Token[], foldCase: boolean): Pattern => {
  if (!tokens.every((token) => typeof token === "number")) {
    return (text, context) => {
      const codes = resolve(tokens, context, foldCase)
      return codes !== undefined && glob(codes, text)
    }
  }
  const codes = tokens as readonly number[]
  const wildAt = codes.findIndex((code) => code < 0)
  if (wildAt < 0) {
    const literal = textOf(codes)
    return (text) => text === literal
  }
  if (wildAt === codes.length - 1 && codes[wildAt] === any) {
    const start = textOf(codes.slice(0, -1))
    return (text) => text.startsWith(start)
  }
  return (text) => glob(codes, text)
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN */
const arnPattern = (tokens: readonly Token[], foldCase: boolean): Pattern => {
  if (tokens.length === 1 && tokens[0] === any) return () => true
  const parts: Token[][] = [[]]
  for (const token of tokens) {
    if (token === colon && parts.length < 6) parts.push([])
    else parts.at(-1)?.push(token)
  }
  // An incomplete ARN stands for all that begin so.
  while (parts.length < 6) parts.push([any])
  const patterns = parts.map((part) => wholePattern(part, foldCase))
  return (text, context) => {
    const pieces = arnParts(text)
    return pieces !== undefined && patterns.every((pattern, i) => pattern(pieces[i] ?? "", context))
  }
}

const arnParts = (text: string): readonly string[] | undefined => {
  const pieces = text.split(":")
  return pieces.length < 6 ? undefined : [...pieces.slice(0, 5), pieces.slice(5).join(":")]
}

const tokensOf = (source: string, { wild, variables }: PatternForm): readonly Token[] => {
  const tokens: Token[] = []
  for (let i = 0; i < source.length; i++) {
    const character = source[i]
    const end = variables && character === "$" && source[i + 1] === "{" ? source.indexOf("}", i) : -1
    if (end > 0) {
      tokens.push(...variable(source.slice(i + 2, end)))
      i = end
    } else if (wild && character === "*") {
      if (tokens.at(-1) !== any) tokens.push(any)
    } else if (wild && character === "?") tokens.push(one)
    else tokens.push(source.charCodeAt(i))
  }
  return tokens
}

/** `${*}`, `${?}` and `${$}` are those characters themselves; `${key, 'text'}` has a default. */
const variable = (body: string): readonly Token[] => {
  if (body === "*" || body === "?" || body === "$") return [body.charCodeAt(0)]
  const comma = body.indexOf(",")
  const quoted = comma < 0 ? undefined : /^\s*'(.*)'\s*$/s.exec(body.slice(comma + 1))
  return [
    { key: (comma < 0 ? body : body.slice(0, comma)).trim().toLowerCase(), fallback: quoted ? quoted[1] : undefined },
  ]
}

/** The codes with values for variables; undefined when one has no value, or several: then nothing matches. */
const resolve = (tokens: readonly Token[], context: Context, foldCase: boolean): number[] | undefined => {
  const codes: number[] = []
  for (const token of tokens) {
    if (typeof token === "number") {
      codes.push(token)
      continue
    }
    const found = context.get(token.key)
    const value = typeof found === "string" ? found : found?.length === 1 ? found[0] : token.fallback
    if (value === undefined) return undefined
    const text = foldCase ? value.toLowerCase() : value
    for (let i = 0; i < text.length; i++) codes.push(text.charCodeAt(i))
  }
  return codes
}

const textOf = (codes: readonly number[]): string => codes.map((code) => String.fromCharCode(code)).join("")

/** Greedy with one place to go back to: the last `*` takes one character more when what follows it does not fit. */
const glob = (codes: readonly number[], text: string): boolean => {
  let at = 0
  let code = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    const wanted = codes[code]
    if (wanted === any) {
      star = code
      resume = at
      code++
    } else if (wanted === one || wanted === text.charCodeAt(at)) {
      at++
      code++
    } else if (star >= 0) {
      code = star + 1
      resume++
      at = resume
    } else return false
  }
  while (codes[code] === any) code++
  return code === codes.length
}
