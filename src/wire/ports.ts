// What the wire needs of the rest of the program, as types: who a key belongs to, and who runs an operation. `main/` hands in the
// functions; the types fit those of gate/ without importing them.
import type { Caller, Scope } from "../kernel/index.ts"
import type { ServiceName } from "../model/index.ts"

export type { Caller }

/** An access key that Roadstead minted. */
export interface KnownKey {
  readonly secret: string
  /** Of temporary credentials: must come with every request. */
  readonly sessionToken?: string
  /** Of temporary credentials, in milliseconds of the wall clock. */
  readonly expiresAt?: number
  readonly caller: Caller
}

/** A key that Roadstead minted and that nobody may use any more. */
export interface RefusedKey {
  readonly refused: "unknownKey" | "expiredToken"
}

/** Finds a key, by its id and the token that came with it; undefined when Roadstead did not mint it. */
export type FindKey = (accessKeyId: string, sessionToken?: string) => KnownKey | RefusedKey | undefined

/** A request whose sender is known. */
export interface Authenticated {
  readonly caller: Caller
  readonly scope: Scope
}

/** One request to the gate. */
export interface WireRequest extends Authenticated {
  readonly service: ServiceName
  readonly operation: string
  readonly input: object
  readonly requestId: string
  /** Aborts when the client has hung up. */
  readonly signal: AbortSignal
}

/** Runs an operation. Throws a Fault for the caller to see; anything else is a bug and answered with 500. */
export type DispatchPort = (request: WireRequest) => Promise<object>
