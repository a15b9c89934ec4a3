// What restJson1 and restXml share: members are bound to labels, query, headers and body; they differ in the body's format,
// which is handed in.
import type { Fault } from "../../kernel/index.ts"
import type { Member, ProtocolName, StructureType } from "../../model/index.ts"
import type { Complain } from "../codec/malformed.ts"
import { type DescribedFault, describeFault } from "../faults.ts"
import type { HttpAnswer } from "../http.ts"
import { isBound, payloadOf, readBindings, readHeaders, writeHeaders, writeTarget } from "./bindings.ts"
import { bodyBytes, bodyText, type Protocol } from "./protocol.ts"

/** The format of bodies. */
export interface BodyFormat {
  readonly name: ProtocolName
  readonly contentType: string
  readonly complain: Complain
  /** Reads the members of `type` that are not bound elsewhere. */
  readonly read: (type: StructureType, body: Uint8Array, skip: (member: Member) => boolean) => Record<string, unknown>
  /** Writes them; `root` is the payload's member, when the structure is one, or undefined for the whole output. */
  readonly write: (
    type: StructureType,
    value: object,
    skip: (member: Member) => boolean,
    root: Member | undefined,
    namespace: string,
  ) => string
  readonly writeFault: (
    described: DescribedFault,
    requestId: string,
  ) => { headers: Record<string, string>; body: string }
  readonly readFault: (answer: HttpAnswer) => Fault
}

const never = (): boolean => false

/** Builds a REST protocol over a body format. */
export const rest = (format: BodyFormat): Protocol => {
  const readBody = (type: StructureType, body: Uint8Array): Record<string, unknown> => {
    const payload = payloadOf(type)
    if (!payload) return type.members.every(isBound) || body.length === 0 ? {} : format.read(type, body, isBound)
    if (payload.type.kind === "structure" || payload.type.kind === "union") {
      return body.length === 0 ? {} : { [payload.name]: format.read(payload.type, body, never) }
    }
    if (payload.type.kind === "blob") return { [payload.name]: body }
    return body.length === 0 ? {} : { [payload.name]: bodyText(body) }
  }

  const writeBody = (
    type: StructureType,
    from: Readonly<Record<string, unknown>>,
    namespace: string,
    always: boolean,
  ): { type?: string; body: string | Uint8Array } => {
    const payload = payloadOf(type)
    if (!payload) {
      if (!always && type.members.every(isBound)) return { body: "" }
      return { type: format.contentType, body: format.write(type, from, isBound, undefined, namespace) }
    }
    const value = from[payload.name]
    if (value === undefined || value === null) return { body: "" }
    if (payload.type.kind === "structure" || payload.type.kind === "union") {
      return { type: format.contentType, body: format.write(payload.type, value, never, payload, namespace) }
    }
    if (value instanceof Uint8Array) {
      // Where the caller can say what the bytes are (S3), nothing is said for them.
      const typed = type.members.some((m) => m.traits.httpHeader?.toLowerCase() === "content-type")
      return { ...(typed ? {} : { type: "application/octet-stream" }), body: value }
    }
    return { type: "text/plain", body: String(value) }
  }

  return {
    name: format.name,
    decodeRequest: (_contract, operation, ask, labels) => ({
      ...readBody(operation.input, ask.body),
      ...readBindings(operation.input, ask, labels, format.complain),
    }),
    encodeResponse: (contract, operation, output) => {
      const from = output as Readonly<Record<string, unknown>>
      const { type, body } = writeBody(
        operation.output,
        from,
        contract.xmlNamespace,
        format.name === "restJson1" && operation.hasOutput,
      )
      const code = operation.output.members.find((m) => m.traits.httpResponseCode)
      const status = code ? from[code.name] : undefined
      return {
        status: typeof status === "number" ? status : operation.http.status,
        headers: { ...(type === undefined ? {} : { "content-type": type }), ...writeHeaders(operation.output, from) },
        body,
      }
    },
    encodeFault: (contract, fault, requestId) => {
      const described = describeFault(contract, fault)
      const { headers, body } = format.writeFault(described, requestId)
      const bound = described.shape ? writeHeaders(described.shape.shape, described.fields) : {}
      return { status: described.status, headers: { "content-type": format.contentType, ...bound, ...headers }, body }
    },
    encodeRequest: (contract, operation, input) => {
      const from = input as Readonly<Record<string, unknown>>
      const { path, query } = writeTarget(operation.http.uri, operation.input, from)
      const { type, body } = writeBody(operation.input, from, contract.xmlNamespace, false)
      return {
        method: operation.http.method,
        path,
        query,
        headers: { ...(type === undefined ? {} : { "content-type": type }), ...writeHeaders(operation.input, from) },
        body: bodyBytes(body),
      }
    },
    decodeResponse: (_contract, operation, answer) => {
      const code = operation.output.members.find((m) => m.traits.httpResponseCode)
      return {
        ...readBody(operation.output, bodyBytes(answer.body)),
        ...readHeaders(operation.output, answer.headers, format.complain),
        ...(code ? { [code.name]: answer.status } : {}),
      }
    },
    decodeFault: (_contract, answer) => format.readFault(answer),
  }
}
