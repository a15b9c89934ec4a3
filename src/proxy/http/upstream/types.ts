// What is asked of a target and what comes back, whatever is spoken to it: the words between an exchange and a connection.
import type { Duplex } from "node:stream"
import type { ToTarget } from "../request-to-target.ts"

/** Why nothing, or nothing more, comes from a target. */
export type Failure =
  /** Nothing was sent: connecting was refused or reset, or the address has no way to it. */
  | "refused"
  /** Nothing was sent: connecting took too long. */
  | "unreachable"
  /** Nothing was sent: no TLS with it. */
  | "tls"
  /** The connection ended before the answer was whole. */
  | "reset"
  /** Not HTTP, or more of it than is taken. */
  | "malformed"
  /** Silent for longer than the idle timeout. */
  | "silent"
  /** The target left the configuration: the time for draining is over. */
  | "gone"

export interface ResponseHead {
  readonly status: number
  readonly reason: string
  /** Names and values in turn, as they came, without those of the connection. */
  readonly headers: string[]
  /** Of HTTP/2: neither body nor trailers follow. gRPC tells an error so. */
  readonly empty?: true
}

/** Hears what a target answers. Nothing more is said after `onEnd`, `onSwitch` or `onFailure`. */
export interface Answer {
  /** The request's head is on its way; its body may follow. */
  onSent(): void
  /** More of the request's body is welcome. */
  onDrain(): void
  /** 100 to 199, but for 101. */
  onInterim(head: ResponseHead): void
  onHead(head: ResponseHead): void
  /** False: no more until `resume`. */
  onBody(chunk: Buffer): boolean
  /** Trailers: names and values in turn. `last` is the end of the body, where it came with its end. */
  onEnd(last: Buffer | undefined, trailers: readonly string[]): void
  /** The connection is no longer HTTP; `first` is what came behind the head. */
  onSwitch(head: ResponseHead, socket: Duplex, first: Buffer): void
  /** `unanswered`: not a byte of an answer came on a connection that had served others before. */
  onFailure(why: Failure, unanswered: boolean): void
}

/** A request to a target. */
export interface Outgoing {
  readonly request: ToTarget
  readonly body: "none" | "length" | "chunked"
  /** Content-Length where the body has one. */
  readonly length: string | undefined
  /** What the answer may switch to. */
  readonly upgrade: string | undefined
  /** Sent twice it does the same as once. */
  readonly repeatable: boolean
  /** Nothing else is to go over its connection afterwards. */
  readonly last: boolean
}

/** The way of one request to a target. */
export interface Sending {
  /** Part of the body. False: wait for `onDrain`. */
  write(chunk: Buffer): boolean
  /** The body is whole. */
  end(trailers: readonly string[]): void
  resume(): void
  /** Nobody waits for the answer any more. Nothing is said afterwards. */
  abort(): void
}
