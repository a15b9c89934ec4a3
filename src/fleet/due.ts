// What an agent must be told about a task now. Pure; sessions ask it after every change and for every task when an
// agent connects.
import type { TaskRow } from "../state/index.ts"

/** What is due: word of the interface that the task waits for, the payload of the task itself, or that of its end. */
export type Due = "attach" | "start" | "stop"

/**
 * `again`: the agent has just connected, and what was sent before may not have reached it. Sending twice is safe: an
 * agent only compares the desired status of a task that it knows (ecs-agent-protocol.md 4.5).
 */
export const due = (task: TaskRow, again: boolean): Due | undefined => {
  const { observed } = task
  if (task.desiredStatus === "RUNNING") {
    if (isAttaching(task)) return again || observed.attachSentAt === undefined ? "attach" : undefined
    // An agent that cannot load a task gives no ack but says that it is over: it must not be sent again.
    if (task.lastStatus !== "PENDING" || observed.ackedAt !== undefined || observed.status === "STOPPED")
      return undefined
    return again || observed.payloadSentAt === undefined ? "start" : undefined
  }
  if (observed.status === "STOPPED") return undefined
  const left = task.steps.some((step) => step.phase === "DEACTIVATING" && step.status === "WAITING")
  // A task that no host can have passes neither phase. That the payload was sent is no condition: a crash may have lost
  // the note of it, and an agent answers STOPPED for what it does not know.
  const leaving = task.lastStatus === "DEACTIVATING" || task.lastStatus === "STOPPING"
  if (!leaving || left) return undefined
  return again || observed.stopSentAt === undefined ? "stop" : undefined
}

/** Its host is known, and the interface is not there yet. Agents of ours need no word of that. */
const isAttaching = ({ lastStatus, containerInstanceArn, attachments }: TaskRow): boolean =>
  lastStatus === "PROVISIONING" &&
  containerInstanceArn !== undefined &&
  attachments.some(({ type, status }) => type === "ElasticNetworkInterface" && status === "ATTACHING")

/** Whether an agent that says it runs this task is right to. */
export const mayRun = (task: TaskRow | undefined, containerInstanceArn: string): boolean =>
  task !== undefined && task.desiredStatus === "RUNNING" && task.containerInstanceArn === containerInstanceArn
