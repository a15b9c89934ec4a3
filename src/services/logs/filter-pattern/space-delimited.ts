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

/** What a pattern makes of a message. */
export interface SpaceDelimited {
  readonly names: ReadonlySet<string>
  readonly matches: (message: string) => boolean
  /** The names (`$ip`, and `$3` for fields without one) and values of a message that matches. */
  readonly extract: (message: string) => Readonly<Record<string, string>>
}

/** What a message must be; the scanner stands behind the opening bracket, and the closing one is the last of its text. */
export const readSpaceDelimited = (scanner: Scanner): SpaceDelimited => {
  const { before, after } = readFields(scanner)
  // `[]` matches everything, as an ellipsis alone does.
  const tail = after ?? (before.length === 0 ? [] : undefined)
  const valuesOf = tail ? around(before, tail) : fixed(before)
  const wanted = [...before, ...(tail ?? [])]
  const fits = (values: Values) => wanted.every(({ test }, i) => test === anything || test({ text: values.wanted(i) }))
  return {
    names: new Set(wanted.flatMap(({ name }) => name ?? [])),
    matches: (message) => {
      const values = valuesOf(message)
      return values !== undefined && fits(values)
    },
    extract: (message) => {
      const values = valuesOf(message)
      return values && fits(values) ? Object.fromEntries(values.all()) : {}
    },
  }
}

const anything: Test<Subject> = () => true
const anyField: Wanted = { name: undefined, test: anything }

/** The values of a message whose number of fields is right. */
interface Values {
  /** Of the pattern's field with this number. */
  readonly wanted: (i: number) => string
  /** All of them, with what they are called. */
  readonly all: () => readonly (readonly [string, string])[]
}

type ValuesOf = (message: string) => Values | undefined

const called = ({ name }: Wanted, i: number): string => `$${name ?? i + 1}`

/** Fields with an ellipsis between them, or at an end. */
const around =
  (before: readonly Wanted[], after: readonly Wanted[]): ValuesOf =>
  (message) => {
    const fields = fieldsOf(message)
    const between = fields.length - before.length - after.length
    if (between < 0) return undefined
    const value = (i: number) => message.slice(fields[i]?.from, fields[i]?.to)
    return {
      wanted: (i) => value(i < before.length ? i : i + between),
      all: () => {
        const wanted = [...before, ...Array<Wanted>(between).fill(anyField), ...after]
        return wanted.map((field, i) => [called(field, i), value(i)])
      },
    }
  }

/** Without an ellipsis the last field is all that is left: that is what AWS's "blank indicator" is for. */
const fixed =
  (wanted: readonly Wanted[]): ValuesOf =>
  (message) => {
    const fields = fieldsOf(message, wanted.length)
    const last = fields.at(-1)
    if (!last || fields.length < wanted.length) return undefined
    const more = message.slice(last.end).trim() !== ""
    const rest = more ? message.slice(fields.at(-2)?.end ?? 0).trim() : message.slice(last.from, last.to)
    const value = (i: number) => (i === fields.length - 1 ? rest : message.slice(fields[i]?.from, fields[i]?.to))
    return { wanted: value, all: () => wanted.map((field, i) => [called(field, i), value(i)]) }
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
    if (first && (scanner.sees(",") || scanner.sees("]"))) return anything
    return readCondition(scanner)
  })
  return { name, test }
}
