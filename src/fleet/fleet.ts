// The control plane's side of the agent protocol: opens sessions for agents, tells each what is due when the records
// say so and are durable, and keeps `session` true.
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import type { Caller } from "../gate/index.ts"
import type { Clock, Ids, Log } from "../kernel/index.ts"
import type { AcsNetworkInterface, PublishMetricsRequest } from "../protocol/index.ts"
import type { Commit, ContainerInstanceRow, SandboxRow, State, TaskCredentialsRow, TaskRow } from "../state/index.ts"
import { compileFromRecords, gatherInterface } from "./compile/from-records.ts"
import { compileSandboxes } from "./compile/sandboxes.ts"
import { compileInterface } from "./compile/task.ts"
import { type CredentialsOf, credentialsFrom } from "./credentials.ts"
import { due } from "./due.ts"
import { forgetSessions, setConnected } from "./facts.ts"
import { AcsSession } from "./sessions/acs.ts"
import { startTcsSession } from "./sessions/tcs.ts"
import { type Admission, admit, type Refusal, refusedByPolicy } from "./sessions/upgrade.ts"

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
  /** Credentials of a task's roles. By default those of the records. */
  readonly credentials?: CredentialsOf
  /** The address at which an agent reached us: containers on its host reach the APIs there. */
  readonly reachedAt?: (caller: Caller) => string
  readonly onMetrics?: (instanceArn: string, metrics: PublishMetricsRequest) => void
  /** An agent has a command session, and its tasks were told. */
  readonly onAgent?: (instanceArn: string) => void
}

/** See the head of the file. */
export interface Fleet {
  /** Takes over an upgrade request whose signature was verified. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void
  /** Opens a session over a socket that somebody else has made, for `path?query`; answers why not. */
  attach(socket: WebSocket, path: string, caller: Caller): Refusal | undefined
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
  /** Both channels of every agent, by its instance. */
  const sockets = new Map<string, Set<WebSocket>>()
  /** By instance: what its agent has acknowledged of credentials, `expiration` by their ids. */
  const acknowledged = new Map<string, Map<string, string>>()
  const credentials: CredentialsOf =
    options.credentials ?? ((task) => state.view((view) => credentialsFrom(view, task)))
  let closed = false
  forgetSessions(state, cloudNow())

  const compile = (task: TaskRow, reachedAt: string | undefined) =>
    state.view((view) =>
      compileFromRecords(view, task, {
        apiPort: options.apiPort(),
        reachedAt,
        credentials,
      }),
    )

  const acknowledgedBy = (arn: string): Map<string, string> => {
    const known = acknowledged.get(arn) ?? new Map<string, string>()
    acknowledged.set(arn, known)
    return known
  }

  const interfaces = (task: TaskRow): readonly AcsNetworkInterface[] =>
    state.view((view) => {
      const row = view.networkInterfaces.first("task", task.arn)
      const found = row && gatherInterface(view, row)
      return found ? [compileInterface(found)] : []
    })

  const openAcs = (socket: WebSocket, admission: Admission, caller: Caller) => {
    const { instance, version, sendCredentials, answersHeartbeats } = admission
    const reachedAt = options.reachedAt?.(caller)
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
      compile: (task) => compile(task, reachedAt),
      ...(instance.machineId === undefined && { interfaces }),
      sendCredentials,
      answersHeartbeats,
      credentials,
      acknowledged: acknowledgedBy(instance.arn),
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
      if (instance.pool) saySandboxes(instance.arn)
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
    socket.on("close", cancel)
  }

  const saySandboxes = (arn: string) => {
    sessions.get(arn)?.prepare(state.view((view) => compileSandboxes(view, arn)))
  }
  /** Hosts of the pool whose sandboxes are others than they were told. */
  const unsaid = new Set<string>()
  const sayAllSandboxes = () => {
    const hosts = [...unsaid]
    unsaid.clear()
    if (!closed) for (const arn of hosts) saySandboxes(arn)
  }

  /** A session of a task has a new key. The first one goes with the task's payload. */
  const renewed = (before: TaskCredentialsRow | undefined, after: TaskCredentialsRow | undefined) => {
    if (!before) return
    const task = state.view((view) => view.tasks.get(before.taskArn))
    if (!after) acknowledged.get(task?.containerInstanceArn ?? "")?.delete(before.credentialsId)
    if (!after || task?.observed.payloadSentAt === undefined) return
    sessions.get(task.containerInstanceArn ?? "")?.refreshCredentials(task)
  }

  const onCommit = (commit: Commit) => {
    for (const change of commit.changes) {
      if (change.table === "containerInstances") {
        const instance = change.after as ContainerInstanceRow | undefined
        // Deregistered: its agent is sent away, and learns why when it asks again (ecs-agent-protocol.md 4.3).
        if (!instance || instance.status === "INACTIVE") {
          for (const socket of [...(sockets.get(change.key) ?? [])]) socket.close(1000)
          acknowledged.delete(change.key)
        }
        continue
      }
      if (change.table === "taskCredentials") {
        renewed(change.before as TaskCredentialsRow | undefined, change.after as TaskCredentialsRow | undefined)
        continue
      }
      if (change.table === "sandboxes") {
        const { containerInstanceArn } = (change.after ?? change.before) as SandboxRow
        // Several change in a turn, and each time all are said. After the payloads of tasks that have taken some.
        if (unsaid.size === 0) setImmediate(sayAllSandboxes)
        unsaid.add(containerInstanceArn)
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

  const decide = (path: string | undefined, caller: Caller) => {
    // A request line may be what no URL is (`//:`), and nobody would catch a throw here.
    const url = URL.parse(path ?? "/", "http://agent") ?? new URL("http://agent/")
    return state.view((view) => {
      const decision = admit(view, url, caller)
      if (!("channel" in decision)) return decision
      const { account, region } = decision.instance
      const times = { now: cloudNow(), wallNow: Math.floor(clock.now()) }
      const asked = { tx: view, scope: { account, region }, caller, ...times, auth: "relaxed", ids, log } as const
      return refusedByPolicy({ ...asked, requestId: ids.uuid() }, decision) ?? decision
    })
  }
  const open = (socket: WebSocket, admission: Admission, caller: Caller) => {
    const { arn } = admission.instance
    const own = sockets.get(arn) ?? new Set()
    sockets.set(arn, own.add(socket))
    socket.on("close", () => {
      own.delete(socket)
      if (own.size === 0 && sockets.get(arn) === own) sockets.delete(arn)
    })
    if (admission.channel === "acs") openAcs(socket, admission, caller)
    else openTcs(socket, admission)
  }

  return {
    upgrade: (request, socket, head, caller) => {
      const decision = decide(request.url, caller)
      if (!("channel" in decision)) return refuseUpgrade(socket, decision)
      server.handleUpgrade(request, socket, head, (ws) => {
        ws.on("error", (error) =>
          log.warn("A session failed.", { instance: decision.instance.arn, error: error.message }),
        )
        open(ws, decision, caller)
      })
    },
    attach: (socket, path, caller) => {
      const decision = decide(path, caller)
      if (!("channel" in decision)) return decision
      open(socket, decision, caller)
      return undefined
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
