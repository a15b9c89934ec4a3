// What Docker shows of a container, taken over into its snapshot. Pure and monotonic: an old look never undoes a newer one.
import type { ContainerState } from "../driver.ts"
import type { ContainerSnapshot } from "../types.ts"
import { outOfMemory, reason, vanished } from "./reasons.ts"

/** How long a container must have run before its restart policy starts it again: ECS's default, in seconds. */
const restartAttemptPeriod = 300

/** Longest health output that is passed on, as by ECS's agent. */
const longestOutput = 1024

export interface Look {
  readonly now: number
  /** Whether a container that ended may be started again by its restart policy: not while the task is stopping. */
  readonly mayRestart: boolean
  /** Whether the kernel has killed processes of the task's cgroup. */
  readonly groupOutOfMemory?: boolean
}

/** The container after a look at it. */
export const observed = (container: ContainerSnapshot, state: ContainerState, look: Look): ContainerSnapshot => {
  if (container.known === "STOPPED") return container
  const facts = withFacts(container, state)
  switch (state.status) {
    case "created":
      // Docker leaves a container that it could not start like this, with the error.
      if (state.error && container.known !== "NONE") {
        return {
          ...facts,
          known: "STOPPED",
          reason: reason("CannotStartContainerError", `Error response from daemon: ${state.error}`),
        }
      }
      return isBefore(container, "CREATED") ? { ...facts, known: "CREATED" } : facts
    case "running":
    case "paused":
      return isStale(container, state) ? container : running(withHealth(facts, state, look.now), state, look.now)
    case "exited":
    case "dead":
      return container.restarting && isStale(container, state) ? container : afterEnd(facts, state, look)
  }
}

/** An end as an event says it. */
export interface End {
  readonly exitCode: number
  readonly finishedAt: number
}

/**
 * Whether an event alone tells how a container ended. A look has to wait until Docker has tidied up after it: 8 to 200 ms
 * that the replacement would wait as well. It is needed for what runs in a network of its own, whose address and ports must be
 * free again before the task is over, and to tell why a container was killed that nobody of us killed.
 */
export const saysAll = (container: ContainerSnapshot, { exitCode, finishedAt }: End): boolean =>
  container.known === "RUNNING" &&
  !container.restarting &&
  container.startedAt !== undefined &&
  // Not the end of a run before this one.
  finishedAt >= (container.restartedAt ?? container.startedAt) &&
  (exitCode !== 137 || container.stopSentAt !== undefined) &&
  container.type === "NORMAL" &&
  container.addresses === undefined &&
  container.networkBindings === undefined

/** The container after such an end. */
export const endedAs = (container: ContainerSnapshot, end: End, look: Look): ContainerSnapshot =>
  afterEnd(container, { ...end, oomKilled: false }, look)

/** A container that Docker does not have any more. `exitCode` is of the event that said so, if one did. */
export const gone = (container: ContainerSnapshot, now: number, exitCode?: number): ContainerSnapshot => {
  if (container.known === "STOPPED") return container
  return {
    ...container,
    known: "STOPPED",
    reason: container.reason ?? vanished,
    finishedAt: now,
    ...(exitCode !== undefined && { exitCode }),
  }
}

const statuses = ["NONE", "MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING", "STOPPED"] as const

const isBefore = (container: ContainerSnapshot, known: ContainerSnapshot["known"]): boolean =>
  statuses.indexOf(container.known) < statuses.indexOf(known)

/** Whether the state is of the run whose end is known already; only a container that is started again has a next one. */
const isStale = ({ finishedAt }: ContainerSnapshot, { startedAt }: ContainerState): boolean =>
  finishedAt !== undefined && (startedAt ?? 0) < finishedAt

const running = (container: ContainerSnapshot, { startedAt }: ContainerState, now: number): ContainerSnapshot => {
  const started = { known: "RUNNING" as const, startedAt: startedAt ?? now }
  if (!container.restarting) return { ...container, ...started }
  const { restarting: _, exitCode: __, finishedAt: ___, ...rest } = container
  return { ...rest, ...started, restartedAt: started.startedAt, restartCount: (container.restartCount ?? 0) + 1 }
}

const withFacts = (container: ContainerSnapshot, state: ContainerState): ContainerSnapshot => {
  const addresses = Object.values(state.addresses)
  // Both address families: metadata shows them, reports leave the IPv6 half out.
  const bindings = state.ports.map(({ hostIp, containerPort, hostPort, protocol }) => ({
    bindIP: hostIp || "0.0.0.0",
    containerPort,
    hostPort,
    protocol,
  }))
  return {
    ...container,
    runtimeId: state.id,
    imageId: container.imageId ?? state.imageId,
    mounts: state.mounts,
    ...(state.createdAt !== undefined && { createdAt: state.createdAt }),
    ...(state.logPath !== undefined && { logPath: state.logPath }),
    ...(addresses.length > 0 && { addresses }),
    ...(bindings.length > 0 && { networkBindings: bindings }),
  }
}

const withHealth = (container: ContainerSnapshot, { health }: ContainerState, now: number): ContainerSnapshot => {
  // A health check that only the image has is not ECS's business.
  if (container.definition.healthCheckType !== "docker" || !health) return container
  const status = health.status === "healthy" ? "HEALTHY" : health.status === "unhealthy" ? "UNHEALTHY" : "UNKNOWN"
  const before = container.health
  return {
    ...container,
    health: {
      status,
      since: before?.status === status ? before.since : (health.at ?? now),
      ...(health.output !== undefined && { output: health.output.slice(0, longestOutput) }),
      ...(health.exitCode !== undefined && { exitCode: health.exitCode }),
    },
  }
}

/** What counts of the state of a container that has ended. */
type EndState = Pick<ContainerState, "exitCode" | "finishedAt" | "startedAt" | "removing" | "oomKilled" | "error">

const afterEnd = (container: ContainerSnapshot, state: EndState, look: Look): ContainerSnapshot => {
  const exitCode = state.exitCode ?? 0
  const ended: ContainerSnapshot = {
    ...container,
    exitCode,
    finishedAt: state.finishedAt ?? look.now,
    ...(state.startedAt !== undefined && { startedAt: state.startedAt }),
  }
  if (restarts(ended, state, look)) return { ...ended, known: "RUNNING", restarting: true }
  const why = endReason(ended, state, look)
  return { ...ended, known: "STOPPED", ...(why !== undefined && { reason: why }) }
}

const endReason = (container: ContainerSnapshot, state: EndState, look: Look): string | undefined => {
  if (container.reason !== undefined) return container.reason
  // A common limit makes Docker mark every container of the group, and one that ignores its stop signal is killed too:
  // only a kill that nobody asked for was for want of memory.
  const killed = state.exitCode === 137 && container.stopSentAt === undefined
  if (killed && (state.oomKilled || look.groupOutOfMemory)) return outOfMemory
  if (state.removing && container.stopSentAt === undefined) return vanished
  return state.error ? reason("CannotStartContainerError", `Error response from daemon: ${state.error}`) : undefined
}

const restarts = (container: ContainerSnapshot, { removing }: EndState, { mayRestart, now }: Look): boolean => {
  const policy = container.definition.restartPolicy
  if (!policy?.enabled || !mayRestart || container.stopSentAt !== undefined) return false
  if (container.desired === "STOPPED" || container.startedAt === undefined) return false
  if (removing) return false
  if (policy.ignoredExitCodes?.includes(container.exitCode ?? 0)) return false
  const since = container.restartedAt ?? container.startedAt
  return (container.finishedAt ?? now) - since >= (policy.restartAttemptPeriod ?? restartAttemptPeriod) * 1000
}
