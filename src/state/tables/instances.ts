// EC2 instances and launch templates. What is wished of an instance and what became of it are apart: the state that EC2
// shows is computed from both (services/ec2/instances/state.ts). The machine under an instance is a row of machines.ts.
import type { InstanceMetadataOptions } from "../../protocol/index.ts"
import { defineTable } from "../table.ts"
import { type Owned, scoped } from "./ec2.ts"

/** `{ Code, Message }` of a state: why it came to be. */
export interface StateReason {
  readonly code: string
  readonly message: string
}

/** Those of an instance whose launch says nothing, and whose image does not either. */
export const defaultMetadataOptions: InstanceMetadataOptions = {
  endpoint: "enabled",
  tokens: "optional",
  hopLimit: 1,
  tags: "disabled",
}

export interface InstanceRow extends Owned {
  readonly id: string
  readonly reservationId: string
  /** The place of the instance among those of its request. */
  readonly launchIndex: number
  readonly imageId: string
  readonly instanceType: string
  /** Of its type, kept so that nobody but services/ec2 has to know types. */
  readonly vcpus: number
  readonly memoryMiB: number
  readonly architecture: "x86_64" | "arm64"
  readonly vpcId: string
  readonly subnetId: string
  readonly availabilityZone: string
  readonly privateIp: string
  readonly interfaceId: string
  /** When it was last started. */
  readonly launchedAt: number
  /** Base64, as it came. */
  readonly userData?: string
  /** The settings of the ECS agent that the user data writes into /etc/ecs/ecs.config; read once, at the launch. */
  readonly agentSettings: Readonly<Record<string, string>>
  /** Lines of the user data that were not understood, and so have no effect. */
  readonly notUnderstood?: readonly string[]
  readonly keyName?: string
  readonly instanceProfile?: {
    readonly arn: string
    readonly id: string
    /** `iip-assoc-…`, and since when. */
    readonly associationId?: string
    readonly associatedAt?: number
    /** It did not exist, nor did any other of its account: it gives the instance nothing (docs/decisions/0019). */
    readonly unknown?: boolean
  }
  /** Who may ask for its metadata, and how; absent: the defaults of `defaultMetadataOptions`. */
  readonly metadataOptions?: InstanceMetadataOptions
  readonly disableApiTermination?: boolean
  readonly disableApiStop?: boolean
  readonly shutdownBehavior?: "stop" | "terminate"
  readonly token?: { readonly value: string; readonly request: string }

  readonly desired: "running" | "stopped" | "terminated"
  /** `User initiated (2024-01-01 00:00:00 GMT)`, or empty. */
  readonly transitionReason: string
  readonly stateReason?: StateReason
  /** Grows with each start and reboot. */
  readonly boots: number

  readonly observed: {
    readonly state: "none" | "running" | "stopped" | "terminated"
    readonly at: number
    /** Why it could not be brought to run. */
    readonly reason?: StateReason
  }
}

export const instances = defineTable<InstanceRow>()({
  name: "instances",
  version: 1,
  key: (i) => `${scoped(i)}/${i.id}`,
  indexes: {
    scope: scoped,
    reservation: (i) => `${scoped(i)}/${i.reservationId}`,
    vpc: (i) => `${scoped(i)}/${i.vpcId}`,
    interface: (i) => `${scoped(i)}/${i.interfaceId}`,
    token: (i) => i.token && `${scoped(i)}/${i.token.value}`,
  },
})

/** What a version of a launch template says: members of RequestLaunchTemplateData, as they came. */
export interface LaunchTemplateVersion {
  readonly number: number
  readonly description?: string
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: number
  readonly createdBy: string
}

export interface LaunchTemplateRow extends Owned {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  readonly createdBy: string
  readonly defaultVersion: number
  readonly latestVersion: number
  /** In the order of their numbers; deleted ones are missing. */
  readonly versions: readonly LaunchTemplateVersion[]
  readonly token?: { readonly value: string; readonly request: string }
}

export const launchTemplates = defineTable<LaunchTemplateRow>()({
  name: "launchTemplates",
  version: 1,
  key: (t) => `${scoped(t)}/${t.id}`,
  indexes: {
    scope: scoped,
    name: (t) => `${scoped(t)}/${t.name}`,
    token: (t) => t.token && `${scoped(t)}/${t.token.value}`,
  },
})
