// awsJson1.0 and awsJson1.1: POST /, the operation in X-Amz-Target, JSON both ways.
import type { OperationContract, ProtocolName, ServiceContract } from "../../model/index.ts"
import { jsonDecoder, jsonEncoder, parseJson } from "../codec/json.ts"
import { describeFault, faultMembers, readFault } from "../faults.ts"
import type { HttpAnswer } from "../http.ts"
import { bodyBytes, type Protocol } from "./protocol.ts"

const awsJson = (name: ProtocolName, contentType: string): Protocol => ({
  name,
  decodeRequest: (_contract, operation, ask) =>
    jsonDecoder(operation.input)(parseJson(ask.body)) as Record<string, unknown>,
  encodeResponse: (_contract, operation, output) => ({
    status: 200,
    headers: { "content-type": contentType },
    body: operation.hasOutput ? JSON.stringify(jsonEncoder(operation.output)(output)) : "{}",
  }),
  encodeFault: (contract, fault) => {
    const described = describeFault(contract, fault)
    const members = faultMembers(described)
    const body = described.shape
      ? { ...(jsonEncoder(described.shape.shape)(members) as object), ...messageOf(members) }
      : members
    return {
      status: described.status,
      headers: {
        "content-type": contentType,
        ...(contract?.queryCompatible ? { "x-amzn-query-error": `${described.queryCode};${described.side}` } : {}),
      },
      body: JSON.stringify({ __type: described.code, ...body }),
    }
  },
  encodeRequest: (contract, operation, input) => ({
    method: "POST",
    path: "/",
    query: "",
    headers: { "content-type": contentType, "x-amz-target": `${contract.targetPrefix}.${operation.name}` },
    body: bodyBytes(JSON.stringify(jsonEncoder(operation.input)(input))),
  }),
  decodeResponse: (_contract: ServiceContract, operation: OperationContract, answer: HttpAnswer) =>
    jsonDecoder(operation.output)(parseJson(bodyBytes(answer.body))) as Record<string, unknown>,
  decodeFault: (_contract, answer) => readJsonFault(answer),
})

/** The message also of shapes whose model has no member for it. */
const messageOf = (members: Readonly<Record<string, unknown>>): object =>
  "Message" in members ? { Message: members.Message } : { message: members.message }

/** Reads a JSON error body: `__type` or `code`, `message` or `Message`, or the error header; never throws. */
export const readJsonFault = (answer: HttpAnswer) => {
  let body: Record<string, unknown> = {}
  try {
    const parsed = parseJson(bodyBytes(answer.body))
    if (typeof parsed === "object" && parsed !== null) body = { ...parsed }
  } catch {
    // A body that is no JSON (a proxy's page) leaves the status to speak.
  }
  const text = (value: unknown) => (typeof value === "string" ? value : undefined)
  const { __type, code, message, Message, ...fields } = body
  return readFault(
    answer.headers["x-amzn-errortype"] ?? text(__type) ?? text(code),
    text(message) ?? text(Message),
    answer.status,
    fields,
  )
}

export const awsJson1_0 = awsJson("awsJson1_0", "application/x-amz-json-1.0")
export const awsJson1_1 = awsJson("awsJson1_1", "application/x-amz-json-1.1")
