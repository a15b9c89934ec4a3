// A client's connection to a listener, from its acceptance on: who it is, what is under way over it, and what its silence
// means.
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import type { Way } from "../../front.ts"
import type { ClientConnection } from "./client.ts"

/** A request of HTTP/1 as far as its connection has to do with it. */
export interface UnderWay {
  /** Some of its body has not come. */
  readonly awaitsClient: boolean
  /** Some of its answer is out. */
  readonly answering: boolean
  onClientSilent(): void
}

/** See the head of the file. */
export class FrontConnection implements ClientConnection {
  readonly way: Way
  readonly address: string
  readonly port: number
  readonly since: number
  readonly id: string
  closing = false
  tls?: { readonly socket: TLSSocket; readonly certificate: string }
  /** Of HTTP/1: the newest request, while it is under way. */
  underWay: UnderWay | undefined
  /** How many requests are under way. */
  active = 0
  readonly socket: Socket
  #bytesAtRest = 0

  constructor(socket: Socket, way: Way, since: number, id: string) {
    this.id = id
    this.socket = socket
    this.way = way
    this.since = since
    this.address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? ""
    this.port = socket.remotePort ?? 0
  }

  begin(request: UnderWay): void {
    this.active++
    this.underWay = request
  }

  over(): void {
    this.active--
    if (this.active > 0) return
    this.underWay = undefined
    this.rest()
    if (this.closing) (this.tls?.socket ?? this.socket).destroySoon()
  }

  /** Nothing is under way: what comes from now on belongs to another request. */
  rest(): void {
    this.#bytesAtRest = this.socket.bytesRead
  }

  /** Of a request that could not be read. */
  get unreadBytes(): number {
    return this.socket.bytesRead - this.#bytesAtRest
  }

  get halfARequest(): boolean {
    return this.active === 0 && this.socket.bytesRead > this.#bytesAtRest
  }
}
