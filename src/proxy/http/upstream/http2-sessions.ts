// Sessions of HTTP/2 to targets, for target groups of the protocol versions HTTP2 and GRPC: one or a few for each target,
// with a stream for each request.
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2"
import type { SecureContext } from "node:tls"
import type { Clock } from "../../../kernel/index.ts"
import type { Target } from "../../pools/pool.ts"
import { toFields } from "../fields.ts"
import { connectMs } from "./connect-time.ts"
import type { Answer, Failure, Outgoing, Sending } from "./types.ts"

/** Streams in one session, when the target does not say how many it takes. */
const mostStreams = 100

interface Session {
  readonly session: ClientHttp2Session
  readonly streams: Set<Http2Sending>
  connected: boolean
  /** Why its streams fail when it ends. */
  failure: Failure
  served: number
}

/** See the head of the file. One for all of a proxy's listeners. */
export class Http2Sessions {
  readonly #clock: Clock
  readonly #byTarget = new Map<Target, Session[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  send(target: Target, tls: SecureContext | undefined, outgoing: Outgoing, answer: Answer, idleMs: number): Sending {
    const sessions = this.#of(target)
    const open = sessions.find(
      ({ session, streams }) =>
        !session.closed &&
        !session.destroyed &&
        streams.size < (session.remoteSettings?.maxConcurrentStreams ?? mostStreams),
    )
    return new Http2Sending(open ?? this.#open(target, sessions, tls, idleMs), outgoing, answer, idleMs)
  }

  close(): void {
    for (const sessions of this.#byTarget.values()) for (const { session } of sessions) session.destroy()
  }

  #of(target: Target): Session[] {
    const known = this.#byTarget.get(target)
    if (known) return known
    const sessions: Session[] = []
    this.#byTarget.set(target, sessions)
    target.onGone(() => {
      this.#byTarget.delete(target)
      for (const one of [...sessions]) end(one, "gone")
    })
    return sessions
  }

  #open(target: Target, sessions: Session[], tls: SecureContext | undefined, idleMs: number): Session {
    const { address, port } = target
    const url = `${tls ? "https" : "http"}://${address.includes(":") ? `[${address}]` : address}:${port}`
    const session = connect(url, tls ? { secureContext: tls, rejectUnauthorized: false, ALPNProtocols: ["h2"] } : {})
    const made: Session = { session, streams: new Set(), connected: false, failure: "refused", served: 0 }
    sessions.push(made)
    const cancel = this.#clock.at(this.#clock.now() + connectMs, () => end(made, "unreachable"))
    session.once("connect", () => {
      cancel()
      made.connected = true
      made.failure = "reset"
      for (const stream of [...made.streams]) stream.sent()
    })
    session.setTimeout(idleMs, () => {
      if (made.streams.size === 0) session.close()
    })
    session.on("error", () => end(made, made.failure))
    session.once("close", () => {
      cancel()
      end(made, made.failure)
      const at = sessions.indexOf(made)
      if (at >= 0) sessions.splice(at, 1)
    })
    return made
  }
}

const end = (session: Session, why: Failure): void => {
  for (const stream of [...session.streams]) stream.fail(why)
  session.session.destroy()
}

class Http2Sending implements Sending {
  readonly #session: Session
  readonly #stream: ClientHttp2Stream
  readonly #reused: boolean
  #answer: Answer | undefined
  #answered = false
  #paused = false
  #trailersIn: readonly string[] = []
  #trailersOut: readonly string[] = []

  constructor(session: Session, outgoing: Outgoing, answer: Answer, idleMs: number) {
    this.#session = session
    this.#answer = answer
    this.#reused = session.served++ > 0
    const { request, body, length } = outgoing
    const { host, ...fields } = toFields(request.headers)
    const stream = session.session.request(
      {
        ":method": request.method,
        ":path": request.path,
        ...(host !== undefined && { ":authority": String(host) }),
        ...fields,
        ...(length !== undefined && { "content-length": length }),
      },
      { endStream: body === "none", waitForTrailers: body !== "none" },
    )
    this.#stream = stream
    session.streams.add(this)
    stream.setTimeout(idleMs, () => this.#silent())
    stream.on("wantTrailers", () => stream.sendTrailers(toFields(this.#trailersOut)))
    stream.on("response", (headers, flags, ...rest: unknown[]) => {
      const status = Number(headers[":status"])
      const empty = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
      this.#answered = true
      const [raw] = rest
      this.#answer?.onHead({ status, reason: "", headers: plain(raw), ...(empty && { empty: true as const }) })
    })
    stream.on("trailers", (_, __, ...rest: unknown[]) => {
      this.#trailersIn = plain(rest[0])
    })
    stream.on("data", (chunk: Buffer) => {
      if (this.#answer?.onBody(chunk) !== false) return
      this.#paused = true
      stream.pause()
    })
    stream.on("end", () => this.#end())
    stream.on("drain", () => this.#answer?.onDrain())
    stream.on("error", () => {})
    stream.on("close", () => this.fail(session.failure))
    // Not before whoever sends has got hold of this.
    if (session.connected) queueMicrotask(() => this.sent())
  }

  sent(): void {
    this.#answer?.onSent()
  }

  write(chunk: Buffer): boolean {
    return this.#stream.write(chunk)
  }

  end(trailers: readonly string[]): void {
    this.#trailersOut = trailers
    this.#stream.end()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#stream.resume()
  }

  abort(): void {
    this.#answer = undefined
    this.#session.streams.delete(this)
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  fail(why: Failure): void {
    const answer = this.#answer
    this.#answer = undefined
    this.#session.streams.delete(this)
    if (!answer) return
    this.#stream.close(constants.NGHTTP2_CANCEL)
    const refused = this.#stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
    answer.onFailure(why, !this.#answered && (this.#reused || refused) && why === "reset")
  }

  #end(): void {
    const answer = this.#answer
    // A stream that was reset ends too, without being whole.
    if (!answer || !this.#answered || (this.#stream.rstCode ?? 0) !== 0) return
    this.#answer = undefined
    this.#session.streams.delete(this)
    answer.onEnd(undefined, this.#trailersIn)
  }

  /** A client that does not read holds it up, not the target. */
  #silent(): void {
    if (!this.#paused) this.fail(this.#session.connected ? "silent" : "unreachable")
  }
}

/** Names and values in turn without pseudo headers. */
const plain = (raw: unknown): string[] => {
  const out: string[] = []
  if (!Array.isArray(raw)) return out
  for (let i = 0; i < raw.length; i += 2)
    if (!String(raw[i]).startsWith(":")) out.push(String(raw[i]), String(raw[i + 1]))
  return out
}
