// The operations by which agents speak to ECS: where to connect, and what became of their tasks. They write the
// `observed` column of tasks and nothing else; what follows from it is the task controller's.
import type { Caller, Cx, Op, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { lastPart } from "./arns.ts"
import { observeTask, type TaskReport } from "./observed.ts"
import { speaksFor } from "./speaks-for.ts"

/** What ECS needs of the process around it. */
export interface EcsPorts {
  /** The URLs (http or https, without `/ws`) at which this agent opens its command and its telemetry session. */
  readonly pollEndpoint: (caller: Caller) => { readonly endpoint: string; readonly telemetryEndpoint: string }
  /** A time of the agents' clock (the wall's) as the API shows it, which may run faster. By default they are the same. */
  readonly cloudTime?: (wall: Date) => Date
  /** Whether tasks may ask for what reaches the host that they run on (`--allow-host-access`). */
  readonly allowHostAccess?: boolean
}

const acknowledged = { acknowledgment: "" }

/** Where the agent opens its command and telemetry sessions. Cached by agents for 12 hours. */
export const discoverPollEndpoint =
  (ports: EcsPorts): ReadOp<"ecs", "DiscoverPollEndpoint"> =>
  (cx) =>
    ports.pollEndpoint(cx.caller)

const report = (cx: Cx, arn: string | undefined, said: TaskReport): typeof acknowledged => {
  const task = arn === undefined ? undefined : cx.tx.tasks.get(arn)
  // An agent repeats a refused report for a day, so what is long forgotten is acknowledged.
  if (!task) return acknowledged
  if (!speaksFor(cx, task)) {
    throw fault("AccessDeniedException", `${cx.caller.arn} may not report on a task that was not placed on its host.`)
  }
  const names = new Set(task.containers.map((container) => container.name))
  const observed = observeTask(task.observed, said, names, cx.now)
  if (JSON.stringify(observed) !== JSON.stringify(task.observed)) cx.tx.tasks.patch(task.arn, { observed })
  return acknowledged
}

/** A task, its containers and its attachments, as the agent sees them now. */
export const submitTaskStateChange =
  ({ cloudTime = (wall) => wall }: EcsPorts): Op<"ecs", "SubmitTaskStateChange"> =>
  (cx, input) => {
    const { pullStartedAt, pullStoppedAt, executionStoppedAt } = input
    return report(cx, input.task, {
      ...input,
      pullStartedAt: pullStartedAt && cloudTime(pullStartedAt),
      pullStoppedAt: pullStoppedAt && cloudTime(pullStoppedAt),
      executionStoppedAt: executionStoppedAt && cloudTime(executionStoppedAt),
    })
  }

/** The same for one container; older agents say it this way. */
export const SubmitContainerStateChange: Op<"ecs", "SubmitContainerStateChange"> = (cx, input) => {
  const { task, cluster: _cluster, ...container } = input
  return report(cx, task, { containers: [container] })
}

/** Network interfaces that appeared on the host. Those of the instance itself belong to no task and are acknowledged. */
export const SubmitAttachmentStateChanges: Op<"ecs", "SubmitAttachmentStateChanges"> = (cx, input) => {
  for (const attachment of input.attachments ?? []) {
    const id = lastPart(attachment.attachmentArn ?? "")
    const [task] = cx.tx.tasks.by("attachment", id)
    if (task) report(cx, task.arn, { attachments: [attachment] })
  }
  return acknowledged
}
