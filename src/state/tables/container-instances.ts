// Container instances: hosts with an agent, those of the hidden Fargate pools included. Registration is written by
// services/ecs, session facts (`session`, `timeline`) by fleet/.
import { defineTable } from "../table.ts"

export interface InstanceResource {
  readonly name: string
  readonly type: string
  readonly integerValue?: number
  readonly stringSetValue?: readonly string[]
}

export interface ContainerInstanceRow {
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly clusterArn: string
  /** A host of a hidden pool: Fargate. Invisible to ListContainerInstances; keyed by machine. */
  readonly pool?: "fargate"
  /** The machine (tables/machines.ts) that it runs on, when we made it. */
  readonly machineId?: string
  readonly ec2InstanceId?: string
  /** The ARN of the principal that registered it: without a machine, who may speak for it. */
  readonly registeredBy: string
  /** With which its agent registered: the same call again means the same instance. */
  readonly registrationToken?: string
  readonly status: "ACTIVE" | "DRAINING" | "INACTIVE"
  readonly registeredAt: number
  readonly attributes: readonly { readonly name: string; readonly value?: string }[]
  readonly registeredResources: readonly InstanceResource[]
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly session: {
    readonly connected: boolean
    /** Since when on the cloud clock. After a start nobody is connected, since then. */
    readonly since: number
    readonly agentVersion?: string
    readonly agentHash?: string
    readonly dockerVersion?: string
  }
  /** One counter for payload sequence numbers and manifest timelines. */
  readonly timeline: number
  /** Grows with every change that ECS sends an event for. */
  readonly version: number
  /** A digest of what the last event said; another one is due when it differs. Absent until the first. */
  readonly announced?: string
  /** When it became INACTIVE. */
  readonly inactiveAt?: number
}

export const containerInstances = defineTable<ContainerInstanceRow>()({
  name: "containerInstances",
  version: 1,
  key: (i) => i.arn,
  indexes: {
    cluster: (i) => (i.pool || i.status === "INACTIVE" ? undefined : i.clusterArn),
    /** Those that take tasks. */
    active: (i) => (i.pool || i.status !== "ACTIVE" ? undefined : i.clusterArn),
    token: (i) =>
      i.registrationToken === undefined || i.status === "INACTIVE"
        ? undefined
        : `${i.clusterArn} ${i.registrationToken}`,
    machine: (i) => i.machineId,
    pool: (i) => (i.pool && i.status === "ACTIVE" ? i.pool : undefined),
  },
})

/** What the agents' health checks of their hosts say. Apart from the instance, as it is said anew every half minute. */
export interface InstanceHealthRow {
  readonly containerInstanceArn: string
  readonly account: string
  readonly region: string
  readonly checks: readonly {
    /** As the API calls it: CONTAINER_RUNTIME. */
    readonly type: string
    readonly status: "OK" | "IMPAIRED" | "INSUFFICIENT_DATA" | "INITIALIZING"
    readonly statusReason?: string
    /** Milliseconds of the cloud clock. */
    readonly lastUpdated: number
    readonly lastStatusChange: number
  }[]
  /** What the last event said of the checks. */
  readonly announced?: string
}

export const instanceHealth = defineTable<InstanceHealthRow>()({
  name: "instanceHealth",
  version: 1,
  key: (h) => h.containerInstanceArn,
  indexes: {},
})
