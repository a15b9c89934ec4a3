// What serves the connections of a listener, as http/ and stream/ do and proxy.ts uses it. Which sockets are open, and which
// of them belongs to which listener, is in listeners/.
import type { Socket } from "node:net"
import type { Clock, Log, RandomSource } from "../kernel/index.ts"
import type { BalancerConfiguration, ListenerConfiguration } from "../protocol/index.ts"
import type { AccessLog } from "./access-log/access-log.ts"
import type { Counters } from "./counters/counters.ts"
import type { Pools } from "./pools/pool.ts"
import type { SourcePorts } from "./stream/source-ports.ts"
import type { TlsContexts } from "./tls/contexts.ts"

/** Where a client's connection came in. */
export interface Way {
  /** The address and port that the client connected to, as the load balancer is to know them. */
  readonly address: string
  readonly port: number
  /** Of the node that it came in at; by the other ways that of the first node. */
  readonly zone: string
  /** `address`: one of its own. `localhost`: this machine's loopback, by its name. `api`: by Host through the port of the APIs. */
  readonly name: "address" | "localhost" | "api"
}

/** Serves the connections of one listener of one load balancer. */
export interface Front {
  /**
   * Everything anew, also when nothing changed; connections and requests under way go on as they are. Throws when it cannot
   * be served (a certificate that cannot be read), and then serves as it did before.
   */
  configure(balancer: BalancerConfiguration, listener: ListenerConfiguration): void
  /**
   * A connection from which nothing was taken (what was peeked is put back by unshift): with TLS, before the handshake. It
   * is paused: whoever listens to it resumes it. It may be half open (allowHalfOpen) and has no error handler: the front
   * sets its own before it returns. `remoteAddress` and `remotePort` are the client's, also where it is no TCP socket.
   */
  accept(socket: Socket, way: Way): void
  /** Of UDP and TCP_UDP: listens by itself. Rejects as node does, EADDRINUSE and EADDRNOTAVAIL. */
  udp?(address: string, port: number, way: Way): Promise<{ close(): Promise<void> }>
  /** Idle connections end at once, busy ones when their work is done, all after a bound. */
  close(): Promise<void>
}

/** What fronts are made with, one of each for all of a proxy (shared-parts.ts). Rooms add theirs here: the access log. */
export interface FrontParts {
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
  readonly pools: Pools
  readonly tls: TlsContexts
  readonly counters: Counters
  /** Of load balancers' own addresses, for connections to targets that are to see them. */
  readonly sourcePorts: SourcePorts
  /** A connection to a target failed at once: it is checked now (passive checks). */
  readonly suspect: (pool: string, target: string) => void
  /** 32 bytes that only this proxy knows, and that outlive it: values of cookies are sealed with them. */
  readonly secret: Uint8Array
  /** Absent where there is no place for it. */
  readonly accessLog?: AccessLog
}

export type MakeFront = (parts: FrontParts) => Front
