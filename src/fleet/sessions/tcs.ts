// One agent's telemetry session: health of containers becomes a fact, metrics are handed on, everything is acknowledged.
import type { WebSocket } from "ws"
import { type Cancel, type Clock, type Log, repeat } from "../../kernel/index.ts"
import {
  type PublishHealthRequest,
  type PublishInstanceStatusRequest,
  type PublishMetricsRequest,
  parseSignedFrame,
  type TcsToAgent,
} from "../../protocol/index.ts"
import type { HealthStatus, State } from "../../state/index.ts"
import { observe, withHealth } from "../facts.ts"
import { takeInstanceStatus } from "../instance-status.ts"

/** Any message resets the agent's timer of one to two minutes. */
const heartbeatPeriod = 20_000

export interface TcsSessionOptions {
  readonly socket: WebSocket
  readonly instanceArn: string
  readonly state: State
  readonly clock: Clock
  /** The time of the cloud clock. */
  readonly cloudNow: () => number
  readonly log: Log
  /** Where metrics go: the metric store of a later part, nowhere yet. */
  readonly onMetrics?: (instanceArn: string, metrics: PublishMetricsRequest) => void
}

/** See the head of the file. Ends with the function that it answers. */
export const startTcsSession = (options: TcsSessionOptions): Cancel => {
  const { socket, instanceArn, clock, log } = options
  const send = (message: TcsToAgent) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }
  const heartbeat = () => send({ type: "HeartbeatMessage", message: { healthy: true } })
  const cancel = repeat(clock, heartbeatPeriod, heartbeat)
  heartbeat()
  socket.on("message", (data) => {
    const frame = parseSignedFrame(String(data))
    if (!frame) return log.warn("An agent sent a telemetry frame that is no message.", { instance: instanceArn })
    switch (frame.envelope.type) {
      case "PublishHealthRequest":
        takeHealth(options, frame.envelope.message as PublishHealthRequest)
        return send({ type: "AckPublishHealth", message: { message: "" } })
      case "PublishMetricsRequest":
        options.onMetrics?.(instanceArn, frame.envelope.message as PublishMetricsRequest)
        return send({ type: "AckPublishMetric", message: { message: "" } })
      case "PublishInstanceStatusRequest":
        takeInstanceStatus(options, frame.envelope.message as PublishInstanceStatusRequest)
        return send({ type: "AckPublishInstanceStatus", message: { message: "" } })
      default:
        return
    }
  })
  return cancel
}

const statuses: ReadonlySet<unknown> = new Set<HealthStatus>(["HEALTHY", "UNHEALTHY", "UNKNOWN"])

const takeHealth = ({ state, instanceArn }: TcsSessionOptions, request: PublishHealthRequest): void => {
  for (const reported of Array.isArray(request.tasks) ? request.tasks : []) {
    // Nothing of a frame is of any type until it is looked at: even turning a value into text may throw.
    const arn: unknown = reported?.taskArn
    const task = typeof arn === "string" ? state.view((view) => view.tasks.get(arn)) : undefined
    if (!task) continue
    for (const container of Array.isArray(reported.containers) ? reported.containers : []) {
      const name: unknown = container?.containerName
      if (!statuses.has(container?.healthStatus) || typeof name !== "string") continue
      observe(state, task.arn, instanceArn, withHealth(task, name, container.healthStatus))
    }
  }
}
