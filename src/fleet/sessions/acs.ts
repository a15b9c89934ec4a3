// One agent's command session: sends what is due, takes acks and stop candidates, keeps the connection alive with
// heartbeats. Knows one container instance; which tasks it has it reads from the records.
import type { WebSocket } from "ws"
import { type Cancel, type Clock, type Ids, type Log, repeat } from "../../kernel/index.ts"
import {
  type AcsNetworkInterface,
  type AcsTask,
  type AcsToAgent,
  type Envelope,
  type PreparedSandbox,
  parseEnvelope,
  type TaskIdentifier,
} from "../../protocol/index.ts"
import type { State, TaskRow, View } from "../../state/index.ts"
import type { CredentialsOf } from "../credentials.ts"
import { due, mayRun } from "../due.ts"
import { observe, reserveTimeline } from "../facts.ts"

/** Agents close after a minute without a message (ecs-agent-protocol.md 4.2). */
const heartbeatPeriod = 20_000
/** So many heartbeats without any word back, and the connection is given up: its network may be cut. */
const mostUnanswered = 3
/** The task is given up as long after it was made: controllers/task/attach-interface.ts. */
const attachTimeout = 5 * 60_000

export interface AcsSessionOptions {
  readonly socket: WebSocket
  readonly instanceArn: string
  readonly clusterArn: string
  readonly state: State
  /** The wall clock. */
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** The task as this agent is to have it; undefined when its records are not complete. */
  readonly compile: (task: TaskRow) => AcsTask | undefined
  /** The interfaces of a task that this agent has to wait for; absent for agents of ours, which make them. */
  readonly interfaces?: (task: TaskRow) => readonly AcsNetworkInterface[]
  /** The agent has no credentials of its tasks (it has just started) and asks for all of them. */
  readonly sendCredentials: boolean
  /** See Admission. */
  readonly answersHeartbeats?: boolean
  readonly credentials: CredentialsOf
  /** What this agent, in whatever session, has acknowledged of credentials: `expiration` by their ids. */
  readonly acknowledged: Map<string, string>
}

/** Reads what is on disk. */
const durably = <T>(state: State, read: (view: View) => T): T => {
  const { seen, stop } = state.watch("durable", read, () => {})
  stop()
  return seen
}

/** See the head of the file. */
export class AcsSession {
  readonly instanceArn: string
  readonly #options: AcsSessionOptions
  readonly #payloads = new Map<string, string>()
  /** Credentials that were sent and not yet acknowledged: `expiration` by their ids. */
  readonly #told = new Map<string, string>()
  readonly #cancelHeartbeat: Cancel
  #sequence: number
  #reserved: number
  #unanswered = 0

