// What an agent reports of a task, laid over what it reported before. Pure: times and statuses only go forward, reports
// may come twice or late, and one report may name a container twice (agent protocol, section 8).
import type { NetworkBinding } from "@aws-sdk/client-ecs"
import type { Frozen, ObservedContainer, ObservedTask } from "../../state/index.ts"
import { present } from "./shape.ts"

type Status = ObservedContainer["status"]

/** What is said of one container. */
export interface ContainerReport {
  readonly containerName?: string | undefined
  readonly status?: string | undefined
  readonly exitCode?: number | undefined
  readonly reason?: string | undefined
  readonly runtimeId?: string | undefined
  readonly imageDigest?: string | undefined
  readonly networkBindings?: readonly Frozen<NetworkBinding>[] | undefined
}

/** What is said of a task, with its containers in the order in which it happened. */
export interface TaskReport {
  readonly status?: string | undefined
  readonly reason?: string | undefined
  readonly containers?: readonly ContainerReport[] | undefined
  readonly attachments?:
    | readonly { readonly attachmentArn: string | undefined; readonly status: string | undefined }[]
    | undefined
  readonly pullStartedAt?: Date | undefined
  readonly pullStoppedAt?: Date | undefined
  readonly executionStoppedAt?: Date | undefined
}

const order: readonly Status[] = ["PENDING", "RUNNING", "STOPPED"]
/** Anything else that an agent may say (CREATED, MANIFEST_PULLED, …) comes before running. */
const statusOf = (text: string | undefined): Status => order.find((status) => status === text) ?? "PENDING"
const isBefore = (a: Status, b: Status): boolean => order.indexOf(a) < order.indexOf(b)
/** Agents send empty reasons. */
const said = (text: string | undefined): string | undefined => text || undefined
/** ECS's own bound for reasons. */
const longestReason = 1024

/** One container after a report. A status before the known one is stale: it adds facts that were missing, no more. */
export const observeContainer = (known: ObservedContainer | undefined, report: ContainerReport): ObservedContainer => {
  const status = statusOf(report.status)
  const facts = present({
    exitCode: report.exitCode,
    reason: said(report.reason)?.slice(0, longestReason),
    runtimeId: said(report.runtimeId),
    imageDigest: said(report.imageDigest),
    networkBindings: report.networkBindings?.length ? report.networkBindings : undefined,
  })
  if (!known) return { status, ...facts }
  return isBefore(status, known.status) ? { ...facts, ...known } : { ...known, ...facts, status }
}

const observeContainers = (
  known: ObservedTask["containers"],
  reports: readonly ContainerReport[],
  names: ReadonlySet<string>,
): ObservedTask["containers"] => {
  // A map, for names are the caller's: an object's own `__proto__` cannot be assigned, and it inherits `constructor`.
  const seen = new Map(Object.entries(known))
  for (const report of reports) {
    const name = report.containerName ?? ""
    if (names.has(name)) seen.set(name, observeContainer(seen.get(name), report))
  }
  return Object.fromEntries(seen)
}

const milliseconds = (at: Date | undefined): number | undefined => (at === undefined ? undefined : at.getTime())

/** The task after a report that came at `now`. `names` are its containers; others (the pause container) are left out. */
export const observeTask = (
  known: ObservedTask,
  report: TaskReport,
  names: ReadonlySet<string>,
  now: number,
): ObservedTask => {
  const before = known.status ?? "PENDING"
  const reported = statusOf(report.status)
  const status = report.status === undefined || isBefore(reported, before) ? known.status : reported
  const attached = (report.attachments ?? []).flatMap(({ attachmentArn, status: state }) =>
    attachmentArn && state ? [[attachmentArn.slice(attachmentArn.lastIndexOf("/") + 1), state] as const] : [],
  )
  return {
    ...known,
    ...present({
      status,
      reason: known.reason ?? said(report.reason)?.slice(0, longestReason),
      // The first report of a moment counts: later ones only repeat it.
      pullStartedAt: known.pullStartedAt ?? milliseconds(report.pullStartedAt),
      pullStoppedAt: known.pullStoppedAt ?? milliseconds(report.pullStoppedAt),
      executionStoppedAt: known.executionStoppedAt ?? milliseconds(report.executionStoppedAt),
      runningAt: known.runningAt ?? (status === "RUNNING" ? now : undefined),
      stoppedAt: known.stoppedAt ?? (status === "STOPPED" ? now : undefined),
      attachments: attached.length > 0 ? { ...known.attachments, ...Object.fromEntries(attached) } : known.attachments,
    }),
    containers: observeContainers(known.containers, report.containers ?? [], names),
  }
}
