// Overrides of RunTask: checked against the task definition, echoed as ECS does, and merged where the task's own
// record needs them (sizes, storage). Command and environment are merged by fleet/ when it compiles the payload.
import type { TaskOverride } from "@aws-sdk/client-ecs"
import type { Frozen, TaskContainer, TaskOverrides } from "../../../state/index.ts"
import { checkEphemeralStorage, fargateObstacle } from "../definition/checks/fargate.ts"
import { checkEnvironment, checkSecrets } from "../definition/checks/logs-and-secrets.ts"
import { checkResources } from "../definition/checks/resources.ts"
import { checkRoles } from "../definition/checks/roles-and-modes.ts"
import { checkContainerSizes, checkSums, checkTaskSize } from "../definition/checks/size.ts"
import { type ContainerBody, containersOf, type Definition, isEssential } from "../definition/definition.ts"
import { parseCpu, parseMemory } from "../definition/task-size.ts"
import { clientException, invalidParameter } from "../faults.ts"
import { present } from "../shape.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html */
const mostCharacters = 8192
const defaultStorage = 20

/** What the container is started with. Variables of the override replace those of the same name. */
const withOverride = (container: ContainerBody, overrides: TaskOverrides): ContainerBody => {
  const override = overrides.containerOverrides?.find((one) => one.name === container.name)
  if (!override) return container
  const { cpu, memory, memoryReservation, resourceRequirements, environmentFiles, environment = [] } = override
  const replaced = new Set(environment.map(({ name }) => name))
  return {
    ...container,
    ...present({ cpu, memory, memoryReservation, resourceRequirements, environmentFiles }),
    environment: [...(container.environment ?? []).filter(({ name }) => !replaced.has(name)), ...environment],
  }
}

const checkNames = (definition: Definition, overrides: TaskOverrides): void => {
  const known = new Set(containersOf(definition).map((container) => container.name))
  const named = new Set<string>()
  for (const { name } of overrides.containerOverrides ?? []) {
    if (!name) throw invalidParameter("Container override name should not be null or empty.") // text from memory
    // [field] "Override for container named … is not a container in the TaskDefinition", several public logs
    if (!known.has(name)) {
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`)
    }
    // What AWS does with the second is known nowhere; dropping it in silence would be the worst.
    if (named.has(name)) throw invalidParameter(`Container ${name} is overridden more than once.`)
    named.add(name)
  }
  // No task definition has an accelerator to override: Elastic Inference ended in April 2024. By analogy with them.
  if (overrides.inferenceAcceleratorOverrides?.length) {
    throw invalidParameter("Unsupported field 'inferenceAcceleratorOverrides'")
  }
}

/** What was checked of the definition and an override may break. */
const checks = [
  checkRoles,
  checkTaskSize,
  checkContainerSizes,
  checkSums,
  checkEphemeralStorage,
  checkResources,
  checkSecrets,
  checkEnvironment,
]

/** The definition as the overrides change it. Checked again, for no combination may slip through. */
export const overriddenDefinition = (
  definition: Definition,
  overrides: TaskOverrides,
  isFargate: boolean,
): Definition => {
  // As it was checked when it was registered; on Fargate it is known to be able to run.
  if (Object.keys(overrides).length === 0) return definition
  checkNames(definition, overrides)
  if (JSON.stringify(overrides).length > mostCharacters) {
    throw invalidParameter(`Container Overrides length must be at most ${mostCharacters}`) // [field]
  }
  const { cpu, memory, ephemeralStorage } = overrides
  const merged: Definition = {
    ...definition,
    ...present({ cpu, memory, ephemeralStorage }),
    // A role that is empty is none given ([field] boto/boto3#3173).
    ...present({
      taskRoleArn: overrides.taskRoleArn || undefined,
      executionRoleArn: overrides.executionRoleArn || undefined,
    }),
    containerDefinitions: containersOf(definition).map((container) => withOverride(container, overrides)),
  }
  for (const check of checks) check(merged)
  const obstacle = isFargate ? fargateObstacle(merged) : undefined
  if (obstacle !== undefined) throw clientException(obstacle)
  return {
    ...merged,
    ...(merged.cpu === undefined ? {} : { cpu: String(parseCpu(merged.cpu) ?? merged.cpu) }),
    ...(merged.memory === undefined ? {} : { memory: String(parseMemory(merged.memory) ?? merged.memory) }),
  }
}

/** `overrides` as DescribeTasks answers them: an entry for every container, in the order of the definition. */
export const echoOverrides = (definition: Definition, given: Frozen<TaskOverride> | undefined): TaskOverrides => ({
  ...present({
    ...given,
    taskRoleArn: given?.taskRoleArn || undefined,
    executionRoleArn: given?.executionRoleArn || undefined,
  }),
  containerOverrides: containersOf(definition).map(
    ({ name }) => given?.containerOverrides?.find((one) => one.name === name) ?? present({ name }),
  ),
  inferenceAcceleratorOverrides: given?.inferenceAcceleratorOverrides ?? [],
})

/** GiB of a Fargate task's ephemeral storage. */
export const storageOf = (definition: Definition): number => definition.ephemeralStorage?.sizeInGiB ?? defaultStorage

/** The containers of a new task, with the limits that hold for them. `arnOf` gives each its own ARN. */
export const newContainers = (definition: Definition, arnOf: () => string): readonly TaskContainer[] =>
  containersOf(definition).map((container) => ({
    arn: arnOf(),
    name: container.name ?? "",
    image: container.image ?? "",
    essential: isEssential(container),
    cpu: String(container.cpu ?? 0),
    ...present({
      memory: container.memory === undefined ? undefined : String(container.memory),
      memoryReservation: container.memoryReservation === undefined ? undefined : String(container.memoryReservation),
    }),
    healthChecked: container.healthCheck !== undefined && container.healthCheck.command?.[0] !== "NONE",
  }))
