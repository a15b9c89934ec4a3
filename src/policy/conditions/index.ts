// Conditions of a statement, compiled: one operator on one key. All of a statement's conditions must hold.
import type { Context, ContextValue } from "../context.ts"
import { operators } from "./operators.ts"

/** Whether the condition holds for a request. */
export interface Condition {
  /** In lower case. */
  readonly key: string
  readonly holds: (context: Context) => boolean
}

/** An operator's name taken apart. */
interface OperatorName {
  readonly set: "forallvalues" | "foranyvalue" | undefined
  readonly name: string
  readonly ifExists: boolean
}

const operatorName = (text: string): OperatorName => {
  const lower = text.toLowerCase()
  const [, set, rest = lower] = /^(forallvalues|foranyvalue):(.*)$/s.exec(lower) ?? []
  const ifExists = rest.endsWith("ifexists")
  return {
    set: set as OperatorName["set"],
    name: ifExists ? rest.slice(0, -"ifexists".length) : rest,
    ifExists,
  }
}

/** Whether IAM has an operator of this name. */
export const isOperator = (text: string): boolean => {
  const { name, ifExists, set } = operatorName(text)
  return operators.has(name) || (name === "null" && !ifExists && set === undefined)
}

/** Whether a value can be one of the operator's: a number, a time, a range. */
export const isOperand = (operator: string, value: string): boolean => {
  const { name } = operatorName(operator)
  if (name === "null") return /^(true|false)$/i.test(value)
  return operators.get(name)?.compile(value, true) !== undefined
}

const listOf = (value: ContextValue | undefined): readonly string[] | undefined =>
  typeof value === "string" ? [value] : value

/** Compiles one key of one operator. An operator that does not exist never holds. */
export const compileCondition = (
  operator: string,
  key: string,
  wanted: readonly string[],
  variables: boolean,
): Condition => {
  const { set, name, ifExists } = operatorName(operator)
  const lowerKey = key.toLowerCase()
  const known = operators.get(name)
  if (name === "null") {
    const expected = wanted.map((value) => value.toLowerCase())
    return {
      key: lowerKey,
      holds: (context) => {
        const values = listOf(context.get(lowerKey))
        return expected.includes(String(values === undefined || values.length === 0))
      },
    }
  }
  if (!known) return { key: lowerKey, holds: () => false }
  const { negated } = known
  const comparisons = wanted.flatMap((value) => known.compile(value, variables) ?? [])
  const fits = (value: string, context: Context): boolean =>
    comparisons.some((comparison) => comparison(value, context)) !== negated
  return {
    key: lowerKey,
    holds: (context) => {
      const values = listOf(context.get(lowerKey))
      if (values === undefined || values.length === 0) {
        if (ifExists || set === "forallvalues") return true
        return set === "foranyvalue" ? false : negated
      }
      if (set === "forallvalues") return values.every((value) => fits(value, context))
      if (set === "foranyvalue") return values.some((value) => fits(value, context))
      // Several values without a set operator: the negated ones mean that none of them fits.
      return negated ? values.every((value) => fits(value, context)) : values.some((value) => fits(value, context))
    },
  }
}
