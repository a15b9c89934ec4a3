// What the service controller knows of a service when it plans: plain data, read in one view by look.ts.
import type { DeploymentRow, ServiceRow, TaskSetRow } from "../../state/index.ts"
import type { ShiftSeen } from "./shift/seen.ts"

/** What a load balancer sees of a task. */
export interface SeenTarget {
  /** As events and reasons call the load balancer: `(target-group arn…)`, `(elb web)`. */
  readonly balancer: string
  /** As DescribeTargetHealth shows it; `not found`: it is not registered; `no group`: there is nothing to register it in. */
  readonly state: "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable" | "not found" | "no group"
  /** Why, in the words of the load balancer. */
  readonly description?: string
  /** `i-…` of a target that stands for an instance. */
  readonly instance?: string
  /** Absent behind a classic load balancer. */
  readonly port?: number
}

/** A task of the service that is wanted: its desired status is RUNNING. Times in milliseconds of the cloud clock. */
export interface LiveTask {
  readonly arn: string
  /** The id of its deployment. */
  readonly deployment: string
  readonly running: boolean
  readonly createdAt: number
  readonly startedAt?: number
  /** Whether an essential container of it has a health check. */
  readonly checked: boolean
  readonly health: "HEALTHY" | "UNHEALTHY" | "UNKNOWN"
  /** What each of its load balancers sees. Absent without any. */
  readonly targets?: readonly SeenTarget[]
  /** Scale-in and deployments leave it alone until then. */
  readonly protectedUntil?: number
  readonly zone?: string
  readonly instance?: string
  /** What it holds of its instance. Looked up with {@link Seen.hosts}. */
  readonly size?: { readonly cpu: number; readonly memory: number }
  /** Its container instance is DRAINING. */
  readonly draining: boolean
}

/** A task that is over and was not counted yet. */
export interface EndedTask {
  readonly arn: string
  readonly deployment: string
  /** It was RUNNING once. */
  readonly hasRun: boolean
  /** Milliseconds from RUNNING to STOPPED, if it was RUNNING. */
  readonly lived?: number
  /** Somebody wanted it to end: a caller or the scheduler. */
  readonly wasAsked: boolean
}

/** A service with all that its next moves depend on. */
export interface Seen {
  readonly service: ServiceRow
  /** Absent while there is none (the EXTERNAL controller). */
  readonly primary?: DeploymentRow
  /** Older deployments that still have tasks, newest first. */
  readonly older: readonly DeploymentRow[]
  /** The one to roll back to: the newest that completed, besides the primary. */
  readonly lastGood?: DeploymentRow
  readonly live: readonly LiveTask[]
  /** Deployments whose failure is being rolled back. */
  readonly rollingBack: readonly DeploymentRow[]
  /** Ids of deployments with tasks that were told to stop and have not begun to, but for those that drain. */
  readonly leaving: ReadonlySet<string>
  /** The same with tasks whose targets drain: the API counts them no more, and they are still there. */
  readonly draining?: ReadonlySet<string>
  /** One of them is still RUNNING, and counted as such: `runningCount` is more than what is wished for. */
  readonly lingering: boolean
  readonly ended: readonly EndedTask[]
  /** What events have said since the last steady state, in the last six hours: it is not said twice. */
  readonly said: ReadonlySet<string>
  /** Where a deployment shifts traffic, or has to give it back. */
  readonly shift?: ShiftSeen
  /** With the EXTERNAL controller: the task sets, and how many tasks each is to have. */
  readonly taskSets?: readonly { readonly row: TaskSetRow; readonly desired: number }[]
  /** Availability zones that its tasks may be in; only looked up where they may be out of balance. */
  readonly zones?: readonly string[]
  /** The instances of its tasks, by ARN; only looked up where the order of scale-in depends on them. */
  readonly hosts?: ReadonlyMap<
    string,
    {
      readonly left: { readonly cpu: number; readonly memory: number }
      readonly attributes: ReadonlyMap<string, string>
    }
  >
  /** Of a DAEMON service: the container instances that should have a task. */
  readonly eligible?: readonly string[]
}

/** What changes in the row of a deployment; `undefined` takes a member away. */
export type DeploymentChange = { readonly [K in keyof DeploymentRow]?: DeploymentRow[K] | undefined }

/** The same of a task set. */
export type TaskSetChange = { readonly [K in keyof TaskSetRow]?: TaskSetRow[K] | undefined }
