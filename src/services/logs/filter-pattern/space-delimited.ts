// Patterns for space-delimited messages: `[ip, user, ..., status = 4* && status != 404, bytes > 1000]`.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
import { readCondition, readExpression, type Subject, type Test } from "./conditions.ts"
import { fieldsOf } from "./fields.ts"
import { PatternRefused, type Scanner } from "./scanner.ts"

/** A field of the pattern; one without a name is only counted. */
interface Wanted {
  readonly name: string | undefined
  readonly test: Test<Subject>
}

/** The names (`$ip`, and `$3` for fields without one) and values of a message that fits. */
export type Extract = (message: string) => ReadonlyMap<string, string> | undefined

/** What a message must be; the scanner stands behind the opening bracket, and the closing one is the last of its text. */
export const readSpaceDelimited = (
  scanner: Scanner,
): { readonly extract: Extract; readonly names: ReadonlySet<string> } => {
  const { before, after } = readFields(scanner)
  const names = new Set([...before, ...(after ?? [])].flatMap((field) => field.name ?? []))
  if (!after) return { names, extract: before.length === 0 ? everyField : fixed(before) }
  return { names, extract: around(before, after) }
}

/** With an ellipsis between them, or at an end. */
const around =
  (before: readonly Wanted[], after: readonly Wanted[]): Extract =>
  (message) => {
    const values = fieldsOf(message).map((field) => field.value)
    const between = values.length - before.length - after.length
    if (between < 0) return undefined
    return extracted(values, [...before, ...Array<Wanted>(between).fill(anyField), ...after])
  }

const anyField: Wanted = { name: undefined, test: () => true }

/** `[]` fits everything. */
const everyField: Extract = (message) => {
  const values = fieldsOf(message).map((field) => field.value)
  return extracted(values, Array<Wanted>(values.length).fill(anyField))
}

/** Without an ellipsis the last field is all that is left: that is what AWS's "blank indicator" is for. */
const fixed =
  (wanted: readonly Wanted[]): Extract =>
  (message) => {
    const first = fieldsOf(message, wanted.length)
    if (first.length < wanted.length) return undefined
    const left = message.slice(first.at(-2)?.end ?? 0).trim()
    const rest = message.slice(first.at(-1)?.end ?? 0).trim() === "" ? first.at(-1)?.value : left
    return extracted([...first.slice(0, -1).map((field) => field.value), rest ?? ""], wanted)
  }

const extracted = (values: readonly string[], wanted: readonly Wanted[]): ReadonlyMap<string, string> | undefined => {
  const named = new Map<string, string>()
  for (const [i, { name, test }] of wanted.entries()) {
    const text = values[i] ?? ""
    if (!test({ text })) return undefined
    named.set(`$${name ?? i + 1}`, text)
  }
  return named
}

/** The fields before the ellipsis, and those after it when there is one. */
const readFields = (scanner: Scanner): { readonly before: Wanted[]; readonly after: Wanted[] | undefined } => {
  const before: Wanted[] = []
  let after: Wanted[] | undefined
  scanner.space()
  if (scanner.sees("]")) {
    scanner.take("]")
    if (!scanner.ended) throw scanner.bad()
    return { before, after }
  }
  const names = new Set<string>()
  for (;;) {
    scanner.space()
    if (scanner.take("...")) {
      if (after) throw new PatternRefused()
      after = []
    } else {
      const field = readField(scanner)
      if (field.name !== undefined && names.size === names.add(field.name).size) throw new PatternRefused()
      ;(after ?? before).push(field)
    }
    scanner.space()
    if (scanner.take(",")) continue
    if (!scanner.take("]") || !scanner.ended) throw scanner.bad()
    return { before, after }
  }
}

const readField = (scanner: Scanner): Wanted => {
  if (scanner.sees(",") || scanner.sees("]")) return anyField
  let name: string | undefined
  const readName = () => {
    const found = scanner.take(/[A-Za-z_][A-Za-z0-9_-]*/y)
    if (found === undefined) throw scanner.bad()
    // A condition is about the field in which it stands.
    if (name !== undefined && found !== name) throw new PatternRefused()
    name = found
    scanner.space()
  }
  const test = readExpression<Subject>(scanner, () => {
    const first = name === undefined
    readName()
    if (first && (scanner.sees(",") || scanner.sees("]"))) return anyField.test
    return readCondition(scanner)
  })
  return { name, test }
}
