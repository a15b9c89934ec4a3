// Patterns for JSON: `{ $.level = "ERROR" && ($.code >= 500 || $.retry NOT EXISTS) }`.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
import { readCondition, readExpression, type Test } from "./conditions.ts"
import { PatternRefused, type Scanner } from "./scanner.ts"
import { each, readSelector, type Selector, select } from "./select.ts"

/** AWS: "up to three wildcard selectors in a filter pattern with compound expressions". */
const mostWildcards = 3

/** A message that is JSON. */
interface Document {
  readonly root: unknown
  /** The same with every number as it is written: `12.0` is not the text `12`. Made when somebody asks. */
  readonly written: () => unknown
}

/** What a message must be; the scanner stands behind the opening brace, and the closing one is the last of its text. */
export const readJsonPattern = (scanner: Scanner): Test<string> => {
  let wildcards = 0
  const test = readExpression<Document>(scanner, () => {
    const selector = readSelector(scanner)
    if (selector.includes(each)) wildcards++
    scanner.space()
    return readKeyword(scanner, selector) ?? readComparison(scanner, selector)
  })
  scanner.space()
  if (!scanner.take("}") || !scanner.ended) throw scanner.bad()
  if (wildcards > mostWildcards) throw new PatternRefused()
  return (message) => {
    const document = documentOf(message)
    return document !== undefined && test(document)
  }
}

/** AWS: "The variables IS NOT and EXISTS currently aren't supported." */
const readKeyword = (scanner: Scanner, selector: Selector): Test<Document> | undefined => {
  if (scanner.take(/NOT\s+EXISTS(?![A-Za-z0-9_])/y)) return ({ root }) => select(selector, root).length === 0
  const word = scanner.take(/IS\s+(?:NULL|TRUE|FALSE)(?![A-Za-z0-9_])/y)
  if (word === undefined) return undefined
  const wanted = word.endsWith("NULL") ? null : word.endsWith("TRUE")
  return ({ root }) => select(selector, root).includes(wanted)
}

/** A text or a number can be compared; anything else, and what is not there, neither is the same nor differs. */
const readComparison = (scanner: Scanner, selector: Selector): Test<Document> => {
  const condition = readCondition(scanner)
  return ({ root, written }) =>
    select(selector, root).some((value, i) => {
      if (typeof value === "string") return condition({ text: value })
      return typeof value === "number" && condition({ text: String(select(selector, written())[i] ?? value) })
    })
}

const documentOf = (message: string): Document | undefined => {
  // Most messages that are no JSON are seen to be none before an error is made of it.
  if (!/^\s*[{[]/.test(message)) return undefined
  try {
    const root: unknown = JSON.parse(message)
    let written: unknown
    return {
      root,
      written: () => {
        written ??= asWritten(message) ?? root
        return written
      },
    }
  } catch {
    return undefined
  }
}

/** Reading deeply nested JSON with a reviver can end the stack: then numbers are as JavaScript writes them. */
const asWritten = (message: string): unknown => {
  try {
    const reviver = (_key: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" ? (context?.source ?? value) : value
    return JSON.parse(message, reviver as (this: unknown, key: string, value: unknown) => unknown)
  } catch {
    return undefined
  }
}
