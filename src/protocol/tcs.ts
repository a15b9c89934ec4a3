// The messages of the telemetry service (TCS). Frames of the agent carry a signed HTTP-like header before the JSON;
// frames of the control plane are plain envelopes as in acs.ts. Types and codecs only.
import { type Envelope, parseEnvelope } from "./acs.ts"

export interface StatsSet {
  readonly min: number
  readonly max: number
  readonly sampleCount: number
  readonly sum: number
}

export interface ContainerMetric {
  readonly containerName: string
  readonly containerArn?: string
  /** Percent of all cores of the host together, as the official agent counts (total usage divided by the number of cores). */
  readonly cpuStatsSet?: StatsSet
  /** MiB. */
  readonly memoryStatsSet?: StatsSet
  readonly networkStatsSet?: Readonly<Record<string, StatsSet>>
  readonly storageStatsSet?: Readonly<Record<string, StatsSet>>
  readonly restartStatsSet?: { readonly restartCount: number }
}

export interface TaskMetric {
  readonly taskArn: string
  readonly taskDefinitionFamily?: string
  readonly taskDefinitionVersion?: string
  readonly containerMetrics: readonly ContainerMetric[]
}

export interface PublishMetricsRequest {
  readonly metadata: {
    readonly cluster: string
    readonly containerInstance: string
    readonly messageId: string
    readonly idle?: boolean
    readonly fin: boolean
  }
  readonly taskMetrics?: readonly TaskMetric[]
  readonly instanceMetrics?: object
  /** Epoch seconds with fraction. */
  readonly timestamp: number
}

export interface PublishHealthRequest {
  readonly metadata: {
    readonly cluster: string
    readonly containerInstance: string
    readonly messageId: string
    readonly fin: boolean
  }
  readonly tasks: readonly {
    readonly taskArn: string
    readonly clusterArn?: string
    readonly taskDefinitionFamily?: string
    readonly taskDefinitionVersion?: string
    readonly containers: readonly {
      readonly containerName: string
      readonly healthStatus: "HEALTHY" | "UNHEALTHY" | "UNKNOWN"
      readonly statusSince: number
      readonly statusMessage?: string
    }[]
  }[]
  readonly timestamp: number
}

export interface PublishInstanceStatusRequest {
  readonly metadata: { readonly cluster: string; readonly containerInstance: string; readonly requestId: string }
  readonly statuses: readonly {
    readonly type: string
    readonly status: "OK" | "IMPAIRED" | "INSUFFICIENT_DATA" | "INITIALIZING"
    readonly statusReason?: string
    readonly lastUpdated: number
    readonly lastStatusChange: number
  }[]
  readonly timestamp: number
}

/** Agent → control plane. */
export type TcsFromAgent =
  | Envelope<"PublishMetricsRequest", PublishMetricsRequest>
  | Envelope<"PublishHealthRequest", PublishHealthRequest>
  | Envelope<"PublishInstanceStatusRequest", PublishInstanceStatusRequest>

/** Control plane → agent. */
export type TcsToAgent =
  | Envelope<"AckPublishMetric" | "AckPublishHealth" | "AckPublishInstanceStatus", { readonly message: string }>
  | Envelope<"HeartbeatMessage", { readonly healthy: boolean }>

/** A frame of the agent: its header lines and the envelope behind them; undefined when either is missing. */
export const parseSignedFrame = (
  frame: string,
): { readonly headers: ReadonlyMap<string, string>; readonly envelope: Envelope } | undefined => {
  const end = frame.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const headers = new Map<string, string>()
  for (const line of frame.slice(0, end).split("\r\n")) {
    const colon = line.indexOf(":")
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const envelope = parseEnvelope(frame.slice(end + 4))
  return envelope && { headers, envelope }
}
