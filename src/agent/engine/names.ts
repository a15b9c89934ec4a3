// Names and labels that the engine gives to what it makes in Docker, in the form of ECS's own agent. Pure.
import type { Ids } from "../../kernel/index.ts"
import { type AcsTask, ownerLabel } from "../../protocol/index.ts"

/** The label on every container and volume of a task: its value is the task's ARN. */
export const taskLabel = "io.roadstead.task"
/** The label that tells the containers of one agent from those of another on the same engine. */
export const hostLabel = "io.roadstead.host"

/** The label on a prepared sandbox: the id of its interface. It stays on it when a task has it. */
export const sandboxLabel = "io.roadstead.sandbox"

/** The container that holds a task's network, named as by ECS's agent. */
export const pauseName = "~internal~ecs~pause"

/** The one that holds the process and IPC namespaces of a task without a network of its own. */
export const namespacePauseName = "~internal~ecs~pause~namespace"

/** Whose containers these are. */
export interface Owner {
  /** The id of the data folder. */
  readonly owner: string
  /** The id of this container host. */
  readonly host: string
}

/** The labels by which an agent finds all that it made. */
export const ownLabels = ({ owner, host }: Owner): Readonly<Record<string, string>> => ({
  [ownerLabel]: owner,
  [hostLabel]: host,
})

/** Labels of a container of a task: ECS's five, and ours. They win over the user's. */
export const containerLabels = (task: AcsTask, container: string, owner: Owner): Readonly<Record<string, string>> => ({
  "com.amazonaws.ecs.cluster": clusterOf(task),
  "com.amazonaws.ecs.container-name": container,
  "com.amazonaws.ecs.task-arn": task.arn,
  "com.amazonaws.ecs.task-definition-family": task.family ?? "",
  "com.amazonaws.ecs.task-definition-version": task.version ?? "",
  [taskLabel]: task.arn,
  ...ownLabels(owner),
})

/** Fargate labels with the ARN, as its metadata shows; ECS's agent on EC2 with the name. */
const clusterOf = ({ taskClusterArn = "", launchType }: AcsTask): string =>
  launchType === "FARGATE" ? taskClusterArn : taskClusterArn.slice(taskClusterArn.lastIndexOf("/") + 1)

/** `ecs-<family>-<version>-<name>-<20 hex>`: of a container, or of a volume that belongs to the task alone. */
export const dockerName = (task: AcsTask, name: string, ids: Ids): string =>
  `ecs-${task.family ?? "task"}-${task.version ?? "0"}-${name.replace(/[^A-Za-z0-9-]/g, "")}-${ids.hex(20)}`

/** The last part of a task's ARN: 32 hex digits. */
export const taskId = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1)