  constructor(options: AcsSessionOptions) {
    this.#options = options
    this.instanceArn = options.instanceArn
    const { after, upTo } = reserveTimeline(options.state, options.instanceArn)
    this.#sequence = after
    this.#reserved = upTo
    this.#cancelHeartbeat = repeat(options.clock, heartbeatPeriod, () => this.#heartbeat())
    options.socket.on("message", (data) => this.#receive(String(data)))
  }

  /** To be called once, when the session is known to the fleet: says everything that may have been missed. */
  begin(): void {
    const { state } = this.#options
    // What is durable decides: a task whose record is lost in a crash must not run, nor one end whose stop is.
    const tasks = durably(state, (view) => [...view.tasks.by("host", this.instanceArn)])
    for (const task of tasks) {
      const newest = due(task, true) && state.view((view) => view.tasks.get(task.arn))
      if (newest) this.#tell(newest, true)
    }
    this.#manifest(tasks)
    if (this.#options.sendCredentials) this.#options.acknowledged.clear()
    for (const task of tasks) {
      // What nothing was sent of yet comes with its payload.
      const sent = this.#options.sendCredentials || task.observed.payloadSentAt !== undefined
      if (sent && task.lastStatus !== "STOPPED") this.refreshCredentials(task)
    }
    this.#heartbeat()
  }

  /**
   * Sends the credentials of a task's roles that the agent has not acknowledged as they are now. One that does not know the
   * task gives no ack.
   */
  refreshCredentials(task: TaskRow): void {
    const { task: application, execution } = this.#options.credentials(task)
    const roles = [
      ["TaskApplication", application],
      ["TaskExecution", execution],
    ] as const
    for (const [roleType, roleCredentials] of roles) {
      if (!roleCredentials) continue
      if (this.#options.acknowledged.get(roleCredentials.credentialsId) === roleCredentials.expiration) continue
      this.#told.set(roleCredentials.credentialsId, roleCredentials.expiration)
      this.#send({
        type: "IAMRoleCredentialsMessage",
        message: {
          messageId: this.#options.ids.uuid(),
          taskArn: task.arn,
          taskClusterArn: task.clusterArn,
          roleType,
          roleCredentials,
        },
      })
    }
  }

  /** A task of this instance has changed, and the change is durable. */
  changed(task: TaskRow): void {
    this.#tell(task, false)
  }

  /** Says which sandboxes are to be ready on this host: all of them. Only of hosts of the Fargate pool. */
  prepare(sandboxes: readonly PreparedSandbox[]): void {
    this.#send({ type: "PrepareSandboxesMessage", message: { messageId: this.#options.ids.uuid(), sandboxes } })
  }

  /** Ends the session's own timers; the socket is the fleet's. */
  end(): void {
    this.#cancelHeartbeat()
  }

  #tell(task: TaskRow, again: boolean): void {
    const what = due(task, again)
    if (!what) return
    const now = Math.floor(this.#options.clock.now())
    if (what === "stop") {
      this.#sendPayload(task.arn, { arn: task.arn, taskClusterArn: task.clusterArn, desiredStatus: "STOPPED" })
      observe(this.#options.state, task.arn, this.instanceArn, (o) => ({ ...o, stopSentAt: o.stopSentAt ?? now }))
      return
    }
    if (what === "attach") {
      this.#attach(task)
      return
    }
    const compiled = this.#options.compile(task)
    if (!compiled) {
      this.#options.log.error("A task cannot be sent: its definition or interface is missing.", { task: task.arn })
      return
    }
    this.#sendPayload(task.arn, compiled)
    observe(this.#options.state, task.arn, this.instanceArn, (o) => ({ ...o, payloadSentAt: o.payloadSentAt ?? now }))
  }

  /** A task's payload comes when the agent has said that it sees the interface: ecs-agent-protocol.md 8.3. */
  #attach(task: TaskRow): void {
    const { state, ids, clock, interfaces } = this.#options
    const elasticNetworkInterfaces = interfaces?.(task) ?? []
    if (elasticNetworkInterfaces.length === 0) return
    const { arn: taskArn, clusterArn: taskClusterArn } = task
    const address = this.#address(ids.uuid())
    const message = { ...address, taskArn, taskClusterArn, waitTimeoutMs: attachTimeout, elasticNetworkInterfaces }
    this.#send({ type: "AttachTaskNetworkInterfacesMessage", message })
    const now = Math.floor(clock.now())
    observe(state, taskArn, this.instanceArn, (o) => ({ ...o, attachSentAt: o.attachSentAt ?? now }))
  }

  #sendPayload(taskArn: string, task: AcsTask): void {
    const messageId = this.#options.ids.uuid()
    // Only a RUNNING payload's ack is news: a STOP is answered by the task's own report.
    if (task.desiredStatus === "RUNNING") this.#payloads.set(messageId, taskArn)
    for (const sent of [task.roleCredentials, task.executionRoleCredentials])
      if (sent) this.#told.set(sent.credentialsId, sent.expiration)
    this.#send({
      type: "PayloadMessage",
      message: { ...this.#address(messageId), seqNum: this.#next(), tasks: [task] },
    })
  }

