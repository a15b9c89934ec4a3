// ECS services: what should run (`services`), the revisions of their settings, and the deployments that bring a revision
// about. Written by services/ecs (wishes) and controllers/service (progress); see OWNERS.md.
import type {
  AvailabilityZoneRebalancing,
  CapacityProviderStrategyItem,
  DeploymentConfiguration,
  DeploymentLifecycleHookAction,
  DeploymentLifecycleHookStage,
  DeploymentLifecycleHookStatus,
  LaunchType,
  LoadBalancer,
  NetworkConfiguration,
  PlacementConstraint,
  PlacementStrategy,
  PropagateTags,
  ServiceDeploymentLifecycleStage,
} from "@aws-sdk/client-ecs"
import type { Frozen } from "../shapes.ts"
import { defineTable } from "../table.ts"

interface Owned {
  readonly account: string
  readonly region: string
}

export interface ServiceRow extends Owned {
  readonly arn: string
  readonly clusterArn: string
  readonly name: string
  /** DRAINING: deleted, tasks are on their way out. INACTIVE: deleted and empty. */
  readonly status: "ACTIVE" | "DRAINING" | "INACTIVE"
  readonly schedulingStrategy: "REPLICA" | "DAEMON"
  readonly deploymentController: "ECS" | "EXTERNAL"
  /** What the caller wishes. For DAEMON 0: how many there should be is `daemonCount` of the primary deployment. */
  readonly desiredCount: number
  readonly deploymentConfiguration: Frozen<DeploymentConfiguration>
  readonly placementConstraints: readonly Frozen<PlacementConstraint>[]
  readonly placementStrategy: readonly Frozen<PlacementStrategy>[]
  readonly healthCheckGracePeriodSeconds?: number
  readonly enableExecuteCommand: boolean
  readonly enableECSManagedTags: boolean
  readonly propagateTags: PropagateTags
  readonly availabilityZoneRebalancing: AvailabilityZoneRebalancing
  readonly createdAt: number
  readonly createdBy: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly roleArn?: string
  /** Of its creation. */
  readonly clientToken?: string
  /** The id of the deployment that is PRIMARY. Absent with the EXTERNAL controller. */
  readonly primary?: string
  /** When the last event of a steady state was written, and for which version of the world: it repeats every six hours. */
  readonly steadyAt?: number
  readonly inactiveAt?: number
  /** Tasks are being moved between availability zones, for this count of them; or that is to be tried again later. */
  readonly rebalancing?:
    | { readonly state: "moving"; readonly desired: number }
    | { readonly state: "held"; readonly until: number }
}

export const services = defineTable<ServiceRow>()({
  name: "services",
  version: 1,
  key: (s) => s.arn,
  indexes: {
    /** Services that ListServices shows: those being deleted are not. */
    listed: (s) => (s.status === "ACTIVE" ? s.clusterArn : undefined),
    cluster: (s) => s.clusterArn,
    /** Of a cluster by status, to be counted. */
    status: (s) => `${s.clusterArn} ${s.status}`,
    token: (s) =>
      s.clientToken === undefined || s.status === "INACTIVE" ? undefined : `${s.clusterArn} ${s.clientToken}`,
    live: (s) => (s.status === "INACTIVE" ? undefined : "live"),
  },
})

/** The settings with which tasks are started. Never changed but for `images`: other settings are another revision. */
export interface ServiceRevisionRow extends Owned {
  readonly arn: string
  readonly serviceArn: string
  readonly taskDefinitionArn: string
  /** One of the two; both absent for EC2 by default. */
  readonly launchType?: LaunchType
  readonly capacityProviderStrategy?: readonly Frozen<CapacityProviderStrategyItem>[]
  readonly platformVersion?: string
  readonly networkConfiguration?: Frozen<NetworkConfiguration>
  /** As they were given, in that order; absent when there are none. */
  readonly loadBalancers?: readonly Frozen<LoadBalancer>[]
  /**
   * The target group of each of `loadBalancers` that tasks of this revision are registered in, in that order. Absent: the
   * `targetGroupArn` of each. Deployments that shift traffic take turns between it and the alternate one.
   */
  readonly targetGroupArns?: readonly (string | undefined)[]
  /** The digests of its images by container, as its first task has resolved them. */
  readonly images?: Readonly<Record<string, string>>
  readonly createdAt: number
}

export const serviceRevisions = defineTable<ServiceRevisionRow>()({
  name: "serviceRevisions",
  version: 1,
  key: (r) => r.arn,
  indexes: {
    service: (r) => r.serviceArn,
    taskDefinition: (r) => r.taskDefinitionArn,
    /** Those whose tasks are registered there. */
    targetGroup: (r) => [
      ...new Set((r.loadBalancers ?? []).flatMap((one, i) => r.targetGroupArns?.[i] ?? one.targetGroupArn ?? [])),
    ],
  },
})

export type ServiceDeploymentStatus =
  | "PENDING"
  | "IN_PROGRESS"
  | "SUCCESSFUL"
  | "STOP_REQUESTED"
  | "STOPPED"
  | "ROLLBACK_REQUESTED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED"

