// Task metadata and credentials, for the containers of this host.
export type { MetadataParts } from "./answer.ts"
export { type Endpoint, openEndpoint } from "./listen.ts"
export { plainAddress } from "./lookup.ts"
export { type MetadataServer, type MetadataServerOptions, startMetadataServer } from "./server.ts"
