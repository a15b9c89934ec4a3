// Placement constraints and strategies as callers give them: their checks, and what the scheduler makes of them.
// Texts marked [probed] were recorded at the real API by badmintoncryer/cdk-preflight, rules/ecs (September 2026).
import type { PlacementConstraint, PlacementStrategy } from "@aws-sdk/client-ecs"
import { type Constraint, parseQuery, type Query, QueryError, type Strategy } from "../../scheduler/index.ts"
import type { Frozen } from "../../state/index.ts"
import { invalidParameter } from "./faults.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostConstraints = 10
const mostStrategies = 5

/** A query of the cluster query language, or why it is none (text from memory). */
export const readQuery = (expression: string): Query | string => {
  try {
    return parseQuery(expression)
  } catch (thrown) {
    if (thrown instanceof QueryError) return `Invalid expression '${expression}': ${thrown.message}.`
    throw thrown
  }
}

/** The same for calls that name one. Throws InvalidParameterException. */
export const queryOf = (expression: string): Query => {
  const query = readQuery(expression)
  if (typeof query === "string") throw invalidParameter(query)
  return query
}

/** Throws InvalidParameterException for constraints that ECS does not take. */
export const checkConstraints = (constraints: readonly Frozen<PlacementConstraint>[] | undefined): void => {
  if ((constraints?.length ?? 0) > mostConstraints) {
    throw invalidParameter(`Maximum number of placement constraints is ${mostConstraints}.`) // text from memory
  }
  for (const { type, expression } of constraints ?? []) {
    switch (type) {
      case "distinctInstance":
        if (expression) throw invalidParameter("distinctInstance expression should not be specified.") // [probed]
        break
      case "memberOf":
        if (!expression) throw invalidParameter("memberOf expression should be specified.") // text from memory
        queryOf(expression)
        break
      default:
        throw invalidParameter(`Invalid placement constraint type '${type}'.`) // text from memory
    }
  }
}

/** Throws InvalidParameterException for strategies that ECS does not take. */
export const checkStrategies = (strategies: readonly Frozen<PlacementStrategy>[] | undefined): void => {
  if ((strategies?.length ?? 0) > mostStrategies) {
    throw invalidParameter(`Maximum number of strategies is ${mostStrategies}.`) // [probed]
  }
  for (const { type, field } of strategies ?? []) {
    switch (type) {
      case "random":
        if (field) throw invalidParameter("random field should not be specified.") // [probed]
        break
      case "binpack":
        if (!/^(cpu|memory)$/i.test(field ?? "")) throw invalidParameter(`binpack field '${field ?? ""}' is invalid.`) // [probed]
        break
      case "spread":
        if (!/^(instanceId|host|attribute:[A-Za-z0-9_\-./:\\]+)$/.test(field ?? "")) {
          throw invalidParameter(`spread field '${field ?? ""}' is invalid.`) // as [probed] of binpack
        }
        break
      default:
        throw invalidParameter(`Invalid placement strategy type '${type}'.`) // text from memory
    }
  }
}

/** Constraints that were checked, for the scheduler: those of the call and those of the task definition together. */
export const constraintsOf = (
  ...lists: readonly (readonly Frozen<PlacementConstraint>[] | undefined)[]
): readonly Constraint[] =>
  lists.flatMap((list) =>
    (list ?? []).map(({ type, expression }) =>
      type === "distinctInstance"
        ? ({ kind: "distinctInstance" } as const)
        : ({ kind: "memberOf", query: queryOf(expression ?? "") } as const),
    ),
  )

/** Strategies that were checked, for the scheduler. */
export const strategiesOf = (strategies: readonly Frozen<PlacementStrategy>[] | undefined): readonly Strategy[] =>
  (strategies ?? []).map(({ type, field = "" }) => {
    if (type === "random") return { kind: "random" }
    if (type === "binpack") return { kind: "binpack", of: field.toLowerCase() === "cpu" ? "cpu" : "memory" }
    const attribute = field.startsWith("attribute:") ? field.slice("attribute:".length) : undefined
    return { kind: "spread", over: attribute === undefined ? "instanceId" : { attribute } }
  })