/** The API's pages have a stage before each shift of production traffic; the SDK's enum has it for hooks only. */
export type ShiftStage = ServiceDeploymentLifecycleStage | DeploymentLifecycleHookStage

/** How far a deployment has come in shifting traffic from the blue service revision to its own, the green one. */
export interface TrafficShift {
  readonly stage: ShiftStage
  /** When the stage began. */
  readonly since: number
  /** The id of the deployment that carried production traffic when this one began. The first one of a service has none. */
  readonly blue?: string
  /** Percent of production and of test traffic that load balancers were told to send to the green revision. */
  readonly production: number
  readonly test: number
  /** When they were told last. */
  readonly toldAt?: number
  /** Since when proxies carry it so. */
  readonly carriedAt?: number
  /** Why it could not be told: the deployment fails of it, or tries again when it is being rolled back. */
  readonly failure?: { readonly at: number; readonly reason: string }
  /** Hooks that wait, or waited, at the present stage. */
  readonly hooks?: readonly LifecycleHook[]
  /** It has all traffic and nothing is left of blue; or, rolled back, none and nothing is left of green. */
  readonly over?: true
}

/** A lifecycle hook of a deployment at one stage. */
export interface LifecycleHook {
  /** `ecs-pause-<id>`. */
  readonly id: string
  /** Its place in `lifecycleHooks`. */
  readonly index: number
  readonly stage: ShiftStage
  readonly status: DeploymentLifecycleHookStatus
  readonly expiresAt: number
  readonly timeoutAction: DeploymentLifecycleHookAction
}

/**
 * A deployment: `deployments[]` of DescribeServices while it is the primary one or has tasks left, and the service
 * deployment of the newer API, which is kept for 90 days.
 */
export interface DeploymentRow extends Owned {
  /** `ecs-svc/<19 digits>`: `startedBy` of its tasks. */
  readonly id: string
  /** The ARN of the service deployment. */
  readonly arn: string
  readonly serviceArn: string
  readonly revisionArn: string
  /** Revisions that were being run when it began. */
  readonly sourceRevisionArns: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
  /** Whether `deployments[]` shows it: until its tasks are gone after another one became primary. */
  readonly shown: boolean
  readonly rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED"
  readonly rolloutStateReason: string
  /** Of the service deployment. */
  readonly status: ServiceDeploymentStatus
  readonly statusReason?: string
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly stoppedAt?: number
  /** A deployment that completed may be rolled back to; 0 never. */
  readonly completedAt: number
  /** Mirrors the circuit breaker's counter. */
  readonly failedTasks: number
  /** A task of it has been RUNNING: the breaker counts failed health checks from now on. */
  readonly hasRun: boolean
  /** Tasks in a row that never reached RUNNING, and when the next may be started. */
  readonly throttle?: { readonly failures: number; readonly until: number }
  /** Tasks in a row that soon ended after they ran, when the last did, and when the next may be started. */
  readonly churn?: { readonly deaths: number; readonly lastAt: number; readonly until: number }
  /** The service's configuration when it began: later changes of it are for later deployments to tell. */
  readonly configuration?: Frozen<DeploymentConfiguration>
  /** All of it is so since then, and its bake time runs. */
  readonly bakingSince?: number
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly revisionArn: string }
  /** Of one that shifts traffic (BLUE_GREEN, LINEAR, CANARY), or has traffic of others brought back first. */
  readonly shift?: TrafficShift
  /** What callers have answered to hooks that wait, by their ids. */
  readonly hookAnswers?: Readonly<Record<string, DeploymentLifecycleHookAction>>
  /** Of a DAEMON service: the container instances that should have a task. */
  readonly daemonCount?: number
}

export const deployments = defineTable<DeploymentRow>()({
  name: "deployments",
  version: 1,
  key: (d) => `${d.serviceArn} ${d.id}`,
  indexes: {
    service: (d) => d.serviceArn,
    shown: (d) => (d.shown ? d.serviceArn : undefined),
    arn: (d) => d.arn,
    /** Those that wait for load balancers to carry what they were told. */
    shifting: (d) => (d.shift !== undefined && !d.shift.over ? "shifting" : undefined),
  },
})

/** One line of a service's events; the newest hundred are kept. */
export interface ServiceEventRow extends Owned {
  /** A UUID. */
  readonly id: string
  readonly serviceArn: string
  /** Counts up per service: the order in which events were written. */
  readonly number: number
  readonly createdAt: number
  readonly message: string
}

/** The key of an event: in the order of their numbers. */
export const serviceEventKey = ({ serviceArn, number }: Pick<ServiceEventRow, "serviceArn" | "number">): string =>
  `${serviceArn} ${String(number).padStart(12, "0")}`

export const serviceEvents = defineTable<ServiceEventRow>()({
  name: "serviceEvents",
  version: 1,
  key: serviceEventKey,
  indexes: { service: (e) => e.serviceArn },
})
