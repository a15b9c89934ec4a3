// The loopback of this machine from inside another network namespace: the proxy that has it is asked to open ports, and
// hands over what comes. UDP is not carried.
import { connect, type Socket } from "node:net"
import { type BackOff, type Cancel, type Clock, pauseAfter } from "../../kernel/index.ts"
import type { FromDoors, ToDoors } from "../../protocol/index.ts"
import type { Closable } from "./keep-open.ts"
import { readLines } from "./lines.ts"

const reconnect: BackOff = { first: 50, factor: 2, max: 2_000 }

export interface RemoteDoorsOptions {
  /** Of the proxy that has the loopback. */
  readonly path: string
  /** Our own, for what is handed over. */
  readonly handover: string
  readonly clock: Clock
  readonly say: (id: string, failure: string | undefined) => void
}

/** Keeps telling what is wished. */
export class RemoteDoors implements Closable {
  readonly #options: RemoteDoorsOptions
  #wishes: ToDoors["wishes"] = []
  #socket: Socket | undefined
  #failures = 0
  #cancel: Cancel = () => {}
  #closed = false

  constructor(options: RemoteDoorsOptions) {
    this.#options = options
    this.#open()
  }

  /** All that is wished from now on. */
  set(wishes: ToDoors["wishes"]): void {
    this.#wishes = wishes
    this.#tell()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    this.#socket?.destroy()
  }

  #tell(): void {
    const message: ToDoors = { type: "doors", socket: this.#options.handover, wishes: this.#wishes }
    if (this.#socket?.writable) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  #open(): void {
    const { path, clock, say } = this.#options
    const socket = connect(path)
    socket.on("connect", () => {
      this.#failures = 0
      this.#socket = socket
      this.#tell()
    })
    readLines(socket, (line) => {
      const { id, failure } = JSON.parse(line) as FromDoors
      if (this.#wishes.some((wish) => wish.id === id)) say(id, failure)
    })
    // Its end follows.
    socket.on("error", () => {})
    socket.on("close", () => {
      if (this.#closed) return
      this.#socket = undefined
      this.#failures += 1
      for (const { id } of this.#wishes) say(id, "This machine's loopback has no proxy at the moment.")
      this.#cancel = clock.at(clock.now() + pauseAfter(reconnect, this.#failures), () => this.#open())
    })
  }
}
