// What a protocol is: both directions of requests, answers and faults, generic over contracts. One file each beside this.
import type { Fault } from "../../kernel/index.ts"
import type { OperationContract, ProtocolName, ServiceContract } from "../../model/index.ts"
import type { HttpAnswer, HttpAsk } from "../http.ts"

export interface Protocol {
  readonly name: ProtocolName
  /** Server: reads the input. `labels` are the values of the path's labels (REST only). Throws a Fault in the protocol's own words. */
  readonly decodeRequest: (
    contract: ServiceContract,
    operation: OperationContract,
    ask: HttpAsk,
    labels: Labels,
  ) => Record<string, unknown>
  /** Server: writes the answer. */
  readonly encodeResponse: (
    contract: ServiceContract,
    operation: OperationContract,
    output: object,
    requestId: string,
  ) => HttpAnswer
  /** Server: writes a fault; `contract` is absent when the service could not be told. */
  readonly encodeFault: (contract: ServiceContract | undefined, fault: Fault, requestId: string) => HttpAnswer
  /** Client: writes a request, without authentication. */
  readonly encodeRequest: (contract: ServiceContract, operation: OperationContract, input: object) => HttpAsk
  /** Client: reads an answer of status 2xx. */
  readonly decodeResponse: (
    contract: ServiceContract,
    operation: OperationContract,
    answer: HttpAnswer,
  ) => Record<string, unknown>
  /** Client: reads an answer of any other status. */
  readonly decodeFault: (contract: ServiceContract, answer: HttpAnswer) => Fault
}

/** Values of a path's labels by label name, percent-decoded. */
export type Labels = Readonly<Record<string, string>>

/** The body of an answer as bytes. */
export const bodyBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? new Uint8Array(Buffer.from(body)) : body
/** The body of an answer as text. */
export const bodyText = (body: string | Uint8Array): string =>
  typeof body === "string" ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8")
