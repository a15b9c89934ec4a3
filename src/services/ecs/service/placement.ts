// Placement constraints and strategies as callers give them: their checks. Placing by them is the scheduler's.
// Texts marked [probed] were recorded at the real API by badmintoncryer/cdk-preflight, rules/ecs (September 2026).
import type { PlacementConstraint, PlacementStrategy } from "@aws-sdk/client-ecs"
import type { Frozen } from "../../../state/index.ts"
import { invalidParameter } from "../faults.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
const mostConstraints = 10
const mostStrategies = 5

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
