// The client half of the wire: signing and calling. All that agent/, machines/ and proxy/ see of this room.
export type { HttpAsk } from "../http.ts"
export { type Credentials, type SigningOptions, signFrame, signRequest } from "../sigv4/sign.ts"
export { type AwsClient, type AwsClientOptions, createAwsClient } from "./client.ts"
