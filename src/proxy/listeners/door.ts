// A way in at this machine's loopback: what whoever opens it is told, and what he does with it.
import type { Socket } from "node:net"
import type { DoorWish } from "../../protocol/index.ts"
import type { Closable } from "./keep-open.ts"

/** Somebody who wishes for a port. */
export interface Door extends DoorWish {
  /** Of `http`, `tls` and `raw`: a paused connection, of which nothing was taken. */
  take(socket: Socket): void
  /** Of `udp`: listens by itself. */
  udp?(): Promise<Closable>
  /** At each change; without a failure it is open. */
  say(failure?: string): void
}

/** Whoever opens doors: here, or another process for us. */
export interface Doors {
  /** All that `owner` wishes from now on. */
  set(owner: object, doors: readonly Door[]): void
}
