// One request from headers to answer: safety, body, route, authentication, decoding, dispatch, encoding. Knows no service: all
// that differs comes from contracts.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http"
import { type Caller, errorFields, Fault } from "../../kernel/index.ts"
import { loadContract, missingRequired, type ServiceContract } from "../../model/index.ts"
import type { Headers, HttpAnswer, HttpAsk } from "../http.ts"
import type { Authenticated } from "../ports.ts"
import { protocols } from "../protocols/index.ts"
import { missingMembers } from "../required.ts"
import { type Route, route } from "../routing.ts"
import { corsOrigin, type Danger, dangerOf, hostName, type SafetyRules } from "../safety.ts"
import { signingKeys } from "../sigv4/canonical.ts"
import { refusalFault } from "../sigv4/refusals.ts"
import { signatureOf } from "../sigv4/signature.ts"
import { type Verdict, type VerifierOptions, verify } from "../sigv4/verify.ts"
import { inflateBody, readBody } from "./body.ts"
import { bodyLimitOf, type ListenerTraits, type WireServerOptions } from "./options.ts"
import { outlet } from "./outlet.ts"
import { answer, answerPlain, preflight } from "./respond.ts"

/** Handles the requests of all listeners of a server. */
export interface Handler {
  readonly request: (req: IncomingMessage, res: ServerResponse, listener: ListenerTraits) => Promise<void>
  /** Who sent an upgrade, or why it is refused; or it is for a host that is not ours. */
  readonly upgrade: (req: IncomingMessage, listener: ListenerTraits) => Danger | Verdict | typeof forHosted
}

/** An upgrade for a host that goes through us. */
export const forHosted = { hosted: true } as const

/** Builds the handler. `rules` may grow while the server runs (gateways). */
export const makeHandler = (options: WireServerOptions, rules: SafetyRules): Handler => {
  const { ports, contracts = loadContract } = options
  const end = outlet()
  const verifier: VerifierOptions = {
    auth: options.auth,
    defaultAccount: options.defaultAccount,
    findKey: ports.findKey,
    signingKeys: signingKeys(),
    now: () => ports.clock.now(),
  }

  const isHosted = ({ host }: Headers): boolean =>
    options.hosted !== undefined && host !== undefined && options.hosted.owns(hostName(host))

  const contractOf = (at: Route): ServiceContract | undefined =>
    at.service === undefined ? undefined : contracts(at.service)

  const authenticate = (ask: HttpAsk, at: Route, listener: ListenerTraits, connection: Connection): Authenticated => {
    const signature = signatureOf(ask)
    if (signature.kind === "none" && at.unsigned) return anonymous(options)
    const verdict = verify(verifier, ask, signature, { service: at.signingName, knownKeysOnly: listener.vpc })
    if (!verdict.ok) throw refusalFault(verdict.refusal, at.protocol)
    const { caller, scope } = verdict.authenticated
    return { caller: arrived(caller, connection, ask.headers), scope }
  }

  /** Whether a request says that it comes from the agent of a host that we made; its signature is looked at later. */
  const isOwnAgent = (ask: HttpAsk): boolean => {
    const signature = signatureOf(ask)
    if (signature.kind !== "presented") return false
    const key = ports.findKey(signature.presented.accessKeyId, signature.presented.sessionToken)
    return key !== undefined && "caller" in key && key.caller.machineId !== undefined
  }

  /** Decodes, checks and runs one routed request. Throws what is to be answered as a fault. */
  const run = async (
    ask: HttpAsk,
    at: Route,
    sent: HttpAsk,
    listener: ListenerTraits,
    connection: Connection,
    requestId: string,
    hungUp: () => AbortSignal,
  ): Promise<HttpAnswer> => {
    const authenticated = authenticate(sent, at, listener, connection)
    if (at.fault) throw at.fault
    const contract = contractOf(at)
    const operation = contract?.operations.get(at.operation ?? "")
    if (!contract || !operation)
      throw new Error(`the routing table and the contract of ${at.service} disagree about ${at.operation}`)
    const protocol = protocols[at.protocol]
    const input = protocol.decodeRequest(contract, operation, ask, at.labels)
    const missing = missingMembers(operation.input, input)
    if (missing.length > 0) {
      const { code, message } = missingRequired(contract.service, operation.name, missing)
      throw new Fault(code, message)
    }
    const output = await ports.dispatch({
      service: contract.service,
      operation: operation.name,
      input,
      requestId,
      // Made when somebody asks: few operations wait, and it costs as much as a signature.
      get signal() {
        return hungUp()
      },
      ...authenticated,
    })
    return protocol.encodeResponse(contract, operation, output, requestId)
  }

  const faultAnswer = (at: Route, thrown: unknown, requestId: string): HttpAnswer => {
    const fault = thrown instanceof Fault ? thrown : internalFailure(at)
    if (fault !== thrown) {
      ports.log.error("a request failed", {
        requestId,
        service: at.service,
        operation: at.operation,
        ...errorFields(thrown),
      })
    }
    return protocols[at.protocol].encodeFault(contractOf(at), fault, requestId)
  }

  const request: Handler["request"] = async (req, res, listener) => {
    const requestId = ports.ids.uuid()
    const headers = flat(req)
    const hosted = isHosted(headers) ? options.hosted : undefined
    const danger = dangerOf(rules, headers, { upgrade: false, vpc: listener.vpc })
    if (danger) return answerPlain(res, 403, "AccessDenied", danger.message, requestId)
    if (listener.ownAgentsOnly && !isOwnAgent(askOf(req, headers)))
      return answerPlain(res, 400, "BadRequest", speaksTls, requestId)
    if (hosted) return hosted.serve(req, res)
    const cors = corsOrigin(rules, headers)
    if (req.method === "OPTIONS") {
      if (cors !== undefined) return preflight(res, cors, headers["access-control-request-headers"], requestId)
      return answerPlain(res, 403, "AccessDenied", "CORS is not open to this origin.", requestId)
    }
    const ask = askOf(req, headers)
    if (ask.path.startsWith("/_roadstead/")) {
      const served = await options.admin?.(req, res, listener)
      if (!served && !res.headersSent) answerPlain(res, 404, "NotFound", `There is no ${ask.path}.`, requestId)
      return
    }
    if (options.other?.owns(ask.path, req.headers)) return options.other.serve(req, res, { ...ask, requestId })
    const limit = bodyLimitOf(options, req.headers)
    const read = await readBody(req, limit, ports.clock)
    if (read.kind === "gone") return
    const inflated = read.kind === "body" ? await inflateBody(read.sent, headers["content-encoding"], limit) : read
    const full = inflated.kind === "body" ? { ...ask, body: inflated.body } : ask
    const signature = signatureOf(ask)
    const at = route(full, signature.kind === "presented" ? signature.presented.service : undefined)
    let made: HttpAnswer
    try {
      if (inflated.kind === "tooLarge")
        throw new Fault("RequestEntityTooLarge", `The request body is larger than ${limit} bytes.`, { status: 413 })
      if (inflated.kind === "malformed")
        throw new Fault("SerializationException", "The request body is not what its Content-Encoding says.", {
          status: 400,
        })
      const sent = read.kind === "body" ? { ...ask, body: read.sent } : full
      made = await run(full, at, sent, listener, connectionOf(req), requestId, hangUp(res))
    } catch (thrown) {
      made = faultAnswer(at, thrown, requestId)
    }
    answer(end, req, res, made, requestId, cors, read.kind === "tooLarge")
  }

  return {
    request,
    upgrade: (req, listener) => {
      const headers = flat(req)
      const ask = askOf(req, headers)
      const hosted = isHosted(headers)
      return (
        dangerOf(rules, headers, { upgrade: true, vpc: listener.vpc, hosted }) ??
        (listener.ownAgentsOnly && !isOwnAgent(ask) ? { message: speaksTls } : undefined) ??
        (hosted ? forHosted : undefined) ??
        verify(verifier, ask, signatureOf(ask), { service: undefined, knownKeysOnly: listener.vpc })
      )
    },
  }
}

