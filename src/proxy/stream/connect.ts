// A connection to a target: from which address, with which header first, over TLS where the target group says so, and what
// became of it.
import { connect as connectTcp, type Socket } from "node:net"
import { connect as connectTls, type SecureContext } from "node:tls"
import type { Cancel, Clock } from "../../kernel/index.ts"
import type { Choice } from "./choose.ts"
import type { SourcePort } from "./source-ports.ts"

export interface TargetConnection {
  /** What carries the bytes of the client. */
  readonly socket: Socket
  /** What is underneath: resets and counted bytes are its. */
  readonly raw: Socket
}

export type ConnectFailure = "refused" | "timeout" | "tls" | "ports"

/** A load balancer's own address, with a port that is given back when the connection is closed. */
export interface Source extends SourcePort {
  readonly address: string
}

export interface ConnectOrder {
  readonly clock: Clock
  readonly choice: Choice
  /** The load balancer's own address, which the target is to see; undefined where the connection has none. */
  readonly from: Source | undefined
  /** Sent before all else, the handshake of TLS included. */
  readonly preface: Uint8Array | string | undefined
  /** To targets of TLS and SSL. */
  readonly secure: SecureContext | undefined
  readonly alpn: string | undefined
  readonly done: (connection: TargetConnection | ConnectFailure) => void
}

/** AWS gives a target so long to take a connection. */
const patience = 10_000

/** Returns what gives it up: `done` is not called then. */
export const connectTarget = (order: ConnectOrder): Cancel => {
  const { clock, choice, from, preface, secure, alpn } = order
  let over = false
  const raw = connectTcp({
    host: choice.target.address,
    port: choice.target.port,
    ...(from && { localAddress: from.address, localPort: from.port }),
    allowHalfOpen: true,
    noDelay: true,
  })
  if (from) raw.once("close", () => from.release())
  const cancelTimer = clock.at(clock.now() + patience, () => finish("timeout"))
  const onError = (error: Error & { code?: string }) => finish(failureOf(error))
  const onTlsError = () => finish("tls")
  let socket = raw

  const finish = (result: TargetConnection | ConnectFailure) => {
    if (over) return
    over = true
    cancelTimer()
    if (typeof result === "string") {
      raw.destroy()
      socket.destroy()
    } else {
      raw.off("error", onError)
      socket.off("error", onTlsError)
      if (raw !== socket) raw.off("error", onTlsError)
    }
    order.done(result)
  }

  raw.on("error", onError)
  raw.once("connect", () => {
    if (preface !== undefined) raw.write(preface)
    if (!secure) return finish({ socket, raw })
    // Certificates of targets are not verified, as AWS does not.
    socket = connectTls({
      socket: raw,
      secureContext: secure,
      rejectUnauthorized: false,
      ...(alpn !== undefined && { ALPNProtocols: [alpn] }),
    })
    socket.on("error", onTlsError)
    socket.once("secureConnect", () => finish({ socket, raw }))
    raw.off("error", onError)
    raw.on("error", onTlsError)
  })
  return () => {
    if (over) return
    over = true
    cancelTimer()
    raw.on("error", () => {})
    raw.destroy()
    socket.destroy()
  }
}

const failureOf = ({ code }: { code?: string }): ConnectFailure => {
  // Without the load balancer's address, or without a free port there: nothing that the target did.
  if (code === "EADDRNOTAVAIL" || code === "EADDRINUSE") return "ports"
  return code === "ETIMEDOUT" || code === "EHOSTUNREACH" || code === "ENETUNREACH" ? "timeout" : "refused"
}
