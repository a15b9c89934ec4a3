// A connection between an agent and the control plane: frames arrive in order and late. Cut, frames that are on their
// way are lost, and each end hears of it in its own time: until then it talks into the void.
import { EventEmitter } from "node:events"
import type { WebSocket } from "ws"
import type { Clock } from "../../src/kernel/index.ts"

/** The control plane's end, as far as sessions use a WebSocket. */
class ServerSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  readonly #out: (text: string) => void

  constructor(out: (text: string) => void) {
    super()
    this.#out = out
  }

  send(text: string): void {
    if (this.readyState === this.OPEN) this.#out(text)
  }

  close(): void {
    if (this.readyState !== this.OPEN) return
    this.readyState = 3
    this.emit("close")
  }

  terminate(): void {
    this.close()
  }
}

export interface LinkEnds {
  readonly clock: Clock
  /** Milliseconds of this frame's way. */
  readonly latency: () => number
  readonly onFrame: (text: string) => void
  readonly onClose: () => void
}

/** See the head of the file. */
export class Link {
  readonly #ends: LinkEnds
  readonly #server: ServerSocket
  /** When the newest frame of a direction arrives: the next one is not before it. */
  #down = 0
  #up = 0
  #cut = false
  #closedForAgent = false

  constructor(ends: LinkEnds) {
    this.#ends = ends
    this.#server = new ServerSocket((text) => {
      this.#down = this.#carry(this.#down, () => {
        if (!this.#closedForAgent) ends.onFrame(text)
      })
    })
    // When the control plane closes, the agent hears of it after what was said before.
    this.#server.on("close", () => {
      this.#down = this.#carry(this.#down, () => this.#closeForAgent())
    })
  }

  /** What the fleet is given. */
  get socket(): WebSocket {
    return this.#server as unknown as WebSocket
  }

  /** The agent says something. */
  say(text: string): void {
    this.#up = this.#carry(this.#up, () => {
      if (this.#server.readyState === this.#server.OPEN) this.#server.emit("message", text)
    })
  }

  /** Nothing gets through any more; the control plane and the agent hear of it after so many milliseconds. */
  cut(server: number, agent: number): void {
    if (this.#cut) return
    this.#cut = true
    const { clock } = this.#ends
    clock.at(clock.now() + server, () => this.#server.close())
    clock.at(clock.now() + agent, () => this.#closeForAgent())
  }

  /** The agent's process ends its side, or has ended. */
  leave(): void {
    this.#closedForAgent = true
    this.cut(1, 1)
  }

  #closeForAgent(): void {
    if (this.#closedForAgent) return
    this.#closedForAgent = true
    this.#ends.onClose()
  }

  #carry(after: number, arrive: () => void): number {
    if (this.#cut) return after
    const { clock, latency } = this.#ends
    const at = Math.max(after, clock.now() + latency())
    clock.at(at, () => {
      if (!this.#cut) arrive()
    })
    return at
  }
}
