// The proxy's end of the channel to the control plane: it connects for as long as it lives, says who it is and all that it
// knows, then each change, and hears configurations.
import { connect, type Socket } from "node:net"
import { type BackOff, type Cancel, type Clock, errorFields, type Log, pauseAfter } from "../kernel/index.ts"
import type { FromProxy, MetricReport, ToProxy } from "../protocol/index.ts"
import { readLines } from "./listeners/lines.ts"

const reconnect: BackOff = { first: 50, factor: 2, max: 2_000 }

/** What was counted while nobody listened is kept, the oldest going first: about an hour of a hundred target groups. */
const keptMetrics = 100_000
/** Reports in one line: none of them is long. */
const batch = 1_000

export interface ChannelOptions {
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  /** Said to every control plane that answers, the hello first. */
  readonly everything: () => readonly FromProxy[]
  readonly heard: (message: ToProxy) => void
}

/** See the head of the file. */
export class Channel {
  readonly #options: ChannelOptions
  #socket: Socket | undefined
  #metrics: MetricReport[] = []
  #failures = 0
  #cancel: Cancel = () => {}
  #closed = false

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#open()
  }

  /** Said now or, with all that is known, to the next control plane. */
  say(message: FromProxy): void {
    if (this.#socket?.writable) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  /** Metrics are said once, however long it takes until somebody hears them. */
  sayMetrics(reports: readonly MetricReport[]): void {
    this.#metrics.push(...reports)
    if (this.#metrics.length > keptMetrics) this.#metrics = this.#metrics.slice(-keptMetrics)
    if (this.#socket?.writable) this.#flush()
  }

  close(): void {
    this.#closed = true
    this.#cancel()
    this.#socket?.end()
    this.#socket = undefined
  }

  #flush(): void {
    for (let at = 0; at < this.#metrics.length; at += batch)
      this.say({ type: "metrics", reports: this.#metrics.slice(at, at + batch) })
    this.#metrics = []
  }

  #open(): void {
    const { path, clock, log, everything, heard } = this.#options
    const socket = connect(path)
    socket.on("connect", () => {
      this.#failures = 0
      this.#socket = socket
      for (const message of everything()) this.say(message)
      this.#flush()
    })
    readLines(socket, (line) => {
      try {
        heard(JSON.parse(line) as ToProxy)
      } catch (thrown) {
        // What could not be applied is told apart in proxy.ts; this is a line that nobody can read.
        log.error("the control plane said something that cannot be done", errorFields(thrown))
      }
    })
    // Its end follows.
    socket.on("error", () => {})
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined
      if (this.#closed) return
      this.#failures += 1
      this.#cancel = clock.at(clock.now() + pauseAfter(reconnect, this.#failures), () => this.#open())
    })
  }
}

/** Reports of one kind as messages that are not too long. */
export const inBatches = <R>(reports: readonly R[], message: (reports: readonly R[]) => FromProxy): FromProxy[] =>
  Array.from({ length: Math.ceil(reports.length / batch) }, (_, n) =>
    message(reports.slice(n * batch, (n + 1) * batch)),
  )
