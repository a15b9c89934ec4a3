// The telemetry channel (TCS): metrics and health every twenty seconds, a change of health at once, and the state of the
// container engine when the control plane's heartbeat asks for it. Every frame is signed.
import { type Cancel, type Clock, type Ids, type Log, repeat } from "../../kernel/index.ts"
import type { TcsFromAgent } from "../../protocol/index.ts"
import { keepChannel, type OpenSocket } from "../channel/index.ts"
import type { ContainerDriver } from "../driver.ts"
import type { EndpointSource, HostFacts, Signer } from "../session/index.ts"
import type { TaskEngine } from "../types.ts"
import type { Collector } from "./collector.ts"
import { healthMessages, metricsMessages, type Speaker } from "./messages.ts"

export interface TelemetryOptions {
  readonly cluster: string
  readonly containerInstanceArn: string
  readonly endpoints: EndpointSource
  readonly signer: Signer
  readonly open: OpenSocket
  readonly host: HostFacts
  readonly engine: TaskEngine
  readonly driver: Pick<ContainerDriver, "info">
  readonly collector: Collector
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

export interface Telemetry {
  /** Looks after the container engine and publishes how it is. */
  check(): void
  close(): void
}

const publishEvery = 20_000
/** TCS: one second to one minute. */
const backOff = { first: 1_000, factor: 1.5, max: 60_000 }

type RuntimeStatus = "OK" | "IMPAIRED" | "INITIALIZING"

/** The URL of the upgrade; its parameters have other names than those of the command channel. */
export const telemetryUrl = (base: string, cluster: string, containerInstance: string, host: HostFacts): string => {
  const query = new URLSearchParams({
    agentHash: host.agentHash,
    agentVersion: host.agentVersion,
    cluster,
    containerInstance,
    dockerVersion: host.engineVersion,
  })
  return `${base}/ws?${query}`
}

/** Connects at once and keeps connected. */
export const startTelemetry = (options: TelemetryOptions): Telemetry => {
  const { clock, cluster, collector, containerInstanceArn, endpoints, engine, host, ids, log, signer } = options
  let url = ""
  let closed = false
  let open = false
  let runtime: { status: RuntimeStatus; since: number } = { status: "INITIALIZING", since: clock.now() }

  const speaker = (): Speaker => ({
    cluster,
    containerInstance: containerInstanceArn,
    messageId: () => ids.uuid(),
    now: clock.now(),
  })

  const send = (envelope: TcsFromAgent) => {
    channel.send(signer.frame(url, JSON.stringify(envelope)))
  }

  // Windows are taken only while they can be sent, so that a short gap is in the next publication.
  const publish = () => {
    if (!open) return
    for (const message of metricsMessages(engine.tasks(), collector, speaker()))
      send({ type: "PublishMetricsRequest", message })
    publishHealth(engine.tasks())
  }
  const publishHealth = (tasks: Parameters<typeof healthMessages>[0]) => {
    if (!open) return
    for (const message of healthMessages(tasks, speaker())) send({ type: "PublishHealthRequest", message })
  }

  const check = async () => {
    const status: RuntimeStatus = await options.driver.info().then(
      () => "OK",
      () => "IMPAIRED",
    )
    if (closed) return
    const now = clock.now()
    if (status !== runtime.status) runtime = { status, since: now }
    if (!open) return
    send({
      type: "PublishInstanceStatusRequest",
      message: {
        metadata: { cluster, containerInstance: containerInstanceArn, requestId: ids.uuid() },
        statuses: [
          { type: "ContainerRuntime", status, lastUpdated: now / 1000, lastStatusChange: runtime.since / 1000 },
        ],
        timestamp: now / 1000,
      },
    })
  }

  const channel = keepChannel({
    name: "tcs",
    clock,
    below: (limit) => ids.below(limit),
    log,
    open: options.open,
    backOff,
    upgrade: async () => {
      const { tcs } = await endpoints.get()
      url = telemetryUrl(tcs, cluster, containerInstanceArn, host)
      return { url, headers: signer.upgrade(url) }
    },
    onOpen: () => {
      open = true
      publish()
    },
    onDown: () => {
      open = false
      endpoints.doubt()
    },
    // Acknowledgements and heartbeats: the channel has counted them as signs of life, and there is nothing else to do.
    onMessage: () => {},
  })
  const stopPublishing = repeat(clock, publishEvery, publish)
  const unfollow: Cancel = engine.onChange((change) => {
    if (change.what === "health") publishHealth([change.task])
  })

  return {
    check: () => void check(),
    close: () => {
      closed = true
      open = false
      stopPublishing()
      unfollow()
      channel.close()
    },
  }
}
