// On what the tasks of one call run: a launch type, or the shares of a capacity provider strategy.
import type { Input } from "../../../gate/index.ts"
import type { ClusterRow, Frozen, TaskDefinitionRow } from "../../../state/index.ts"
import { capacityStrategy, distribute, type Share } from "../capacity.ts"
import { compatibilitiesOf } from "../definition/compatibilities.ts"
import { invalidParameter, notYet } from "../faults.ts"
import { present } from "../shape.ts"
import { checkPlatform } from "./platform.ts"

/** What one task is started on. */
export interface Capacity {
  readonly launchType: "FARGATE" | "EC2"
  /** Only of a task that a strategy placed. */
  readonly capacityProviderName?: string
}

type RunTaskInput = Frozen<Input<"ecs", "RunTask">>

const checkPlacement = (input: RunTaskInput): void => {
  // Texts from memory. Placement is not for Fargate: the platform decides.
  if (input.placementConstraints?.length) {
    throw invalidParameter("Placement constraints are not supported with FARGATE launch type.")
  }
  if (input.placementStrategy?.length) {
    throw invalidParameter("Placement strategies are not supported with FARGATE launch type.")
  }
}

const checkFargate = (definition: TaskDefinitionRow, input: RunTaskInput): void => {
  if (!compatibilitiesOf(definition.definition).includes("FARGATE")) {
    throw invalidParameter("Task definition does not support launch_type FARGATE.") // [field] aws/aws-cli#3983
  }
  const { cpu, ephemeralStorage } = input.overrides ?? {}
  checkPlatform(input.platformVersion, { ...definition.definition, ...present({ cpu, ephemeralStorage }) })
  checkPlacement(input)
}

const onFargate = (strategy: readonly Share[], count: number): readonly Capacity[] =>
  distribute(strategy, count).map((capacityProviderName) => ({ launchType: "FARGATE", capacityProviderName }))

/**
 * The capacity of each of `count` tasks: the launch type or strategy of the call, else the cluster's default strategy,
 * else EC2. Throws InvalidParameterException for what does not go together.
 */
export const chooseCapacity = (
  cluster: ClusterRow,
  definition: TaskDefinitionRow,
  input: RunTaskInput,
  count: number,
): readonly Capacity[] => {
  const asked = input.capacityProviderStrategy ?? []
  if (input.launchType && asked.length > 0) {
    // [field] badmintoncryer/cdk-preflight rules/ecs, probed at the real API
    throw invalidParameter(
      "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    )
  }
  const strategy = input.launchType
    ? []
    : asked.length > 0
      ? capacityStrategy(asked, cluster.capacityProviders)
      : (cluster.defaultCapacityProviderStrategy as readonly Share[])
  if (strategy.length > 0) {
    checkFargate(definition, input)
    return onFargate(strategy, count)
  }
  const launchType = input.launchType ?? "EC2"
  switch (launchType) {
    case "FARGATE":
      checkFargate(definition, input)
      return Array.from({ length: count }, () => ({ launchType }))
    case "EC2":
      if (input.platformVersion) {
        throw invalidParameter("The platform version must be null when specifying an EC2 launch type.") // from memory
      }
      return Array.from({ length: count }, () => ({ launchType }))
    case "EXTERNAL":
    case "MANAGED_INSTANCES":
      throw notYet(`the launch type ${launchType} of ecs:RunTask`)
    default:
      throw invalidParameter(`Invalid launch type '${launchType satisfies never}'.`) // text from memory
  }
}
