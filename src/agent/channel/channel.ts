// Keeps one WebSocket to the control plane open for as long as the agent lives: connects, watches for silence, renews
// and backs off by the timers of the agent protocol. What travels on it is the business of its owner.
import { type BackOff, type Cancel, type Clock, errorFields, type Log, pauseAfter } from "../../kernel/index.ts"
import { type Envelope, parseEnvelope } from "../../protocol/index.ts"
import type { OpenSocket, Socket } from "./socket.ts"

/** Where to connect: the full URL with its query, and the headers of the signed upgrade. */
export interface Upgrade {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface ChannelOptions {
  /** For the log: `acs` or `tcs`. */
  readonly name: string
  readonly clock: Clock
  /** A whole number from 0 up to, not including, `limit`: the jitter of the timers. */
  below(limit: number): number
  readonly log: Log
  readonly open: OpenSocket
  /** Asked before every attempt; a rejection counts as a failed attempt. */
  upgrade(): Promise<Upgrade>
  /** Pauses after refused upgrades and abnormal closes. */
  readonly backOff: BackOff
  onOpen(): void
  onMessage(envelope: Envelope): void
  /** The connection is gone, or an attempt failed. */
  onDown?(): void
}

export interface Channel {
  /** Whether it was handed to an open socket. */
  send(text: string): boolean
  /** Ends this connection and opens the next after a pause: a message could not be dealt with and is to come again. */
  renew(reason: string): void
  close(): void
}

const minute = 60_000
/** The server says something at least once a minute; the agent allows it up to one more. */
const silence = { least: minute, jitter: minute }
/** The agent renews each connection itself. */
const life = { least: 30 * minute, jitter: 5 * minute }
/** What a connection must have lasted for its failures to be forgotten. */
const settledAfter = minute
/** A server that takes connections and drops them within this time is not worth a tight loop. */
const briefly = 1_000
/** A deregistered instance asks again only after this long; it never registers anew by itself. */
const inactivePause = 60 * minute
/**
 * The longest pause while nobody listens. The official agent goes up to the whole back-off (two minutes); a control
 * plane of one's own is restarted by its user, who is watching.
 */
const unreachableMax = 5_000
/** Closes after which the agent comes back at once: normal, going away, broken, internal error. */
const closesWithoutBackOff = new Set([1000, 1001, 1006, 1011])

/** See the head of the file. Connects at once. */
export const keepChannel = (options: ChannelOptions): Channel => {
  const { clock, log, below } = options
  let socket: Socket | undefined
  let attempt = 0
  let failures = 0
  let closed = false
  let openedAt: number | undefined
  let timers: Cancel[] = []
  let cancelSilence: Cancel = () => {}

  const stopTimers = () => {
    for (const cancel of timers) cancel()
    timers = []
    cancelSilence()
  }

  const retryIn = (pause: number) => {
    if (closed) return
    timers.push(clock.at(clock.now() + pause, () => void connect()))
  }

  const down = (pause: (lasted: number) => number, why: string) => {
    stopTimers()
    const lasted = openedAt === undefined ? 0 : clock.now() - openedAt
    if (lasted >= settledAfter) failures = 0
    socket = undefined
    openedAt = undefined
    attempt++
    if (closed) return
    options.onDown?.()
    const ms = pause(lasted)
    log.debug(`${options.name}: ${why}`, { retryInMs: Math.round(ms) })
    retryIn(ms)
  }

  /** The next pause of the back-off, with a fifth of jitter either way. */
  const backedOff = (max: number) => () => {
    const pause = pauseAfter({ ...options.backOff, max: Math.min(max, options.backOff.max) }, ++failures)
    return pause * (0.8 + below(401) / 1000)
  }
  const atOnce = (lasted: number) => {
    if (lasted >= briefly) return 0
    if (failures > 0) return backedOff(unreachableMax)()
    failures = 1
    return 0
  }

  const heard = () => {
    cancelSilence()
    cancelSilence = clock.at(clock.now() + silence.least + below(silence.jitter), () => {
      log.warn(`${options.name}: no message from the control plane, connecting again`)
      drop(1000, "No message from the server")
    })
  }

  // We do not wait for the other side's close frame: it may be the reason why we close.
  const drop = (code: number, reason: string) => {
    const old = socket
    down(() => 0, reason)
    old?.close(code, reason)
  }

  const connect = async () => {
    const mine = ++attempt
    const current = () => mine === attempt && !closed
    let upgrade: Upgrade
    try {
      upgrade = await options.upgrade()
    } catch (error) {
      if (current()) down(backedOff(unreachableMax), `no endpoint: ${errorFields(error).error}`)
      return
    }
    if (!current()) return
    socket = options.open(upgrade.url, upgrade.headers, {
      open: () => {
        if (!current()) return
        openedAt = clock.now()
        heard()
        timers.push(
          clock.at(clock.now() + life.least + below(life.jitter), () =>
            drop(1000, "ConnectionExpired: Reconnect to continue"),
          ),
        )
        options.onOpen()
      },
      message: (text) => {
        if (!current()) return
        const envelope = parseEnvelope(text)
        if (!envelope) return log.warn(`${options.name}: a frame that is not a message was dropped`)
        // Only messages count as a sign of life, pings of the WebSocket do not.
        heard()
        options.onMessage(envelope)
      },
      close: (code, reason) => {
        if (!current()) return
        const why = `closed with ${code} ${reason}`
        down(closesWithoutBackOff.has(code) ? atOnce : backedOff(Number.POSITIVE_INFINITY), why)
      },
      refused: (status, body) => {
        if (!current()) return
        if (body.includes("InactiveInstanceException")) {
          log.error("Container instance is deregistered.", { retryInMs: inactivePause })
          return down(() => inactivePause, "inactive instance")
        }
        log.warn(`${options.name}: the upgrade was refused`, { status, body: body.slice(0, 500) })
        down(backedOff(Number.POSITIVE_INFINITY), `refused with ${status}`)
      },
      error: (error) => {
        if (current()) down(backedOff(unreachableMax), error.message)
      },
    })
  }

  void connect()
  return {
    send: (text) => {
      if (!socket || openedAt === undefined) return false
      socket.send(text)
      return true
    },
    renew: (reason) => {
      if (!socket || openedAt === undefined) return
      const old = socket
      down(backedOff(unreachableMax), reason)
      old.close(1000, reason)
    },
    close: () => {
      if (closed) return
      closed = true
      stopTimers()
      socket?.close(1000, "Agent is stopping")
      socket = undefined
    },
  }
}
