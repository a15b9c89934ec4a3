// The messages of the agent communication service (ACS): JSON envelopes over a WebSocket, both directions.
// Shapes as in the agent's own model; what each means is in docs of the agent protocol. Types and codecs only.

/** The envelope of every frame. */
export interface Envelope<T extends string = string, M = unknown> {
  readonly type: T
  readonly message: M
}

export interface IamRoleCredentials {
  readonly credentialsId: string
  readonly roleArn: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** RFC 3339. */
  readonly expiration: string
}

export interface NameValue {
  readonly name: string
  readonly value: string
}

export interface AcsPortMapping {
  readonly containerPort?: number
  readonly hostPort?: number
  readonly containerPortRange?: string
  readonly protocol?: "tcp" | "udp"
}

export interface AcsSecret {
  readonly name: string
  readonly valueFrom: string
  readonly region?: string
  readonly provider: "ssm" | "asm"
  readonly type: "ENVIRONMENT_VARIABLE" | "MOUNT_POINT" | "BOOTSTRAP"
  readonly target?: "CONTAINER" | "LOG_DRIVER"
  readonly containerPath?: string
}

/** How a pull finds out what to log in with. */
export type RegistryAuthentication =
  | { readonly type: "asm"; readonly asmAuthData: { readonly credentialsParameter: string; readonly region: string } }
  | {
      readonly type: "ecr"
      readonly ecrAuthData: {
        readonly registryId: string
        readonly region: string
        /** Where the API is, when that is not where the agent looks for it. */
        readonly endpointOverride?: string
        readonly useExecutionRole: boolean
      }
    }

export interface AcsContainer {
  readonly name: string
  readonly image: string
  readonly cpu: number
  /** Hard limit in MiB; 0 for none. */
  readonly memory: number
  readonly essential: boolean
  readonly command?: readonly string[] | null
  readonly entryPoint?: readonly string[] | null
  readonly environment?: Readonly<Record<string, string>>
  readonly environmentFiles?: readonly { readonly value: string; readonly type: "s3" }[]
  readonly secrets?: readonly AcsSecret[]
  readonly links?: readonly string[]
  readonly mountPoints?: readonly {
    readonly sourceVolume: string
    readonly containerPath: string
    readonly readOnly: boolean
  }[]
  readonly volumesFrom?: readonly { readonly sourceContainer: string; readonly readOnly: boolean }[]
  readonly portMappings?: readonly AcsPortMapping[]
  readonly dependsOn?: readonly {
    readonly containerName: string
    readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY"
  }[]
  /** Seconds. */
  readonly startTimeout?: number
  /** Seconds. */
  readonly stopTimeout?: number
  readonly healthCheckType?: "docker"
  /** `config` and `hostConfig` are JSON strings of Docker's own shapes. */
  readonly dockerConfig: { readonly version?: string; readonly config: string; readonly hostConfig: string }
  /** A JSON string with at most the key `command`. */
  readonly overrides?: string
  readonly registryAuthentication?: RegistryAuthentication
  readonly logsAuthStrategy?: "ExecutionRole"
  readonly managedAgents?: readonly {
    readonly name: "ExecuteCommandAgent"
    readonly properties: Readonly<Record<string, string>>
  }[]
  readonly firelensConfiguration?: {
    readonly type: "fluentd" | "fluentbit"
    readonly options?: Readonly<Record<string, string>>
  }
  readonly restartPolicy?: {
    readonly enabled: boolean
    readonly ignoredExitCodes?: readonly number[]
    readonly restartAttemptPeriod?: number
  }
  readonly containerArn?: string
}

