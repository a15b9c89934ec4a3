// The client's side of one request, whatever the client speaks: what an exchange reads of it and how it answers.
import type { Duplex } from "node:stream"
import type { TLSSocket } from "node:tls"
import type { Way } from "../../front.ts"

/** A client's connection. */
export interface ClientConnection {
  readonly way: Way
  readonly address: string
  readonly port: number
  /** The clock's time at which it was accepted. */
  readonly since: number
  /** Sixteen hexadecimal digits, for access logs. */
  readonly id: string
  /** It ends with the answers that are under way. */
  readonly closing: boolean
  /** A request of it is over. */
  over(): void
  readonly tls?: {
    readonly socket: TLSSocket
    /** The ARN of the certificate that it was shown. */
    readonly certificate: string
  }
}

/** Hears what becomes of the client's side. */
export interface ClientEvents {
  onRequestBody(chunk: Buffer): boolean
  onRequestEnd(trailers: readonly string[]): void
  /** More of the answer is welcome. */
  onClientDrain(): void
  /** The answer is out whole, or the client has gone: nothing more is heard of it. */
  onClientClose(finished: boolean): void
}

export interface Client {
  readonly connection: ClientConnection
  readonly protocol: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2.0"
  readonly method: string
  /** As the request line has it, of HTTP/2 its `:path`. */
  readonly target: string
  /** Names and values in turn; of HTTP/2 without pseudo headers, `:authority` as `host`. */
  readonly headers: readonly string[]
  readonly hasBody: boolean
  /** All of the request has come. */
  readonly requestComplete: boolean
  /** Set before anything is asked of it. */
  events: ClientEvents
  /** Lets the body come. */
  readBody(): void
  resumeBody(): void
  /** Of the headers none is of the connection. `close`: the connection ends with this answer. `empty`: no body, no trailers. */
  head(status: number, reason: string, headers: string[], close: boolean, empty: boolean): void
  /** False: wait for `onClientDrain`. */
  write(chunk: Buffer): boolean
  end(last: Buffer | undefined, trailers: readonly string[]): void
  /** Ends what cannot be ended well: half an answer is out. */
  abort(): void
  /** Of an upgrade: the connection as it is, and what came behind the request's head. */
  takeSocket?(): { readonly socket: Duplex; readonly first: Buffer }
  /** How many bytes of the answer have gone out, heads included; for counters and logs. */
  bytesOut(): number
  bytesIn(): number
}
