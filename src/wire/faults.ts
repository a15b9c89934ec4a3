// What a fault is on the wire, before a protocol writes it: code, status and side, from the contract where the model has the error.
import { Fault } from "../kernel/index.ts"
import type { ErrorShape, ServiceContract } from "../model/index.ts"

/** A fault with all that the protocols need to write it. */
export interface DescribedFault {
  /** The shape's name when the model has it, else the fault's own code: JSON, CBOR and REST. */
  readonly code: string
  readonly status: number
  /** The same for the query protocols and `x-amzn-query-error`. */
  readonly queryCode: string
  readonly queryStatus: number
  readonly side: "Sender" | "Receiver"
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly shape: ErrorShape | undefined
}

/** Looks the fault up in the contract, by the shape's name or by its query code. What the model lacks is the client's fault, 400. */
export const describeFault = (contract: ServiceContract | undefined, fault: Fault): DescribedFault => {
  const shape = contract?.errors.get(fault.code) ?? byQueryCode(contract, fault.code)
  const status = fault.status ?? shape?.status ?? 400
  return {
    code: shape?.name ?? fault.code,
    status,
    queryCode: shape?.queryCode ?? fault.code,
    queryStatus: fault.status ?? shape?.queryStatus ?? 400,
    side: (shape ? shape.fault === "server" : status >= 500) ? "Receiver" : "Sender",
    message: fault.message,
    fields: fault.fields,
    shape,
  }
}

const byQueryCode = (contract: ServiceContract | undefined, code: string): ErrorShape | undefined => {
  for (const error of contract?.errors.values() ?? []) if (error.queryCode === code) return error
  return undefined
}

/** The members of an error's body: the shape's own, with the message under the name that the shape has for it. */
export const faultMembers = (described: DescribedFault): Record<string, unknown> => {
  const spelled = described.shape?.shape.byName.has("Message") ? "Message" : "message"
  return { ...described.fields, [spelled]: described.message }
}

/** What a client reads from an error body: the code without namespace and address, as SDKs do. */
export const bareCode = (code: string): string => code.replace(/^.*#/, "").replace(/:.*$/, "")

/** A fault from what a client read. */
export const readFault = (
  code: string | undefined,
  message: string | undefined,
  status: number,
  fields: Record<string, unknown> = {},
): Fault => new Fault(bareCode(code ?? "UnknownError"), message ?? `HTTP status ${status}`, { fields, status })
