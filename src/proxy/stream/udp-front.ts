// UDP listeners: datagrams of one client go to one target and its answers back, for as long as something moves. How many
// such sessions there are is bounded: anyone may invent source addresses.
import { createSocket, type RemoteInfo, type Socket } from "node:dgram"
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { Counters } from "../counters/counters.ts"
import type { Way } from "../front.ts"
import type { Choice, Chooser } from "./choose.ts"
import type { FlowMeter } from "./meter.ts"
import { headerV2 } from "./proxy-protocol.ts"
import { endsWithHealth, endsWithTarget } from "./termination.ts"

export interface UdpOptions {
  readonly address: string
  readonly port: number
  readonly way: Way
  readonly zone: string | undefined
  readonly choose: Chooser["choose"]
  readonly meter: () => FlowMeter | undefined
  readonly clock: Clock
  readonly counters: Counters
}

/** AWS: a UDP flow ends when nothing moved for so long. */
const idle = 120_000
const sweep = 5_000
/** Each has a socket: beyond this a new client's datagrams are dropped until others are idle. */
const mostSessions = 4_096
/** Datagrams that wait for the socket to the target to be there. */
const mostWaiting = 64

export const listenUdp = async (options: UdpOptions): Promise<{ close(): Promise<void> }> => {
  const { address, port, clock, counters } = options
  const socket = createSocket({ type: "udp4" })
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject)
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off("error", reject)
      resolve()
    })
  })
  // An answer that cannot be delivered is the client's loss, as everywhere with UDP.
  socket.on("error", () => {})
  const sessions = new Map<string, Session>()
  let cancel: Cancel = () => {}
  const arm = () => {
    cancel = clock.at(clock.now() + sweep, () => {
      for (const session of [...sessions.values()]) if (clock.now() - session.seenAt >= idle) session.end()
      arm()
    })
  }
  arm()
  const uncount = counters.beforeFlush(() => {
    for (const session of sessions.values()) session.count()
  })
  socket.on("message", (message, from) => {
    const key = `${from.address} ${from.port}`
    const session = sessions.get(key) ?? begin(options, socket, from, sessions.size, () => sessions.delete(key))
    if (!session) return
    sessions.set(key, session)
    session.send(message)
  })
  return {
    close: async () => {
      cancel()
      for (const session of [...sessions.values()]) session.end()
      uncount()
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
}

const begin = (
  options: UdpOptions,
  listener: Socket,
  from: RemoteInfo,
  sessions: number,
  ended: () => void,
): Session | undefined => {
  const { choose, zone, meter: meterNow, way } = options
  const meter = meterNow()
  const key = { sourceAddress: from.address, sourcePort: from.port, port: way.port, seed: 0 }
  const choice = sessions < mostSessions ? choose(key, zone) : undefined
  if (choice && meter) return new Session(options, { listener, from, choice, meter, ended })
  // There is nothing like a reset: the datagram is dropped.
  meter?.rejected()
  return undefined
}

interface SessionParts {
  readonly listener: Socket
  readonly from: RemoteInfo
  readonly choice: Choice
  readonly meter: FlowMeter
  readonly ended: () => void
}

class Session {
  seenAt: number
  readonly #parts: SessionParts
  readonly #clock: Clock
  readonly #socket = createSocket({ type: "udp4" })
  readonly #header: Uint8Array | undefined
  readonly #cancels: readonly Cancel[]
  #waiting: Buffer[] | undefined = []
  #bytes = 0
  #over = false

  constructor({ clock, way }: UdpOptions, parts: SessionParts) {
    this.#parts = parts
    this.#clock = clock
    this.seenAt = clock.now()
    const { choice, listener, from, meter } = parts
    const { target, pool } = choice
    const { attributes } = pool.configuration
    target.active++
    meter.begin()
    if (!target.healthy) meter.unhealthyRouting()
    // No source says how AWS puts it before datagrams: here before each one.
    if (attributes["proxy_protocol_v2.enabled"] === "true")
      this.#header = headerV2(
        {
          ...{ sourceAddress: from.address, sourcePort: from.port },
          ...{ destinationAddress: way.address, destinationPort: way.port },
        },
        "udp",
      )
    this.#cancels = [
      target.onGone(() => {
        if (endsWithTarget(pool.configuration)) this.end()
      }),
      target.onChange(() => {
        const chosen = target.healthy || target.draining || pool.available(undefined).includes(target)
        if (!chosen && endsWithHealth(pool.configuration)) this.end()
      }),
    ]
    this.#socket.on("error", () => {
      // Nobody listens there: datagrams are lost, and the target is judged by its health checks.
    })
    this.#socket.on("message", (answer) => {
      this.seenAt = clock.now()
      this.#bytes += answer.length
      listener.send(answer, from.port, from.address)
    })
    this.#socket.connect(target.port, target.address, (error?: Error) => {
      // There is no way to it: what came is lost, and the next datagram may find another target.
      if (error) return this.end()
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      for (const message of waiting) this.#write(message)
    })
  }

  send(message: Buffer): void {
    this.seenAt = this.#clock.now()
    this.#bytes += message.length
    if (!this.#waiting) this.#write(message)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(message)
  }

  count(): void {
    if (this.#bytes > 0) this.#parts.meter.bytes(this.#bytes)
    this.#bytes = 0
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    const { choice, meter, ended } = this.#parts
    for (const cancel of this.#cancels) cancel()
    this.count()
    choice.target.active--
    meter.end()
    this.#socket.close()
    ended()
  }

  #write(message: Buffer): void {
    if (this.#over) return
    this.#socket.send(this.#header ? Buffer.concat([this.#header, message]) : message)
  }
}
