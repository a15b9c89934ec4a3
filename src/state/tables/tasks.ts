// The record of a task, the hub of everything. Each column has one writer (see OWNERS.md): `desiredStatus`, `stopCode`
// and `stoppedReason` are wishes, `observed` is what the agent reported, `lastStatus` is the task controller's answer.

import type { TaskOverrides } from "../shapes.ts"
import { defineTable } from "../table.ts"
import { targetKey } from "./target-groups.ts"

/** The phases of a task in order; a task only moves to a later one. */
export const taskStatuses = [
  "PROVISIONING",
  "PENDING",
  "ACTIVATING",
  "RUNNING",
  "DEACTIVATING",
  "STOPPING",
  "DEPROVISIONING",
  "STOPPED",
] as const
export type TaskStatus = (typeof taskStatuses)[number]

/** Stopped tasks stay visible for an hour, in milliseconds: aws-behaviour.md 1.3, "Visibility". */
export const stoppedTaskLifetime = 60 * 60 * 1000

export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "SpotInterruption"
  | "TerminationNotice"
  | "InfrastructureHealth"

export type HealthStatus = "HEALTHY" | "UNHEALTHY" | "UNKNOWN"

/** A container as the agent reported it. Its status never goes backwards. */
export interface ObservedContainer {
  readonly status: "PENDING" | "RUNNING" | "STOPPED"
  readonly exitCode?: number
  readonly reason?: string
  readonly runtimeId?: string
  readonly imageDigest?: string
  readonly networkBindings?: readonly object[]
  readonly health?: HealthStatus
}

/** What the agent reported of a task. Times are milliseconds since the epoch. */
export interface ObservedTask {
  /** The payload was sent to the agent's session (not yet a fact about the host). */
  readonly payloadSentAt?: number
  /** AckRequest for the payload. */
  readonly ackedAt?: number
  readonly stopSentAt?: number
  readonly status?: "PENDING" | "RUNNING" | "STOPPED"
  readonly reason?: string
  readonly pullStartedAt?: number
  readonly pullStoppedAt?: number
  readonly executionStoppedAt?: number
  /** When status became RUNNING, STOPPED. */
  readonly runningAt?: number
  readonly stoppedAt?: number
  /** The agent was told of the interface that it is to wait for. */
  readonly attachSentAt?: number
  /** What the agent said of attachments, by their ids. */
  readonly attachments?: Readonly<Record<string, string>>
  readonly containers: Readonly<Record<string, ObservedContainer>>
}

/** One thing that must be done or undone in a phase. The kinds are the rows of a table in controllers/task/steps.ts. */
export interface TaskStep {
  readonly phase: "PROVISIONING" | "ACTIVATING" | "DEACTIVATING" | "DEPROVISIONING"
  readonly kind: string
  readonly status: "WAITING" | "DONE" | "FAILED"
  readonly reason?: string
}

export interface TaskAttachment {
  readonly id: string
  readonly type: "ElasticNetworkInterface"
  readonly status: "PRECREATED" | "CREATED" | "ATTACHING" | "ATTACHED" | "DETACHING" | "DETACHED" | "DELETED" | "FAILED"
  readonly details: readonly { readonly name: string; readonly value: string }[]
}

/** A container as RunTask made it: identity and the limits that apply; what it does is in `observed`. */
export interface TaskContainer {
  readonly arn: string
  readonly name: string
  readonly image: string
  /** The image by its digest, which an agent is to run instead: of a service whose revision holds on to it. */
  readonly pinnedImage?: string
  readonly essential: boolean
  readonly cpu: string
  readonly memory?: string
  readonly memoryReservation?: string
  /** Of its container instance, for it alone. */
  readonly gpuIds?: readonly string[]
  /** Its task definition has a health check. */
  readonly healthChecked: boolean
}

/** Where a container of a service's task is registered while the task is ACTIVATING or RUNNING: one of the two. */
export interface TaskBalancer {
  readonly targetGroupArn?: string
  /** A classic load balancer. */
  readonly loadBalancerName?: string
  readonly containerName: string
  readonly containerPort: number
}

/** A registration of a task, as tables/target-groups.ts keys it. */
export interface TaskTarget {
  /** Of the target group, or `classicKey` of the classic load balancer. */
  readonly groupArn: string
  /** The task's address, or its EC2 instance. */
  readonly id: string
  /** 0 behind a classic load balancer. */
  readonly port: number
}

/** The key of the registration and of its health. */
export const taskTargetKey = ({ groupArn, id, port }: TaskTarget): string => targetKey(groupArn, id, port)

