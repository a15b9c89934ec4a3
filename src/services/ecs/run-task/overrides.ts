// Overrides of RunTask: checked against the task definition, echoed as ECS does, and merged where the task's own
// record needs them (sizes, storage). Command and environment are merged by fleet/ when it compiles the payload.
import type { TaskOverride } from "@aws-sdk/client-ecs"
import type { Frozen, TaskContainer, TaskOverrides } from "../../../state/index.ts"
import { checkEphemeralStorage } from "../definition/checks/fargate.ts"
import { checkContainerSizes, checkSums, checkTaskSize } from "../definition/checks/size.ts"
import { type ContainerBody, containersOf, type Definition, isEssential } from "../definition/definition.ts"
import { isFargateSize, noFargateSize, parseCpu, parseMemory } from "../definition/task-size.ts"
import { clientException, invalidParameter } from "../faults.ts"
import { present } from "../shape.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html */
const mostCharacters = 8192
const defaultStorage = 20

const withOverride = (container: ContainerBody, overrides: TaskOverrides): ContainerBody => {
  const override = overrides.containerOverrides?.find((one) => one.name === container.name)
  const { cpu, memory, memoryReservation, resourceRequirements } = override ?? {}
  return { ...container, ...present({ cpu, memory, memoryReservation, resourceRequirements }) }
}

/** The definition with the sizes that the overrides give it. Checked again, for no combination may slip through. */
export const overriddenDefinition = (
  definition: Definition,
  overrides: TaskOverrides,
  isFargate: boolean,
): Definition => {
  const known = new Set(containersOf(definition).map((container) => container.name))
  const named = new Set<string>()
  for (const { name, environment } of overrides.containerOverrides ?? []) {
    if (!name) throw invalidParameter("Container override name should not be null or empty.") // text from memory
    // [field] "Override for container named … is not a container in the TaskDefinition", several public logs
    if (!known.has(name)) {
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`)
    }
    // What AWS does with the second is known nowhere; dropping it in silence would be the worst.
    if (named.has(name)) throw invalidParameter(`Container ${name} is overridden more than once.`)
    named.add(name)
    if (environment?.some((variable) => !variable.name)) {
      throw invalidParameter("Environment variable name should not be null or empty.") // text from memory
    }
  }
  if (JSON.stringify(overrides).length > mostCharacters) {
    throw invalidParameter(`Container Overrides length must be at most ${mostCharacters}`) // [field]
  }
  const { cpu, memory, ephemeralStorage, taskRoleArn, executionRoleArn } = overrides
  const merged: Definition = {
    ...definition,
    ...present({ cpu, memory, ephemeralStorage, taskRoleArn, executionRoleArn }),
    containerDefinitions: containersOf(definition).map((container) => withOverride(container, overrides)),
  }
  for (const check of [checkTaskSize, checkContainerSizes, checkSums, checkEphemeralStorage]) check(merged)
  const [units, mebibytes] = [parseCpu(merged.cpu ?? "") ?? 0, parseMemory(merged.memory ?? "") ?? 0]
  if (isFargate && !isFargateSize(units, mebibytes)) {
    throw clientException(noFargateSize(String(units), String(mebibytes)))
  }
  return {
    ...merged,
    ...(merged.cpu === undefined ? {} : { cpu: String(units) }),
    ...(merged.memory === undefined ? {} : { memory: String(mebibytes) }),
  }
}

/** `overrides` as DescribeTasks answers them: an entry for every container, in the order of the definition. */
export const echoOverrides = (definition: Definition, given: Frozen<TaskOverride> | undefined): TaskOverrides => ({
  ...present(given ?? {}),
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
