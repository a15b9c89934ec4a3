// The words in which task definitions are checked and read: the body as registered, and its containers.
// Types and small questions only; the checks are in checks/.
import type { ContainerDefinition, PortMapping, Volume } from "@aws-sdk/client-ecs"
import type { Frozen, TaskDefinitionBody } from "../../../state/index.ts"

export type Definition = TaskDefinitionBody
export type ContainerBody = Frozen<ContainerDefinition>
export type PortBody = Frozen<PortMapping>
export type VolumeBody = Frozen<Volume>

/** One thing that must hold of a task definition. Throws ClientException in AWS's words when it does not. */
export type Check = (definition: Definition) => void

/** The containers in the order of the definition. */
export const containersOf = (definition: Definition): readonly ContainerBody[] => definition.containerDefinitions ?? []

/** Containers are essential unless they say otherwise. */
export const isEssential = (container: ContainerBody): boolean => container.essential !== false

/** Whether the definition asks to be runnable there. */
export const requires = (
  definition: Definition,
  where: "FARGATE" | "EC2" | "EXTERNAL" | "MANAGED_INSTANCES",
): boolean => definition.requiresCompatibilities?.includes(where) ?? false

/** Windows tasks register as on AWS; nothing here runs them (RunTask says so). */
export const isWindows = (definition: Definition): boolean =>
  definition.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") ?? false

/**
 * An integer between two bounds. Integers of ECS have 32 bits; the wire lets every number pass, for the model does not
 * tell integers from doubles.
 */
export const isWhole = (value: number | undefined, least: number, most = 2 ** 31 - 1): value is number =>
  value !== undefined && Number.isInteger(value) && value >= least && value <= most

/** A member that is given and not empty. */
export const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0)
