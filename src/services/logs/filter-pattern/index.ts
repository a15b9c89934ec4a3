// Filter patterns of CloudWatch Logs: the syntax of FilterLogEvents, TestMetricFilter and metric filters. Pure: a pattern
// is read once and then asked about messages. What it costs to ask is bounded by the message's length.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { fault } from "../../../kernel/index.ts"
import { readJsonPattern } from "./json.ts"
import { PatternRefused, Scanner } from "./scanner.ts"
import { each, readSelector } from "./select.ts"
import { readSpaceDelimited } from "./space-delimited.ts"
import { readTerms } from "./terms.ts"

/** A pattern that was read. */
export interface FilterPattern {
  readonly kind: "everything" | "terms" | "json" | "space-delimited"
  readonly matches: (message: string) => boolean
  /** The values of the fields of a message that matches: AWS gives them for space-delimited patterns only. */
  readonly extract: (message: string) => Readonly<Record<string, string>>
  /** The names of its fields, when it is space-delimited. */
  readonly names: ReadonlySet<string>
  /** How many regular expressions it has. */
  readonly regexes: number
  /** What a character of a message costs, compared with looking for a word. */
  readonly weight: number
}

/** AWS: "Maximum length of 1024". */
export const longestPattern = 1024

/** The pattern of a text; `what` is what AWS calls it when it is none. */
export const filterPatternOf = (text: string, what: "filter pattern" | "metric filter pattern"): FilterPattern => {
  try {
    return read(text.trim())
  } catch (thrown) {
    if (!(thrown instanceof PatternRefused)) throw thrown
    throw fault("InvalidParameterException", thrown.words ?? `Invalid ${what}`)
  }
}

/** Whether `$name`, `$3` or `$.member` is a field that messages which match the pattern can give one value for. */
export const namesField = ({ kind, names }: FilterPattern, text: string): boolean => {
  if (kind === "space-delimited") return /^\$[1-9]\d*$/.test(text) || (text.startsWith("$") && names.has(text.slice(1)))
  if (kind !== "json") return false
  try {
    const scanner = new Scanner(text)
    const selector = readSelector(scanner)
    return scanner.ended && !selector.includes(each)
  } catch (thrown) {
    if (thrown instanceof PatternRefused) return false
    throw thrown
  }
}

const nothing = () => ({})
const noNames: ReadonlySet<string> = new Set()

const read = (text: string): FilterPattern => {
  if (text === "") {
    return { kind: "everything", matches: () => true, extract: nothing, names: noNames, regexes: 0, weight: 0 }
  }
  const scanner = new Scanner(text)
  /** Reading JSON and taking a line apart cost several times what a search does. */
  const cost = (base: number) => ({
    regexes: scanner.regexes.length,
    weight: scanner.regexes.reduce((sum, regex) => sum + 4 * regex.words, base),
  })
  if (scanner.take("{")) {
    if (!text.endsWith("}")) throw new PatternRefused("If a filter pattern starts with '{' it must end with '}'")
    const matches = readJsonPattern(scanner)
    return { kind: "json", matches, extract: nothing, names: noNames, ...cost(8) }
  }
  if (scanner.take("[")) {
    // The same words as with braces: from memory.
    if (!text.endsWith("]")) throw new PatternRefused("If a filter pattern starts with '[' it must end with ']'")
    return { kind: "space-delimited", ...readSpaceDelimited(scanner), ...cost(8) }
  }
  const matches = readTerms(scanner)
  return { kind: "terms", matches, extract: nothing, names: noNames, ...cost(1) }
}
