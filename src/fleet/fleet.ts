// The control plane's side of the agent protocol: opens sessions for agents, tells each what is due when the records
// say so and are durable, and keeps `session` true.
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Caller } from "../gate/index.ts"
import type { Clock, Ids, Log } from "../kernel/index.ts"
import type { PublishMetricsRequest } from "../protocol/index.ts"
import type { Commit, ContainerInstanceRow, State, TaskRow } from "../state/index.ts"
import { compileFromRecords } from "./compile/from-records.ts"
import type { CredentialsOf } from "./credentials.ts"
import { due } from "./due.ts"
import { forgetSessions, setConnected } from "./facts.ts"
import { AcsSession } from "./sessions/acs.ts"
import { startTcsSession } from "./sessions/tcs.ts"
import { type Admission, admit, type Refusal } from "./sessions/upgrade.ts"

/** A payload of 1 MiB holds any task; an agent has no reason to send more. */
const frameBound = 4 * 1024 * 1024

export interface FleetOptions {
  readonly state: State
  /** The wall clock. */
  readonly clock: Clock
  /** The cloud clock, when it is another: since when agents are there or away. */
  readonly cloud?: Pick<Clock, "now">
  readonly ids: Ids
  readonly log: Log
  /** The port of the APIs, for the address that containers reach them at. */
  readonly apiPort: () => number
  /** Credentials of a task's roles, when it has any. */
  readonly credentials?: CredentialsOf
  readonly onMetrics?: (instanceArn: string, metrics: PublishMetricsRequest) => void
  /** An agent has a command session, and its tasks were told. */
  readonly onAgent?: (instanceArn: string) => void
}

/** See the head of the file. */
export interface Fleet {
  /** Takes over an upgrade request whose signature was verified. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void
  /** How many agents have a command session. */
  readonly connected: number
  close(): void
}

/** Starts to serve agents. */
export const startFleet = (options: FleetOptions): Fleet => {
  const { state, clock, ids, log } = options
  const cloudNow = () => Math.floor((options.cloud ?? clock).now())
  const server = new WebSocketServer({ noServer: true, maxPayload: frameBound, perMessageDeflate: false })
  const sessions = new Map<string, AcsSession>()
  const telemetry = new Map<string, WebSocket>()
  let closed = false
  forgetSessions(state, cloudNow())

  const compile = (task: TaskRow) =>
    state.view((view) =>
      compileFromRecords(view, task, {
        apiPort: options.apiPort(),
        ...(options.credentials && { credentials: options.credentials }),
      }),
    )

  const openAcs = (socket: WebSocket, { instance, version, sendCredentials, answersHeartbeats }: Admission) => {
    // An agent has one command session: a new one replaces what is left of the old.
    sessions.get(instance.arn)?.end()
    const session = new AcsSession({
      socket,
      instanceArn: instance.arn,
      clusterArn: instance.clusterArn,
      state,
      clock,
      ids,
      log,
      compile,
      sendCredentials,
      answersHeartbeats,
      ...(options.credentials && { credentials: options.credentials }),
    })
    sessions.set(instance.arn, session)
    setConnected(state, instance.arn, true, cloudNow(), version)
    log.info("An agent has connected.", { instance: instance.arn, version: version.agentVersion })
    socket.on("close", () => {
      session.end()
      if (closed || sessions.get(instance.arn) !== session) return
      sessions.delete(instance.arn)
      setConnected(state, instance.arn, false, cloudNow())
      log.info("An agent has gone.", { instance: instance.arn })
    })
    // What the session says must not run ahead of the disk.
    void state.durable(state.position).then(() => {
      if (sessions.get(instance.arn) !== session) return
      session.begin()
      options.onAgent?.(instance.arn)
    })
  }

  const openTcs = (socket: WebSocket, { instance }: Admission) => {
    const cancel = startTcsSession({
      socket,
      instanceArn: instance.arn,
      state,
      clock,
      cloudNow,
      log,
      ...(options.onMetrics && { onMetrics: options.onMetrics }),
    })
    telemetry.set(instance.arn, socket)
    socket.on("close", () => {
      cancel()
      if (telemetry.get(instance.arn) === socket) telemetry.delete(instance.arn)
    })
  }

  /** A deregistered instance is told so when it asks again (ecs-agent-protocol.md 4.3). */
  const dismiss = (arn: string) => {
    sessions.get(arn)?.close()
    telemetry.get(arn)?.close(1000)
  }

  const onCommit = (commit: Commit) => {
    for (const change of commit.changes) {
      if (change.table === "containerInstances") {
        const instance = change.after as ContainerInstanceRow | undefined
        if (!instance || instance.status === "INACTIVE") dismiss(change.key)
        continue
      }
      if (change.table !== "tasks" || !change.after) continue
      // What is durable decides whether something is due; the newest record whether it still is.
      const durable = change.after as TaskRow
      if (due(durable, false) === undefined) continue
      const task = state.view((view) => view.tasks.get(durable.arn))
      if (task?.containerInstanceArn) sessions.get(task.containerInstanceArn)?.changed(task)
    }
  }
  const watch = state.watch("durable", () => undefined, onCommit)

  return {
    upgrade: (request, socket, head, caller) => {
      // A request line may be what no URL is (`//:`), and nobody would catch a throw here.
      const url = URL.parse(request.url ?? "/", "http://agent") ?? new URL("http://agent/")
      const decision = state.view((view) => admit(view, url, caller))
      if (!("channel" in decision)) return refuseUpgrade(socket, decision)
      server.handleUpgrade(request, socket, head, (ws) => {
        ws.on("error", (error) =>
          log.warn("A session failed.", { instance: decision.instance.arn, error: error.message }),
        )
        if (decision.channel === "acs") openAcs(ws, decision)
        else openTcs(ws, decision)
      })
    },
    get connected() {
      return sessions.size
    },
    close: () => {
      // Sockets that end from now on are no news: the next start begins by forgetting all sessions.
      closed = true
      watch.stop()
      for (const session of sessions.values()) session.end()
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

const refuseUpgrade = (socket: Duplex, { status, type, message }: Refusal): void => {
  const body = JSON.stringify({ type, message: { message } })
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