const speaksTls = "This port speaks TLS: say https."

/** The signal that the client has closed the connection before its answer; the same one at each call. */
const hangUp = (res: ServerResponse): (() => AbortSignal) => {
  let aborter: AbortController | undefined
  return () => {
    if (aborter) return aborter.signal
    const made = new AbortController()
    aborter = made
    if (res.destroyed) made.abort()
    res.once("close", () => {
      if (!res.writableFinished) made.abort()
    })
    return made.signal
  }
}

/** How a request came. */
export interface Connection {
  readonly sourceIp: string | undefined
  readonly secure: boolean
}

export const connectionOf = ({ socket }: IncomingMessage): Connection => ({
  sourceIp: socket.remoteAddress,
  secure: "encrypted" in socket,
})

/** The caller with how the request came. */
export const arrived = (caller: Caller, { sourceIp, secure }: Connection, headers: IncomingHttpHeaders): Caller => {
  const { host, "user-agent": userAgent } = headers
  return {
    ...caller,
    secure,
    ...(sourceIp !== undefined && { sourceIp }),
    ...(host !== undefined && { host }),
    ...(userAgent !== undefined && { userAgent }),
  }
}

/** Who asks when an operation takes no signature (AssumeRoleWithWebIdentity): nobody, in the default account. */
const anonymous = ({ defaultAccount: account, defaultRegion: region }: WireServerOptions): Authenticated => ({
  caller: { account, arn: `arn:aws:iam::${account}:anonymous`, kind: "user" },
  scope: { account, region },
})

const internalFailure = (at: Route): Fault =>
  new Fault(
    at.protocol === "ec2Query" || at.protocol === "restXml" ? "InternalError" : "InternalFailure",
    "The request processing has failed because of an unknown error, exception or failure.",
    { status: 500 },
  )

const noBody = new Uint8Array()

const askOf = (req: IncomingMessage, headers: Headers): HttpAsk => {
  const url = req.url ?? "/"
  // A proxy-style request line carries the whole URL.
  const target = url.startsWith("/") ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, "")
  const mark = target.indexOf("?")
  return {
    method: req.method ?? "GET",
    path: (mark < 0 ? target : target.slice(0, mark)) || "/",
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers,
    body: noBody,
  }
}

/** Node's headers with lists joined (only set-cookie is one). */
const flat = (req: IncomingMessage): Headers => req.headers as Headers
