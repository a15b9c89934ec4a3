// One client's connection to one target: joined until both are through, or one of them breaks off, or it is ended from
// here. It counts its bytes when it is asked to.
import type { Socket } from "node:net"
import type { Choice } from "./choose.ts"
import type { TargetConnection } from "./connect.ts"
import type { FlowMeter, Resetter } from "./meter.ts"
import { join, reset } from "./relay.ts"

export interface FlowEnds {
  /** What carries the client's bytes: after TLS where the listener ends it. */
  readonly client: Socket
  readonly clientRaw: Socket
  readonly target: TargetConnection
}

export class Flow {
  readonly choice: Choice
  readonly #ends: FlowEnds
  readonly #meter: FlowMeter
  readonly #closed: (flow: Flow) => void
  #open = 2
  #counted = 0
  #seen = -1
  #idleSince = 0

  constructor(choice: Choice, ends: FlowEnds, meter: FlowMeter, closed: (flow: Flow) => void) {
    this.choice = choice
    this.#ends = ends
    this.#meter = meter
    this.#closed = closed
    const { client, clientRaw, target } = ends
    choice.target.active++
    meter.begin()
    this.#guard(client, "client")
    this.#guard(target.socket, "target")
    if (clientRaw !== client) clientRaw.on("error", () => this.#broken("client"))
    if (target.raw !== target.socket) target.raw.on("error", () => this.#broken("target"))
    join(client, target.socket)
  }

  /** Ends it from here: `reset` is what both peers see of a network load balancer, `close` of a classic one. */
  end(how: "reset" | "close"): void {
    if (this.#open === 0) return
    if (how === "reset") {
      this.#meter.reset("balancer")
      this.#reset()
      return
    }
    this.#ends.client.destroySoon()
    this.#ends.target.socket.destroySoon()
  }

  /** Counts what came since it was counted last. */
  count(): void {
    const moved = this.#moved()
    if (moved > this.#counted) this.#meter.bytes(moved - this.#counted)
    this.#counted = moved
  }

  /** For how long nothing has moved, as far as those saw who asked before. */
  idle(now: number): number {
    const moved = this.#moved()
    if (moved !== this.#seen) {
      this.#seen = moved
      this.#idleSince = now
    }
    return now - this.#idleSince
  }

  /** What came from both ends: as AWS counts, and what is still on its way does not count twice. */
  #moved(): number {
    return this.#ends.clientRaw.bytesRead + this.#ends.target.raw.bytesRead
  }

  #guard(socket: Socket, who: Resetter): void {
    socket.on("error", () => this.#broken(who))
    socket.on("close", () => this.#through(socket))
  }

  #broken(who: Resetter): void {
    if (this.#open < 2) return
    this.#meter.reset(who)
    this.#reset()
  }

  #reset(): void {
    reset(this.#ends.clientRaw)
    reset(this.#ends.target.raw)
    this.#ends.client.destroy()
    this.#ends.target.socket.destroy()
  }

  #through(socket: Socket): void {
    this.#open--
    if (this.#open === 0) {
      this.count()
      this.choice.target.active--
      this.#meter.end()
      this.#closed(this)
      return
    }
    // One is gone for good: what it had said was handed on, and nobody will hear what the other one says.
    const { client, target } = this.#ends
    const other = socket === client ? target.socket : client
    if (!other.writableEnded) other.end()
    if (other.readableEnded) return
    other.destroySoon()
  }
}
