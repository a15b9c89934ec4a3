// restJson1: REST bindings with JSON bodies; the error's code is in the `x-amzn-errortype` header.
import type { Member, StructureType } from "../../model/index.ts"
import { parseJson, restJsonDecoder, restJsonEncoder } from "../codec/json.ts"
import { serializationException } from "../codec/malformed.ts"
import { faultMembers } from "../faults.ts"
import { readJsonFault } from "./aws-json.ts"
import { rest } from "./rest.ts"

/** Leaves out members that live elsewhere, by their model names. */
const without = (type: StructureType, value: object, skip: (member: Member) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !type.members.some((m) => m.name === name && skip(m))))

export const restJson1 = rest({
  name: "restJson1",
  contentType: "application/json",
  complain: serializationException,
  read: (type, body, skip) => without(type, restJsonDecoder(type)(parseJson(body)) as object, skip),
  write: (type, value, skip) => JSON.stringify(restJsonEncoder(type)(without(type, value, skip))),
  writeFault: (described) => {
    const members = faultMembers(described)
    const body = described.shape
      ? { ...members, ...(restJsonEncoder(described.shape.shape)(members) as object) }
      : members
    return { headers: { "x-amzn-errortype": described.code }, body: JSON.stringify(body) }
  },
  readFault: readJsonFault,
})