export interface TaskRow {
  readonly arn: string
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly clusterArn: string
  readonly taskDefinitionArn: string
  readonly launchType: "FARGATE" | "EC2"
  readonly capacityProviderName?: string
  readonly platformVersion?: string
  readonly platformFamily?: string
  readonly cpu?: string
  readonly memory?: string
  readonly ephemeralStorageGiB?: number
  readonly group: string
  readonly startedBy?: string
  readonly serviceArn?: string
  /** Of the service revision that it was started with, as that was resolved then. Absent when there are none. */
  readonly loadBalancers?: readonly TaskBalancer[]
  readonly overrides: TaskOverrides
  readonly networkConfiguration?: {
    readonly subnets: readonly string[]
    readonly securityGroups: readonly string[]
    readonly assignPublicIp: "ENABLED" | "DISABLED"
  }
  readonly enableExecuteCommand: boolean
  /** How logs are delivered by drivers whose options name no `mode`: the account setting defaultLogDriverMode. */
  readonly logDriverMode?: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
  readonly containers: readonly TaskContainer[]
  readonly createdAt: number
  /** The container instance that it was placed on. For Fargate a host of the hidden pool, which no API shows. */
  readonly containerInstanceArn?: string
  readonly availabilityZone?: string

  readonly desiredStatus: "RUNNING" | "STOPPED"
  readonly stopCode?: StopCode
  readonly stoppedReason?: string
  readonly stopRequestedAt?: number

  readonly observed: ObservedTask

  readonly lastStatus: TaskStatus
  readonly steps: readonly TaskStep[]
  readonly attachments: readonly TaskAttachment[]
  /** Where it was registered, in the order of `loadBalancers`. What could not be registered is not among them. */
  readonly targets?: readonly TaskTarget[]
  /** Grows with every change that ECS would send an event for. */
  readonly version: number
  /** A digest of what the last event said; another one is due when it differs. Empty until the first. */
  readonly announced: string
  readonly connectivity?: "CONNECTED" | "DISCONNECTED"
  readonly connectivityAt?: number
  readonly startedAt?: number
  readonly stoppingAt?: number
  readonly executionStoppedAt?: number
  readonly stoppedAt?: number

  /** Scale-in and deployments leave it alone until then (UpdateTaskProtection). */
  readonly protectedUntil?: number
  /** Its end was counted by its service. */
  readonly counted?: true
}

export const tasks = defineTable<TaskRow>()({
  name: "tasks",
  version: 1,
  key: (t) => t.arn,
  indexes: {
    cluster: (t) => t.clusterArn,
    /** Tasks of a cluster by wish: what ListTasks asks first. */
    desired: (t) => `${t.clusterArn} ${t.desiredStatus}`,
    family: (t) => `${t.clusterArn} ${t.taskDefinitionArn.slice(0, t.taskDefinitionArn.lastIndexOf(":"))}`,
    startedBy: (t) => (t.startedBy === undefined ? undefined : `${t.clusterArn} ${t.startedBy}`),
    service: (t) => t.serviceArn,
    /** Tasks of a service that are not over, or whose end it has not counted. */
    serving: (t) => (t.lastStatus === "STOPPED" && t.counted ? undefined : t.serviceArn),
    /** Tasks that a host has or is to have. */
    host: (t) => (t.lastStatus === "STOPPED" ? undefined : t.containerInstanceArn),
    taskDefinition: (t) => (t.lastStatus === "STOPPED" ? undefined : t.taskDefinitionArn),
    /** Tasks of a cluster by launch type and status, to be counted. */
    launched: (t) => `${t.clusterArn} ${t.launchType} ${t.lastStatus}`,
    /** Tasks of a cluster that a capacity provider placed. */
    provider: (t) =>
      t.lastStatus === "STOPPED" || t.capacityProviderName === undefined
        ? undefined
        : `${t.clusterArn} ${t.capacityProviderName}`,
    /** By the ids of their attachments: how agents name them. */
    attachment: (t) => t.attachments.map((a) => a.id),
    /** Those that wait for an interface, a network or a host. */
    provisioning: (t) => (t.lastStatus === "PROVISIONING" ? "provisioning" : undefined),
    /** Those that a registration stands for, by its key. */
    target: (t) => (t.lastStatus === "STOPPED" ? [] : (t.targets ?? []).map(taskTargetKey)),
    /** Everything that is not over: what controllers look at when they start. */
    live: (t) => (t.lastStatus === "STOPPED" ? undefined : "live"),
  },
})

/** What a client token answered, so that the same call answers it again. Scope: the cluster. */
export interface RunTaskTokenRow {
  readonly account: string
  readonly region: string
  readonly clusterArn: string
  readonly token: string
  /** A digest of the parameters: the same token with others is a ConflictException. */
  readonly parameters: string
  readonly taskArns: readonly string[]
  /** The failures that were answered beside the tasks. */
  readonly failures?: readonly { readonly arn?: string; readonly reason?: string }[]
  readonly createdAt: number
}

export const runTaskTokens = defineTable<RunTaskTokenRow>()({
  name: "runTaskTokens",
  version: 1,
  key: (r) => `${r.clusterArn} ${r.token}`,
  indexes: { task: (r) => r.taskArns },
})
