// awsQuery and ec2Query: forms in, XML out. They differ in the names of members and in the frame of answers and errors.
import { Fault } from "../../kernel/index.ts"
import type { OperationContract, ServiceContract } from "../../model/index.ts"
import { formTree, parseParameters } from "../codec/form.ts"
import type { Complain } from "../codec/malformed.ts"
import { type QueryFlavour, queryDecoder } from "../codec/query-decode.ts"
import { encodeQuery } from "../codec/query-encode.ts"
import { decodeElement } from "../codec/xml-decode.ts"
import { encodeMembers, escapeXml } from "../codec/xml-encode.ts"
import { parseXml, type XmlElement } from "../codec/xml-parse.ts"
import { describeFault, readFault } from "../faults.ts"
import type { HttpAnswer, HttpAsk } from "../http.ts"
import { bodyBytes, bodyText, type Protocol } from "./protocol.ts"

const xmlType = { "content-type": "text/xml;charset=UTF-8" }
const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** The parameters of a query request: of the query string and, for a POST, of the form. */
export const queryParameters = (ask: HttpAsk): [string, string][] => {
  const fromQuery = parseParameters(ask.query)
  if (ask.method !== "POST" || ask.body.length === 0) return fromQuery
  return [...fromQuery, ...parseParameters(bodyText(ask.body))]
}

const complaints: Readonly<Record<QueryFlavour, Complain>> = {
  awsQuery: ({ path, expected, found }) =>
    new Fault("MalformedInput", `Value '${found}' at '${path}' is not a ${expected}.`, { status: 400 }),
  ec2Query: ({ path, found }) =>
    new Fault("InvalidParameterValue", `Value (${found}) for parameter ${path} is invalid.`, { status: 400 }),
}

const query = (flavour: QueryFlavour, frame: Frame): Protocol => {
  const decoder = queryDecoder(flavour, complaints[flavour])
  return {
    name: flavour,
    decodeRequest: (_contract, operation, ask) =>
      decoder(operation.input)(formTree(queryParameters(ask))) as Record<string, unknown>,
    encodeResponse: (contract, operation, output, requestId) => ({
      status: 200,
      headers: xmlType,
      body:
        prolog +
        frame.answer(
          contract,
          operation,
          operation.hasOutput ? encodeMembers(operation.output, output) : undefined,
          requestId,
        ),
    }),
    encodeFault: (contract, fault, requestId) => {
      const described = describeFault(contract, fault)
      const more = described.shape
        ? encodeMembers(described.shape.shape, described.fields, (m) => m.name.toLowerCase() === "message")
        : ""
      const error = {
        code: escapeXml(described.queryCode),
        message: escapeXml(described.message),
        side: described.side,
        more,
      }
      return { status: described.queryStatus, headers: xmlType, body: prolog + frame.error(contract, error, requestId) }
    },
    encodeRequest: (contract, operation, input) => {
      const members = encodeQuery(flavour, operation.input, input)
      const body = `Action=${operation.name}&Version=${contract.apiVersion}${members === "" ? "" : `&${members}`}`
      return {
        method: "POST",
        path: "/",
        query: "",
        headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
        body: bodyBytes(body),
      }
    },
    decodeResponse: (_contract, operation, answer) => {
      const root = rootOf(answer)
      const holder = flavour === "ec2Query" ? root : root?.children.find((c) => c.name === `${operation.name}Result`)
      return holder ? decodeElement(operation.output, holder, complaints[flavour]) : {}
    },
    decodeFault: (_contract, answer) => {
      const error = rootOf(answer) && find(rootOf(answer), "Error")
      const text = (name: string) => error?.children.find((c) => c.name === name)?.text
      return readFault(text("Code"), text("Message"), answer.status)
    },
  }
}

const rootOf = (answer: HttpAnswer): XmlElement | undefined => parseXml(bodyText(answer.body))

const find = (element: XmlElement | undefined, name: string): XmlElement | undefined => {
  if (!element || element.name === name) return element
  for (const child of element.children) {
    const found = find(child, name)
    if (found) return found
  }
  return undefined
}

/** The frame around answers and errors. All texts are escaped already, but for the request id, which is ours. */
interface Frame {
  readonly answer: (
    contract: ServiceContract,
    operation: OperationContract,
    members: string | undefined,
    requestId: string,
  ) => string
  readonly error: (
    contract: ServiceContract | undefined,
    error: { code: string; message: string; side: string; more: string },
    requestId: string,
  ) => string
}

const queryFrame: Frame = {
  answer: (contract, { name }, members, requestId) => {
    const result = members === undefined ? "" : `<${name}Result>${members}</${name}Result>`
    return `<${name}Response xmlns="${contract.xmlNamespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`
  },
  error: (contract, { code, message, side, more }, requestId) =>
    `<ErrorResponse${contract?.xmlNamespace ? ` xmlns="${contract.xmlNamespace}"` : ""}><Error><Type>${side}</Type><Code>${code}</Code><Message>${message}</Message>${more}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
}

const ec2Frame: Frame = {
  // Operations without an output answer a bare `return`, and the namespace has a slash at its end that the model has not.
  answer: (contract, { name }, members, requestId) =>
    `<${name}Response xmlns="${contract.xmlNamespace}/"><requestId>${requestId}</requestId>${members ?? "<return>true</return>"}</${name}Response>`,
  error: (_contract, { code, message }, requestId) =>
    `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
}

export const awsQuery = query("awsQuery", queryFrame)
export const ec2Query = query("ec2Query", ec2Frame)
