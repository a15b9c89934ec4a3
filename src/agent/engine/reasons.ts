// Why a container or a task could not go on, in the words in which ECS says it. Pure; DriverError is only read.
import { DriverError } from "../driver.ts"
import { type ContainerSnapshot, ExecutionFailure, type TaskSnapshot } from "../types.ts"

/** ECS cuts reasons here. */
const longest = 1024

export const reason = (name: string, text: string): string => `${name}: ${text}`.slice(0, longest)

const isFargate = (task: TaskSnapshot): boolean => task.definition.launchType === "FARGATE"

/** Name of the timeout error: Fargate 1.4 has its own. */
const timeoutName = (task: TaskSnapshot): string =>
  isFargate(task) ? "ContainerRuntimeTimeoutError" : "DockerTimeoutError"

export type Transition = "created" | "running" | "stopped"

/** Thrown by a step that took too long; `after` in milliseconds. */
export class StepTimeout extends Error {
  readonly transition: Transition
  readonly after: number
  constructor(transition: Transition, after: number) {
    super(`Could not transition to ${transition}; timed out after waiting ${duration(after)}`)
    this.name = "StepTimeout"
    this.transition = transition
    this.after = after
  }
}

/** As Go writes it: `4m0s`, `30s`. */
const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}

/**
 * Why an image could not be had. Fargate's words name the number of tries and the full reference
 * (aws/containers-roadmap issues 2493 and 2687); ECS's agent on EC2 passes Docker's on.
 */
export const pullReason = (task: TaskSnapshot, image: string, attempts: number, error: unknown): string => {
  const name = "CannotPullContainerError"
  if (!isFargate(task)) return reason(name, daemonText(error))
  return reason(
    name,
    `pull image manifest has been retried ${attempts} time(s): failed to resolve ref ${fullReference(image)}: ${messageOf(error)}`,
  )
}

const failureNames = {
  create: "CannotCreateContainerError",
  start: "CannotStartContainerError",
  stop: "CannotStopContainerError",
} as const

/** Why a container could not be made, started or stopped. */
export const failureReason = (task: TaskSnapshot, doing: keyof typeof failureNames, error: unknown): string => {
  if (error instanceof StepTimeout) return reason(timeoutName(task), error.message)
  if (doing !== "create" && error instanceof DriverError && error.code === "not-found") return vanished
  return hasName.test(messageOf(error))
    ? messageOf(error).slice(0, longest)
    : reason(failureNames[doing], daemonText(error))
}

/** Texts that come with their name in front: of hooks and resolvers. */
const hasName = /^[A-Z]\w+Error: /

export const vanished = "ContainerVanishedError: No container matching saved ID found"
export const outOfMemory = "OutOfMemoryError: Container killed due to memory usage"

/** The text of ECS's agent for dependencies that go round in a circle. */
export const circleReason = (arn: string): string =>
  reason("TaskDependencyError", `Task dependencies cannot be resolved, taskArn: ${arn}`)

/** What of the task as a whole could not be made. A hook's error already has its name in front. */
export const resourceReason = (error: unknown): string => {
  const text = messageOf(error)
  if (error instanceof ExecutionFailure) return text.slice(0, longest)
  return hasName.test(text) ? text.slice(0, longest) : reason("ResourceInitializationError", text)
}

/** `web(busybox:latest) (RUNNING->STOPPED) - Exit: 1`, as ECS's agent writes a container into a reason. */
export const describeContainer = ({ name, definition, known, desired, exitCode }: ContainerSnapshot): string =>
  `${name}(${definition.image}) (${known}->${desired})${exitCode === undefined ? "" : ` - Exit: ${exitCode}`}`

/** The reason of a container that waited for one that will not do what it waited for. */
export const dependencyReason = (target: ContainerSnapshot, dependency: ContainerSnapshot, why: string): string => {
  const [one, other] = [describeContainer(dependency), describeContainer(target)]
  const text =
    why === "timeout"
      ? `dependency graph: container ordering dependency [${one}] for target [${other}] has timed out.`
      : `dependency graph: failed to resolve container ordering dependency [${one}] for target [${other}] ${why}`
  return reason("CannotStartContainerError", text)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const daemonText = (error: unknown): string =>
  error instanceof DriverError && error.code !== "unavailable"
    ? `Error response from daemon: ${error.message}`
    : messageOf(error)

/** The reference with registry and tag, as containerd has it: `nginx` is `docker.io/library/nginx:latest`. */
export const fullReference = (image: string): string => {
  const [first = "", ...rest] = image.split("/")
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost")
  const path = hasRegistry ? image : `docker.io/${rest.length > 0 ? image : `library/${image}`}`
  return path.includes("@") || path.lastIndexOf(":") > path.lastIndexOf("/") ? path : `${path}:latest`
}
