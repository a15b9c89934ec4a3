// The words between what decides about a check and what does it: the order, the connection, the outcome.
import type { Socket } from "node:net"
import type { HealthCheckConfiguration, PoolConfiguration } from "../../protocol/index.ts"
import type { Outcome } from "./verdict.ts"

export interface ProbeOrder {
  readonly check: HealthCheckConfiguration
  readonly pool: Pick<PoolConfiguration, "attributes" | "protocolVersion">
  readonly address: string
  readonly port: number
}

/** `signal` aborts at its timeout, or when what is left of the connection is to be closed. Never rejects. */
export type Probe = (order: ProbeOrder, signal: AbortSignal) => Promise<Outcome>

/** A connection to a target, ready to speak: TLS done where it is wanted. */
export type Open = (alpn?: readonly string[]) => Socket

export const failed: Outcome = { ok: false, why: "failed" }