  #manifest(tasks: readonly TaskRow[]): void {
    const message: TaskIdentifier[] = tasks
      .filter((task) => task.desiredStatus === "RUNNING" && task.observed.payloadSentAt !== undefined)
      .map((task) => ({ taskArn: task.arn, taskClusterArn: task.clusterArn, desiredStatus: "RUNNING" }))
    // Its number must be above all payloads that were sent, or agents ignore it (trap 12).
    this.#send({
      type: "TaskManifestMessage",
      message: { ...this.#address(this.#options.ids.uuid()), timeline: this.#next(), tasks: message },
    })
  }

  #heartbeat(): void {
    if (this.#options.answersHeartbeats && this.#unanswered >= mostUnanswered) {
      this.#options.log.warn("An agent answers no more; its connection is given up.", { instance: this.instanceArn })
      // The other side would not hear a close frame, and nobody would wait for its answer.
      this.#options.socket.terminate()
      return
    }
    this.#unanswered += 1
    this.#send({ type: "HeartbeatMessage", message: { healthy: true, messageId: this.#options.ids.uuid() } })
  }

  #receive(text: string): void {
    this.#unanswered = 0
    const envelope = parseEnvelope(text)
    if (!envelope) {
      this.#options.log.warn("An agent sent a frame that is no message.", { instance: this.instanceArn })
      return
    }
    const message = envelope.message as Readonly<Record<string, unknown>>
    // Heartbeat acks say nothing that is kept; unknown types are ignored, as agents do.
    // Nothing of a frame is of any type until it is looked at: even turning a value into text may throw.
    if (envelope.type === "AckRequest" && typeof message.messageId === "string") this.#acked(message.messageId)
    if (envelope.type === "IAMRoleCredentialsAckRequest") {
      const { credentialsId, expiration } = message
      if (typeof credentialsId === "string" && typeof expiration === "string")
        this.#noteCredentials(credentialsId, expiration)
    }
    if (envelope.type === "TaskStopVerificationMessage") this.#verifyStops(envelope)
    if (envelope.type === "NackRequest") {
      this.#options.log.warn("An agent refused a message.", { instance: this.instanceArn, reason: message.reason })
    }
  }

  /** Only of sessions that there are: an agent could name any. */
  #noteCredentials(credentialsId: string, expiration: string): void {
    if (this.#told.get(credentialsId) !== expiration) return
    this.#told.delete(credentialsId)
    this.#options.acknowledged.set(credentialsId, expiration)
  }

  #acked(messageId: string): void {
    const taskArn = this.#payloads.get(messageId)
    if (taskArn === undefined) return
    this.#payloads.delete(messageId)
    const now = Math.floor(this.#options.clock.now())
    observe(this.#options.state, taskArn, this.instanceArn, (o) =>
      o.ackedAt === undefined ? { ...o, ackedAt: now } : o,
    )
  }

  /** The agent runs tasks that the manifest did not name: those that are really not to run are stopped. */
  #verifyStops(envelope: Envelope): void {
    const { messageId, stopCandidates } = envelope.message as { messageId?: unknown; stopCandidates?: unknown }
    if (typeof messageId !== "string" || !Array.isArray(stopCandidates)) return
    const arns = stopCandidates.flatMap((c: unknown) => {
      const arn = (c as { taskArn?: unknown } | null)?.taskArn
      return typeof arn === "string" ? [arn] : []
    })
    const stopTasks = durably(this.#options.state, (view) =>
      arns.filter((arn) => !mayRun(view.tasks.get(arn), this.instanceArn)),
    )
    this.#send({
      type: "TaskStopVerificationAck",
      message: {
        messageId,
        generatedAt: Math.floor(this.#options.clock.now()),
        stopTasks: stopTasks.map((taskArn) => ({
          taskArn,
          taskClusterArn: this.#options.clusterArn,
          desiredStatus: "STOPPED",
        })),
      },
    })
  }

  #next(): number {
    if (this.#sequence >= this.#reserved) {
      this.#reserved = reserveTimeline(this.#options.state, this.instanceArn).upTo
    }
    this.#sequence += 1
    return this.#sequence
  }

  #address(messageId: string) {
    return {
      clusterArn: this.#options.clusterArn,
      containerInstanceArn: this.instanceArn,
      messageId,
      generatedAt: Math.floor(this.#options.clock.now()),
    }
  }

  #send(message: AcsToAgent): void {
    if (this.#options.socket.readyState === this.#options.socket.OPEN)
      this.#options.socket.send(JSON.stringify(message))
  }
}
