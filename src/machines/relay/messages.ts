// Between the supervisor and the relay that it runs inside a machine apart or in its helper
// container, over the channel to that process.
import type { NameWish } from "../../protocol/index.ts"
import type { Gateway } from "../hosts/gateways.ts"

/** Supervisor → relay. `open` and `shut` are answered by `done` with the same number. */
export type ToRelay =
  /** The first message. Connections to `apiPort` of every gateway, and of loopback where that is wished, go to the socket. */
  | { readonly type: "begin"; readonly apiPort: number; readonly controlSocket: string; readonly loopback: boolean }
  | { readonly type: "open"; readonly call: number; readonly gateway: Gateway }
  | { readonly type: "shut"; readonly call: number; readonly key: string }
  | { readonly type: "names"; readonly names: readonly NameWish[] }
  /** To `ask`; without a message: nobody answered. */
  | { readonly type: "told"; readonly call: number; readonly message?: string }

/** Relay → supervisor. */
export type FromRelay =
  /** It runs and waits for `begin`. */
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly call: number; readonly failure?: string }
  /** A DNS message for the machine's own resolvers, which cannot be reached from inside; base64. */
  | { readonly type: "ask"; readonly call: number; readonly message: string; readonly transport: "udp" | "tcp" }
