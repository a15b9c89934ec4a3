// The connections to one target: kept alive, lent to one request at a time, ended when the target leaves.
import { connect } from "node:net"
import { connect as connectTls, type SecureContext } from "node:tls"
import type { Clock } from "../../../kernel/index.ts"
import type { Target } from "../../pools/pool.ts"
import { connectMs } from "./connect-time.ts"
import { Http1Connection } from "./http1-connection.ts"
import type { Answer, Outgoing, Sending } from "./types.ts"

/**
 * A request that must not be sent twice goes only over a connection that was used within this time: a target may be
 * closing one that idles, and nobody can say then whether it has read the request.
 */
const surelyOpenMs = 500
/** Idle ones beyond this are closed. */
const mostIdle = 512

/** Ways to targets by HTTP/1.1. One for all of a proxy's listeners. */
export class Http1Connections {
  readonly #clock: Clock
  readonly #byTarget = new WeakMap<Target, TargetConnections>()
  readonly #all = new Set<Http1Connection>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  send(target: Target, tls: SecureContext | undefined, outgoing: Outgoing, answer: Answer, idleMs: number): Sending {
    let connections = this.#byTarget.get(target)
    if (!connections) {
      connections = new TargetConnections(target, tls, this.#clock, this.#all)
      this.#byTarget.set(target, connections)
    }
    const connection = connections.take(outgoing)
    connection.send(outgoing, answer, idleMs)
    return connection
  }

  /** Over a connection of its own: after one that a target had closed. */
  sendAnew(target: Target, outgoing: Outgoing, answer: Answer, idleMs: number): Sending {
    const connection = this.#byTarget.get(target)?.open()
    if (!connection) throw new Error("nothing was ever sent to this target")
    connection.send(outgoing, answer, idleMs)
    return connection
  }

  close(): void {
    for (const connection of this.#all) connection.destroy("gone")
  }
}

class TargetConnections {
  readonly #target: Target
  readonly #tls: SecureContext | undefined
  readonly #clock: Clock
  readonly #all: Set<Http1Connection>
  readonly #own = new Set<Http1Connection>()
  /** The one used last is taken first: those that are not needed grow old and are closed. */
  readonly #idle: Http1Connection[] = []
  #gone = false

  constructor(target: Target, tls: SecureContext | undefined, clock: Clock, all: Set<Http1Connection>) {
    this.#target = target
    this.#tls = tls
    this.#clock = clock
    this.#all = all
    target.onGone(() => this.#end())
  }

  take({ repeatable }: Outgoing): Http1Connection {
    const last = this.#idle.at(-1)
    if (!last || (!repeatable && this.#clock.now() - last.idleSince > surelyOpenMs)) return this.open()
    this.#idle.pop()
    return last
  }

  open(): Http1Connection {
    const { address: host, port } = this.#target
    // Certificates of targets are not verified: AWS encrypts to them and trusts the VPC (target groups, HTTPS).
    const socket = this.#tls
      ? connectTls({ host, port, secureContext: this.#tls, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] })
      : connect({ host, port })
    const connection = new Http1Connection(socket, this.#tls ? "secureConnect" : "connect", this)
    const cancel = this.#clock.at(this.#clock.now() + connectMs, () => connection.destroy("unreachable"))
    socket.once(this.#tls ? "secureConnect" : "connect", cancel)
    socket.once("close", cancel)
    this.#own.add(connection)
    this.#all.add(connection)
    return connection
  }

  release(connection: Http1Connection): void {
    if (this.#gone || this.#idle.length >= mostIdle) {
      connection.destroy("gone")
      return
    }
    connection.idleSince = this.#clock.now()
    this.#idle.push(connection)
  }

  ended(connection: Http1Connection): void {
    if (!this.#own.delete(connection)) return
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  #end(): void {
    this.#gone = true
    for (const connection of [...this.#own]) connection.destroy("gone")
  }
}
