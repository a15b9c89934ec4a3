// The proxy room's door: the load balancers' data plane. See README.md here.
export type { Front, FrontParts, MakeFront, Way } from "./front.ts"
export { httpFront } from "./http/index.ts"
export { type ProxyOptions, type RunningProxy, startProxy } from "./proxy.ts"
export { streamFront } from "./stream/stream-front.ts"
