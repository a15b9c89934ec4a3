// What the supervisor and its helper container say to each other, over the container's standard input and output.
import type { Taken } from "../networks/conflict.ts"
import type { FromRelay, ToRelay } from "../relay/messages.ts"

/** Which network namespace of which machine a process is in. */
export interface NetworkPlace {
  /** `net:[4026531992]`. */
  readonly namespace: string
  /** Two machines may use one number, and have booted at different times. */
  readonly boot: string
}

/** Supervisor → helper. */
export type ToHelper =
  | { readonly type: "relay"; readonly message: ToRelay }
  /** Starts the agent with these variables, which replace those of one that runs. */
  | { readonly type: "agent"; readonly environment: Readonly<Record<string, string>> }
  /** Starts the proxy with these variables. `folder`: where its sockets are; `handover`: the one on which it takes connections. */
  | {
      readonly type: "proxy"
      readonly environment: Readonly<Record<string, string>>
      readonly folder: string
      readonly handover: string
    }
  /** Makes these the load balancers' addresses on a bridge; answered by `addressed` with the same number. */
  | { readonly type: "address"; readonly call: number; readonly device: string; readonly addresses: readonly string[] }
  /** Answered by `taken` with the same number. */
  | { readonly type: "ask-taken"; readonly call: number }
  /** It is to end by itself; closing its input says the same. */
  | { readonly type: "end" }

/** Helper → supervisor. */
export type FromHelper =
  /** The first message. Absent `place`: it cannot be told. */
  | { readonly type: "ready"; readonly place?: NetworkPlace }
  | { readonly type: "relay"; readonly message: FromRelay }
  | { readonly type: "agent"; readonly is: "up" }
  | { readonly type: "agent"; readonly is: "down" | "failed"; readonly reason: string }
  | { readonly type: "proxy"; readonly is: "up" }
  | { readonly type: "proxy"; readonly is: "failed"; readonly reason: string }
  | { readonly type: "addressed"; readonly call: number; readonly failure?: string }
  /** Routes and addresses of the engine's network namespace. */
  | { readonly type: "taken"; readonly call: number; readonly taken: readonly Taken[] }
