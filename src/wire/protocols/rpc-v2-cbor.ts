// Smithy RPC v2 CBOR: POST /service/<target prefix>/operation/<name>, CBOR both ways.
import { Fault } from "../../kernel/index.ts"
import { cborDecoder, cborEncoder } from "../codec/cbor.ts"
import { readCbor } from "../codec/cbor-read.ts"
import { writeCbor } from "../codec/cbor-write.ts"
import { describeFault, faultMembers, readFault } from "../faults.ts"
import { bodyBytes, type Protocol } from "./protocol.ts"

const headers = { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" }

const parse = (body: Uint8Array): unknown => {
  if (body.length === 0) return {}
  const value = readCbor(body)
  if (value === undefined)
    throw new Fault("SerializationException", "could not parse request body into cbor", { status: 400 })
  return value
}

export const rpcv2Cbor: Protocol = {
  name: "rpcv2Cbor",
  decodeRequest: (_contract, operation, ask) =>
    cborDecoder(operation.input)(parse(ask.body)) as Record<string, unknown>,
  encodeResponse: (_contract, operation, output) =>
    operation.hasOutput
      ? { status: 200, headers, body: writeCbor(cborEncoder(operation.output)(output)) }
      : { status: 200, headers: { "smithy-protocol": "rpc-v2-cbor" }, body: "" },
  encodeFault: (contract, fault) => {
    const described = describeFault(contract, fault)
    const members = faultMembers(described)
    return {
      status: described.status,
      headers: {
        ...headers,
        ...(contract?.queryCompatible ? { "x-amzn-query-error": `${described.queryCode};${described.side}` } : {}),
      },
      // `message` in lower case as well: the protocol names it so, whatever the shape says.
      body: writeCbor({
        __type: described.code,
        message: described.message,
        ...(described.shape ? (cborEncoder(described.shape.shape)(members) as object) : members),
      }),
    }
  },
  encodeRequest: (contract, operation, input) => ({
    method: "POST",
    path: `/service/${contract.targetPrefix}/operation/${operation.name}`,
    query: "",
    headers: { ...headers, accept: "application/cbor" },
    body: writeCbor(cborEncoder(operation.input)(input)),
  }),
  decodeResponse: (_contract, operation, answer) =>
    cborDecoder(operation.output)(parse(bodyBytes(answer.body))) as Record<string, unknown>,
  decodeFault: (_contract, answer) => {
    const body = readCbor(bodyBytes(answer.body))
    const members = typeof body === "object" && body !== null ? ({ ...body } as Record<string, unknown>) : {}
    const { __type, message, Message, ...fields } = members
    const text = (value: unknown) => (typeof value === "string" ? value : undefined)
    return readFault(text(__type), text(message) ?? text(Message), answer.status, fields)
  },
}
