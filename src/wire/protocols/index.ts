// All protocols by the names that contracts use.
import type { ProtocolName } from "../../model/index.ts"
import { awsJson1_0, awsJson1_1 } from "./aws-json.ts"
import type { Protocol } from "./protocol.ts"
import { awsQuery, ec2Query } from "./query.ts"
import { restJson1 } from "./rest-json.ts"
import { restXml } from "./rest-xml.ts"
import { rpcv2Cbor } from "./rpc-v2-cbor.ts"

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  awsJson1_0,
  awsJson1_1,
  awsQuery,
  ec2Query,
  restJson1,
  restXml,
  rpcv2Cbor,
}
export { bodyBytes, bodyText, type Labels, type Protocol } from "./protocol.ts"
export { queryParameters } from "./query.ts"