export interface AcsVolume {
  readonly name: string
  readonly type: "host" | "docker" | "efs"
  /** Must be there, if empty, for type host. */
  readonly host?: { readonly sourcePath?: string }
  readonly dockerVolumeConfiguration?: {
    readonly scope: "task" | "shared"
    readonly autoprovision?: boolean
    readonly driver?: string
    readonly driverOpts?: Readonly<Record<string, string>>
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly efsVolumeConfiguration?: object
}

export interface AcsNetworkInterface {
  readonly ec2Id: string
  readonly macAddress: string
  readonly attachmentArn?: string
  readonly index?: number
  readonly name?: string
  readonly ipv4Addresses: readonly { readonly privateAddress: string; readonly primary: boolean }[]
  /** With its mask, `172.31.0.1/20`. */
  readonly subnetGatewayIpv4Address: string
  readonly domainName?: readonly string[]
  readonly domainNameServers?: readonly string[]
  readonly privateDnsName?: string
}

export interface AcsAttachment {
  readonly attachmentArn: string
  readonly attachmentType: string
  readonly attachmentProperties: readonly NameValue[]
}

/**
 * The attachment by which our control plane tells our agent what the official protocol has no word for. The official
 * agent ignores attachment types that it does not know.
 * Properties: `vpcId`, `accountId`, `region`, `networkInterfaceId`, `apiEndpoint` (where containers reach the APIs),
 * `createdAt` (epoch ms of the task), `platformVersion`, `availabilityZone`, `clusterArn`, `taskDefinitionArn`;
 * `unresolvedImages`: containers with versionConsistency disabled, separated by commas. A task on an instance of a user's
 * has only the last, and the attachment only when there is one.
 */
export const roadsteadAttachmentType = "roadstead-task"

export interface AcsTask {
  readonly arn: string
  readonly taskClusterArn?: string
  readonly desiredStatus: "RUNNING" | "STOPPED"
  readonly family?: string
  readonly version?: string
  readonly taskDefinitionAccountId?: string
  readonly launchType?: string
  /** In vCPUs. */
  readonly cpu?: number
  /** In MiB. */
  readonly memory?: number
  readonly networkMode?: "bridge" | "host" | "none" | "awsvpc"
  readonly pidMode?: string
  readonly ipcMode?: string
  readonly serviceName?: string
  readonly group?: string
  readonly overrides?: string
  readonly zone?: string
  readonly roleCredentials?: IamRoleCredentials
  readonly executionRoleCredentials?: IamRoleCredentials
  readonly volumes?: readonly AcsVolume[]
  readonly containers?: readonly AcsContainer[]
  readonly elasticNetworkInterfaces?: readonly AcsNetworkInterface[]
  readonly attachments?: readonly AcsAttachment[]
  readonly associations?: readonly AcsAssociation[]
}

/** A device of the host that containers of the task are to have: its id is the name. */
export interface AcsAssociation {
  readonly name: string
  readonly type: "gpu"
  readonly content: { readonly encoding: "base64"; readonly value: string }
  readonly containers: readonly string[]
}

interface Addressed {
  readonly clusterArn: string
  readonly containerInstanceArn: string
  readonly messageId: string
  /** Epoch milliseconds. */
  readonly generatedAt: number
}

export interface PayloadMessage extends Addressed {
  readonly seqNum: number
  readonly timeline?: number
  readonly tasks: readonly AcsTask[]
}

export interface TaskIdentifier {
  readonly taskArn: string
  readonly taskClusterArn?: string
  readonly desiredStatus: "RUNNING" | "STOPPED"
}

export interface TaskManifestMessage extends Addressed {
  readonly timeline: number
  readonly tasks: readonly TaskIdentifier[]
}

export interface IamRoleCredentialsMessage {
  readonly messageId: string
  readonly taskArn: string
  readonly taskClusterArn?: string
  readonly roleType: "TaskApplication" | "TaskExecution"
  readonly roleCredentials: IamRoleCredentials
}

export interface AttachTaskNetworkInterfacesMessage extends Addressed {
  readonly taskArn: string
  readonly taskClusterArn?: string
  readonly waitTimeoutMs: number
  readonly elasticNetworkInterfaces: readonly AcsNetworkInterface[]
}

/** A sandbox that is to be ready before its task is there: the network of a VPC, by its label, and the interface on it. */
export interface PreparedSandbox {
  readonly network: string
  readonly networkInterface: AcsNetworkInterface
}

/**
 * Ours alone, and only for hosts of the Fargate pool; other agents ignore a message whose type they do not know. All
 * sandboxes that are to be ready on the host: it replaces what was said before.
 */
export interface PrepareSandboxesMessage {
  readonly messageId: string
  readonly sandboxes: readonly PreparedSandbox[]
}

/** Control plane → agent. */
export type AcsToAgent =
  | Envelope<"HeartbeatMessage", { readonly healthy: boolean; readonly messageId: string }>
  | Envelope<"PayloadMessage", PayloadMessage>
  | Envelope<"TaskManifestMessage", TaskManifestMessage>
  | Envelope<
      "TaskStopVerificationAck",
      { readonly messageId: string; readonly generatedAt: number; readonly stopTasks: readonly TaskIdentifier[] }
    >
  | Envelope<"IAMRoleCredentialsMessage", IamRoleCredentialsMessage>
  | Envelope<"AttachTaskNetworkInterfacesMessage", AttachTaskNetworkInterfacesMessage>
  | Envelope<"PrepareSandboxesMessage", PrepareSandboxesMessage>
  | Envelope<"CloseMessage" | "ErrorMessage", { readonly message: string }>

/** Agent → control plane. */
export type AcsFromAgent =
  | Envelope<"AckRequest", { readonly cluster: string; readonly containerInstance: string; readonly messageId: string }>
  | Envelope<
      "NackRequest",
      {
        readonly cluster: string
        readonly containerInstance: string
        readonly messageId: string
        readonly reason: string
      }
    >
  | Envelope<"HeartbeatAckRequest", { readonly messageId: string }>
  | Envelope<
      "IAMRoleCredentialsAckRequest",
      { readonly messageId: string; readonly expiration?: string; readonly credentialsId?: string }
    >
  | Envelope<
      "TaskStopVerificationMessage",
      { readonly messageId: string; readonly stopCandidates: readonly TaskIdentifier[] }
    >

/** Parses a frame; undefined for anything that is not an envelope. Members of `message` are not checked. */
export const parseEnvelope = (text: string): Envelope | undefined => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null) return undefined
  const { type, message } = value as { type?: unknown; message?: unknown }
  return typeof type === "string" && typeof message === "object" && message !== null ? { type, message } : undefined
}

/** By this `agentHash` an agent of ours is known. */
export const ownAgentHash = "roadstead"
