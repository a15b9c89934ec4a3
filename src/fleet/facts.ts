// Facts that sessions learn, written into the columns that are theirs: `observed` of tasks (what was sent, acked, and
// the health of containers) and `session` and `timeline` of container instances.
import type { HealthStatus, ObservedTask, State, TaskRow } from "../state/index.ts"

/** Numbers are taken from the record in blocks, so that a crash can never use one twice. */
const timelineBlock = 1000

/**
 * Marks every instance as not connected, since now: sessions do not outlive this process, and while it was away no agent
 * could come back. `now` is of the cloud clock.
 */
export const forgetSessions = (state: State, now: number): void => {
  state.transact((tx) => {
    for (const instance of [...tx.containerInstances.all()]) {
      if (instance.status === "INACTIVE") continue
      tx.containerInstances.patch(instance.arn, { session: { ...instance.session, connected: false, since: now } })
    }
  })
}

/** What the query string of a session says of the agent. */
export interface AgentVersion {
  readonly agentVersion?: string
  readonly agentHash?: string
  readonly dockerVersion?: string
}

/** Marks an instance connected or not, since `now` of the cloud clock. Nothing happens when it is gone. */
export const setConnected = (
  state: State,
  arn: string,
  connected: boolean,
  now: number,
  version: AgentVersion = {},
): void => {
  state.transact((tx) => {
    const instance = tx.containerInstances.get(arn)
    if (!instance) return
    tx.containerInstances.patch(arn, {
      session: { ...instance.session, ...version, connected, since: now },
    })
  })
}

/** Reserves the next block of timeline numbers; answers the last number before it. */
export const reserveTimeline = (state: State, arn: string): { readonly after: number; readonly upTo: number } =>
  state.transact((tx) => {
    const after = tx.containerInstances.get(arn)?.timeline ?? 0
    if (tx.containerInstances.has(arn)) tx.containerInstances.patch(arn, { timeline: after + timelineBlock })
    return { after, upTo: after + timelineBlock }
  }).value

/** Adds to what was observed of a task, if it is placed on this instance. */
export const observe = (
  state: State,
  taskArn: string,
  instanceArn: string,
  change: (observed: ObservedTask) => ObservedTask,
): void => {
  state.transact((tx) => {
    const task = tx.tasks.get(taskArn)
    if (!task || task.containerInstanceArn !== instanceArn) return
    const observed = change(task.observed)
    if (observed !== task.observed) tx.tasks.patch(taskArn, { observed })
  })
}

/** Sets the health of a container that the task has. */
export const withHealth =
  (task: TaskRow, container: string, health: HealthStatus) =>
  (observed: ObservedTask): ObservedTask => {
    // Own members only: a container may be called `constructor`.
    const known = Object.hasOwn(observed.containers, container) ? observed.containers[container] : undefined
    if (!known || known.health === health || !task.containers.some((c) => c.name === container)) return observed
    return { ...observed, containers: { ...observed.containers, [container]: { ...known, health } } }
  }
