// The server half of the wire: opened by main/, used by nobody else.
export type { Headers } from "../http.ts"
export type { Authenticated, Caller, DispatchPort, FindKey, KnownKey, WireRequest } from "../ports.ts"
export type { HostedHandler, ListenerTraits, WirePorts, WireServerOptions } from "./options.ts"
export { createWireServer, type ListenAt, type Listener, type WireServer } from "./server.ts"
