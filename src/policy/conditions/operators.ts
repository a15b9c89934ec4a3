// The condition operators: how one value of the request is compared with one value of the policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
import type { Context } from "../context.ts"
import { compilePattern, type PatternForm } from "../pattern.ts"
import { addressBytes, addressRange } from "./addresses.ts"
import { timeOf } from "./dates.ts"

/** Whether a value of the request is what the policy's value says. */
export type Comparison = (value: string, context: Context) => boolean

export interface Operator {
  /** Compiles the policy's value; undefined when it can be no value of this operator. */
  readonly compile: (wanted: string, variables: boolean) => Comparison | undefined
  /** True when none of the policy's values fits. */
  readonly negated: boolean
}

type Form = Omit<PatternForm, "variables">

const textual =
  (form: Form): Operator["compile"] =>
  (wanted, variables) =>
    compilePattern(wanted, { ...form, variables })

/** Values that both sides read in the same way; what cannot be read is never the same. */
const ordered =
  (
    read: (text: string) => number | undefined,
    holds: (value: number, wanted: number) => boolean,
  ): Operator["compile"] =>
  (text) => {
    const wanted = read(text)
    if (wanted === undefined) return undefined
    return (value) => {
      const found = read(value)
      return found !== undefined && holds(found, wanted)
    }
  }

const numberOf = (text: string): number | undefined =>
  /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined

const equal = (value: number, wanted: number) => value === wanted
const orders = {
  LessThan: (value: number, wanted: number) => value < wanted,
  LessThanEquals: (value: number, wanted: number) => value <= wanted,
  GreaterThan: (value: number, wanted: number) => value > wanted,
  GreaterThanEquals: (value: number, wanted: number) => value >= wanted,
}

const bool: Operator["compile"] = (wanted, variables) => {
  const text = wanted.toLowerCase()
  return text === "true" || text === "false" || (variables && text.startsWith("${"))
    ? compilePattern(wanted, { wild: false, variables, foldCase: true })
    : undefined
}

const binary: Operator["compile"] = (wanted) => {
  const bare = (base64: string) => base64.replace(/=+$/, "")
  return /^[a-z0-9+/]*={0,2}$/i.test(wanted) ? (value) => bare(value) === bare(wanted) : undefined
}

const address: Operator["compile"] = (wanted) => {
  const range = addressRange(wanted)
  return (
    range &&
    ((value) => {
      const bytes = addressBytes(value)
      return bytes !== undefined && range(bytes)
    })
  )
}

/** An operator and its opposite. */
const both = (name: string, opposite: string, compile: Operator["compile"]): [string, Operator][] => [
  [name.toLowerCase(), { compile, negated: false }],
  [opposite.toLowerCase(), { compile, negated: true }],
]

const sorted = (kind: string, read: (text: string) => number | undefined): [string, Operator][] => [
  ...both(`${kind}Equals`, `${kind}NotEquals`, ordered(read, equal)),
  ...Object.entries(orders).map(([name, holds]): [string, Operator] => [
    `${kind}${name}`.toLowerCase(),
    { compile: ordered(read, holds), negated: false },
  ]),
]

/** All but `Null`, by their names in lower case: IAM takes them in any case. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ...both("StringEquals", "StringNotEquals", textual({ wild: false })),
  ...both("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", textual({ wild: false, foldCase: true })),
  ...both("StringLike", "StringNotLike", textual({ wild: true })),
  ...both("ArnEquals", "ArnNotEquals", textual({ wild: true, arn: true })),
  ...both("ArnLike", "ArnNotLike", textual({ wild: true, arn: true })),
  ...sorted("Numeric", numberOf),
  ...sorted("Date", timeOf),
  ...both("IpAddress", "NotIpAddress", address),
  ["bool", { compile: bool, negated: false }],
  ["binaryequals", { compile: binary, negated: false }],
])
