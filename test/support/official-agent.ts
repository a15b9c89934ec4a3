// The official agent's side of the wire, scripted: it registers, connects, answers and reports with the members, queries
// and signatures of its recordings (test/golden/agent/messages.json), and refuses what it refuses. It runs no containers:
// what becomes of a task is said by the test.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { WebSocket } from "ws"
import type { AcsContainer, AcsTask, Envelope, IamRoleCredentials, TaskIdentifier } from "../../src/protocol/index.ts"
import { type Credentials, signFrame, signRequest } from "../../src/wire/client/index.ts"
import type { TestClock } from "./test-clock.ts"

export const recordings = JSON.parse(
  readFileSync(new URL("../golden/agent/messages.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>>

/** An answer of the API. */
export interface Answered {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Why an upgrade was refused. */
export interface Refused {
  readonly status: number | undefined
  readonly body: string
}

/** A task as the agent has it. */
export interface KnownTask {
  readonly task: AcsTask
  desired: string
}

type Attribute = { name: string; value?: string }
type Message = Readonly<Record<string, unknown>>

/**
 * Why the agent cannot load a task, in its words; undefined when it can. Of overrides it knows only `command`, a host volume
 * must be an object, and `config` and `hostConfig` are Docker's own JSON (ecs-agent-protocol.md sections 5 and 17).
 */
export const unloadable = (task: AcsTask): string | undefined => {
  for (const volume of task.volumes ?? []) {
    const kind = volume.type ?? "host"
    if (kind === "host" && typeof volume.host !== "object") return `invalid volume ${volume.name}`
  }
  for (const container of task.containers ?? []) {
    const wrong = unreadable(container)
    if (wrong) return wrong
  }
  return undefined
}

const unreadable = ({ dockerConfig, healthCheckType, overrides }: AcsContainer): string | undefined => {
  const others = Object.keys(JSON.parse(overrides ?? "{}") as object).filter((key) => key !== "command")
  if (others.length > 0) return `Unrecognized key: ${others[0]}`
  const config = JSON.parse(dockerConfig.config) as { Healthcheck?: { Interval: number } }
  const host = JSON.parse(dockerConfig.hostConfig) as { MemoryReservation?: number }
  if (healthCheckType === "docker" && !config.Healthcheck) return "docker health check without a configuration"
  // Nanoseconds and bytes: what is smaller was meant in other units.
  if (config.Healthcheck && config.Healthcheck.Interval < 1_000_000_000) return "an interval below a second"
  if (host.MemoryReservation !== undefined && host.MemoryReservation < 1024 ** 2) return "a reservation below 1 MiB"
  return undefined
}

export const officialAgent = (options: {
  readonly endpoint: string
  readonly credentials: Credentials
  readonly clock: TestClock
  /** As in ECS_CLUSTER: a name. */
  readonly cluster?: string
}) => {
  const { endpoint, clock, cluster = "default" } = options
  const tasks = new Map<string, KnownTask>()
  const sockets: WebSocket[] = []
  let arn = ""
  /** The highest number of a payload or manifest: section 4.5. */
  let sequence = -1
  let connectedOnce = false
  const signing = (credentials = options.credentials) => ({
    credentials,
    region: "us-east-1",
    service: "ecs",
    now: clock.now(),
  })

  const api = async (operation: string, body: object, credentials?: Credentials): Promise<Answered> => {
    const headers = {
      host: new URL(endpoint).host,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
    }
    const bytes = Buffer.from(JSON.stringify(body))
    const ask = { method: "POST", path: "/", query: "", headers, body: bytes }
    const response = await fetch(`${endpoint}/`, {
      method: "POST",
      headers: { ...headers, ...signRequest(ask, signing(credentials)) },
      body: bytes,
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  /** As the process does at its start; the answer is checked as the agent checks it before it goes on. */
  const register = async (custom: readonly Attribute[] = [], more: object = {}): Promise<Attribute[]> => {
    const { containerInstanceArn: _, ...recorded } = recordings["api-RegisterContainerInstance"] as Message
    const attributes = [...(arn === "" ? custom : []), ...(recorded.attributes as Attribute[])]
    const known = arn === "" ? {} : { containerInstanceArn: arn }
    const { status, body } = await api("RegisterContainerInstance", {
      ...recorded,
      ...known,
      cluster,
      attributes,
      ...more,
    })
    assert.equal(status, 200, JSON.stringify(body))
    const answered = body.containerInstance as { containerInstanceArn: string; attributes: Attribute[] }
    const values = new Map(answered.attributes.map(({ name, value = "" }) => [name, value]))
    const lost = attributes.filter(({ name, value = "" }) => values.get(name) !== value)
    assert.deepEqual(lost, [], "Attribute validation failed")
    arn = answered.containerInstanceArn
    return answered.attributes
  }

  const endpoints = async () => {
    const { body } = await api("DiscoverPollEndpoint", { cluster, containerInstance: arn, zoneId: "" })
    return body as { readonly endpoint: string; readonly telemetryEndpoint: string }
  }

  /** The recorded query with this instance in it. */
  const target = (channel: "acs" | "tcs", base: string): string => {
    const { target: recorded } = recordings[`ws-upgrade-${channel}`] as { target: string }
    const url = new URL(`${base}/ws?${recorded.split("?")[1]}`)
    url.searchParams.set(channel === "acs" ? "containerInstanceArn" : "containerInstance", arn)
    url.searchParams.set(channel === "acs" ? "clusterArn" : "cluster", cluster)
    if (channel === "acs") url.searchParams.set("sendCredentials", String(!connectedOnce))
    return url.href
  }

  const dial = async (channel: "acs" | "tcs", credentials?: Credentials | null) => {
    const found = await endpoints()
    const url = new URL(target(channel, channel === "acs" ? found.endpoint : found.telemetryEndpoint))
    const ask = { method: "GET", path: url.pathname, query: url.search.slice(1), headers: { host: url.host } }
    const signed = credentials === null ? {} : signRequest({ ...ask, body: new Uint8Array() }, signing(credentials))
    const socket = new WebSocket(url.href.replace(/^http/, "ws"), { headers: signed, perMessageDeflate: false })
    sockets.push(socket)
    const heard: Envelope<string, Message>[] = []
    const waiting: { type: string; resolve: (message: Envelope<string, Message>) => void }[] = []
    const take = (message: Envelope<string, Message>) => {
      const waiter = waiting.findIndex(({ type }) => type === message.type)
      if (waiter < 0) heard.push(message)
      else waiting.splice(waiter, 1)[0]?.resolve(message)
    }
    const refused = new Promise<Refused>((resolve) => {
      socket.on("unexpected-response", (_request, response) => {
        const chunks: Buffer[] = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }))
      })
    })
    socket.on("error", () => {})
    return {
      url,
      socket,
      heard,
      take,
      refused,
      closed: new Promise<number>((resolve) => socket.on("close", resolve)),
      opened: new Promise<void>((resolve) => socket.once("open", resolve)),
      /** The next message of a type, in the order of arrival. */
      next: (type: string): Promise<Envelope<string, Message>> => {
        const known = heard.findIndex((message) => message.type === type)
        if (known >= 0) return Promise.resolve(heard.splice(known, 1)[0] as Envelope<string, Message>)
        return new Promise((resolve) => waiting.push({ type, resolve }))
      },
    }
  }

  const submit = (task: string, status: string, more: object = {}) =>
    api("SubmitTaskStateChange", { cluster, task, status, reason: "", containers: [], ...more })

  /** The command session; messages are answered before the test hears of them. */
  const acs = async (credentials?: Credentials | null) => {
    const session = await dial("acs", credentials)
    const say = (type: string, message: object) => session.socket.send(JSON.stringify({ type, message }))
    let verifying: string | undefined
    const ack = ({ clusterArn, containerInstanceArn, messageId }: Message) =>
      say("AckRequest", { cluster: clusterArn, containerInstance: containerInstanceArn, messageId })

    const acknowledge = ({ messageId }: Message, { credentialsId, expiration }: IamRoleCredentials) =>
      say("IAMRoleCredentialsAckRequest", { messageId, expiration, credentialsId })

    const payload = (message: Message) => {
      sequence = Math.max(sequence, Number(message.seqNum))
      let good = true
      for (const task of message.tasks as AcsTask[]) {
        const known = tasks.get(task.arn)
        const wrong = known || task.desiredStatus === "STOPPED" ? undefined : unloadable(task)
        if (wrong) {
          good = false
          void submit(task.arn, "STOPPED", { reason: `UnrecogniedTaskError: Error loading task - ${wrong}` })
        } else if (!known) tasks.set(task.arn, { task, desired: task.desiredStatus })
        else if (task.desiredStatus === "STOPPED") known.desired = "STOPPED"
      }
      if (!good) return
      ack(message)
      const sets = (message.tasks as AcsTask[]).flatMap((task) => [task.roleCredentials, task.executionRoleCredentials])
      for (const set of sets) if (set) acknowledge(message, set)
    }
    const manifest = (message: Message) => {
      if (Number(message.timeline) <= sequence) return
      sequence = Number(message.timeline)
      ack(message)
      const wanted = (message.tasks as TaskIdentifier[]).map((task) => task.taskArn)
      const candidates = [...tasks.values()].filter(
        ({ task, desired }) => desired === "RUNNING" && !wanted.includes(task.arn),
      )
      if (candidates.length === 0) return
      verifying = String(message.messageId)
      const stopCandidates = candidates.map(({ task }) => ({
        desiredStatus: "STOPPED",
        taskArn: task.arn,
        taskClusterArn: task.taskClusterArn,
      }))
      say("TaskStopVerificationMessage", { messageId: verifying, stopCandidates })
    }
    const stops = ({ messageId, stopTasks }: Message) => {
      if (messageId !== verifying) return
      verifying = undefined
      for (const { taskArn } of stopTasks as TaskIdentifier[]) {
        const known = tasks.get(taskArn)
        if (known) known.desired = "STOPPED"
      }
    }
    const credentialsCame = (message: Message) => {
      if (tasks.has(String(message.taskArn))) acknowledge(message, message.roleCredentials as IamRoleCredentials)
    }
    session.socket.on("open", () => {
      connectedOnce = true
    })
    session.socket.on("message", (data) => {
      const envelope = JSON.parse(String(data)) as Envelope<string, Message>
      const { type, message } = envelope
      if (type === "HeartbeatMessage") say("HeartbeatAckRequest", { messageId: message.messageId })
      if (type === "PayloadMessage") payload(message)
      if (type === "TaskManifestMessage") manifest(message)
      if (type === "TaskStopVerificationAck") stops(message)
      if (type === "IAMRoleCredentialsMessage") credentialsCame(message)
      session.take(envelope)
    })
    return { ...session, say }
  }

  const tcs = async (credentials?: Credentials | null) => {
    const session = await dial("tcs", credentials)
    session.socket.on("message", (data) => session.take(JSON.parse(String(data)) as Envelope<string, Message>))
    return {
      ...session,
      /** Every frame has a signed header before its JSON: trap 1. */
      publish: (envelope: object) => session.socket.send(signFrame(JSON.stringify(envelope), session.url, signing())),
    }
  }

  return {
    api,
    register,
    endpoints,
    acs,
    tcs,
    submit,
    /** Tasks by ARN. */
    tasks,
    get arn() {
      return arn
    },
    /** The process starts again: credentials are gone, its checkpoint is not. */
    restarted: () => {
      connectedOnce = false
    },
    close: () => {
      for (const socket of sockets) socket.terminate()
    },
  }
}

export type OfficialAgent = ReturnType<typeof officialAgent>
