// Which service, operation and protocol a request is for. In AWS's order of certainty: the path of RPC v2, the X-Amz-Target
// header, the Action of a form or a query string, and last the REST routes of the service that the request is signed for.
import { Fault } from "../kernel/index.ts"
import { type ProtocolName, routing, type ServiceName, type ServiceRouting } from "../model/index.ts"
import type { HttpAsk } from "./http.ts"
import { type Labels, queryParameters } from "./protocols/index.ts"
import { type FindRoute, restRouter } from "./rest-routes.ts"

/** Where a request goes. Without an operation, `fault` says why; even then the answer is in the request's protocol. */
export interface Route {
  readonly protocol: ProtocolName
  readonly service: ServiceName | undefined
  readonly signingName: string | undefined
  readonly operation: string | undefined
  readonly labels: Labels
  readonly unsigned: boolean
  readonly fault: Fault | undefined
}

interface Entry {
  readonly of: ServiceRouting
  readonly operations: ReadonlySet<string>
  readonly unsigned: ReadonlySet<string>
  readonly rest: FindRoute | undefined
}

const entries: readonly Entry[] = routing.map((of) => ({
  of,
  operations: new Set(of.operations.split(" ")),
  unsigned: new Set(of.unsigned),
  rest: of.routes.length > 0 ? restRouter(of) : undefined,
}))
const byTarget = new Map(entries.map((e) => [e.of.targetPrefix, e]))
const noLabels: Labels = Object.freeze({})

/** Routes a request. `signingName` is the service of its signature's scope. Never throws. */
export const route = (ask: HttpAsk, signingName: string | undefined): Route =>
  byRpcPath(ask) ?? byTargetHeader(ask) ?? byAction(ask, signingName) ?? byRest(ask, signingName)

const found = (entry: Entry, protocol: ProtocolName, operation: string, labels: Labels = noLabels): Route => ({
  protocol,
  service: entry.of.service,
  signingName: entry.of.signingName,
  operation,
  labels,
  unsigned: entry.unsigned.has(operation),
  fault: undefined,
})

const lost = (
  entry: Entry | undefined,
  protocol: ProtocolName,
  code: string,
  message: string,
  status: number,
): Route => ({
  protocol,
  service: entry?.of.service,
  signingName: entry?.of.signingName,
  operation: undefined,
  labels: noLabels,
  unsigned: false,
  fault: new Fault(code, message, { status }),
})

const byRpcPath = ({ path }: HttpAsk): Route | undefined => {
  if (!path.startsWith("/service/")) return undefined
  const match = /^\/service\/(?:.*\.)?([^/.]+)\/operation\/([^/]+)\/?$/.exec(path)
  if (!match) return undefined
  const [, target = "", operation = ""] = match
  const entry = byTarget.get(target)
  if (!entry?.of.protocols.includes("rpcv2Cbor") || !entry.operations.has(operation)) {
    return lost(
      entry,
      "rpcv2Cbor",
      "UnknownOperationException",
      `The operation ${operation} of ${target} does not exist.`,
      404,
    )
  }
  return found(entry, "rpcv2Cbor", operation)
}

const byTargetHeader = ({ headers }: HttpAsk): Route | undefined => {
  const target = headers["x-amz-target"]
  if (target === undefined) return undefined
  const dot = target.lastIndexOf(".")
  const entry = byTarget.get(target.slice(0, dot))
  const operation = target.slice(dot + 1)
  const asked: ProtocolName = headers["content-type"]?.startsWith("application/x-amz-json-1.0")
    ? "awsJson1_0"
    : "awsJson1_1"
  const spoken = entry?.of.protocols.find((p) => p === "awsJson1_0" || p === "awsJson1_1")
  if (!entry || spoken === undefined || !entry.operations.has(operation)) {
    return lost(
      entry,
      spoken ?? asked,
      "UnknownOperationException",
      "The requested operation is not recognized by the service.",
      400,
    )
  }
  return found(entry, spoken, operation)
}

const byAction = (ask: HttpAsk, signingName: string | undefined): Route | undefined => {
  const form =
    ask.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true && ask.method === "POST"
  if (!form && !ask.query.includes("Action=")) return undefined
  let parameters: ReadonlyMap<string, string>
  try {
    parameters = new Map(queryParameters(form ? ask : { ...ask, body: new Uint8Array() }))
  } catch (thrown) {
    const entry = entryFor(signingName, undefined)
    return {
      ...lost(entry, queryProtocol(entry), "MalformedQueryString", "", 400),
      ...(thrown instanceof Fault ? { fault: thrown } : {}),
    }
  }
  const action = parameters.get("Action")
  const version = parameters.get("Version")
  // An S3 key or a query member may be called Action too; only a form or a query service is asked this way.
  if (action === undefined && !form) return undefined
  const entry = entryFor(signingName, version)
  if (!entry && !form) return undefined
  const protocol = queryProtocol(entry)
  if (action === undefined)
    return lost(entry, protocol, "MissingAction", "The request is missing an Action parameter.", 400)
  if (!entry?.operations.has(action)) {
    const message =
      protocol === "ec2Query"
        ? `The action ${action} is not valid for this web service.`
        : `Could not find operation ${action} for version ${version ?? "NO_VERSION_SPECIFIED"}`
    return lost(entry, protocol, "InvalidAction", message, 400)
  }
  return found(entry, protocol, action)
}

/** The query service of a version; where two services share a signing name (ELB's two generations), the version decides. */
const entryFor = (signingName: string | undefined, version: string | undefined): Entry | undefined => {
  const speaking = entries.filter((e) => e.of.protocols.some((p) => p === "awsQuery" || p === "ec2Query"))
  const signed = speaking.filter((e) => e.of.signingName === signingName)
  return signed.find((e) => e.of.version === version) ?? signed.at(-1) ?? speaking.find((e) => e.of.version === version)
}

const queryProtocol = (entry: Entry | undefined): ProtocolName =>
  entry?.of.protocols.includes("ec2Query") ? "ec2Query" : "awsQuery"

const byRest = (ask: HttpAsk, signingName: string | undefined): Route => {
  const speaking = entries.filter((e) => e.rest && (signingName === undefined || e.of.signingName === signingName))
  for (const entry of speaking) {
    const match = entry.rest?.(ask.method, ask.path, ask.query, ask.headers)
    if (match) return found(entry, entry.of.protocols[0] ?? "restJson1", match.operation, match.labels)
  }
  const [entry] = speaking
  if (signingName !== undefined && entry) {
    return entry.of.protocols[0] === "restXml"
      ? lost(entry, "restXml", "MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
      : lost(
          entry,
          "restJson1",
          "UnknownOperationException",
          `No operation of ${signingName} has this method and path.`,
          404,
        )
  }
  // Signed for a service that has neither REST nor said what it wants: the protocol of its current SDKs.
  const signed = entries.find((e) => e.of.signingName === signingName)
  const protocol = signed?.of.protocols[0] ?? "restJson1"
  if (protocol === "awsQuery" || protocol === "ec2Query")
    return lost(signed, protocol, "MissingAction", "The request is missing an Action parameter.", 400)
  return lost(signed, protocol, "UnknownOperationException", "The request names no operation.", signed ? 400 : 404)
}
