// A client of any service of the model over node:http with keep-alive: what our agent, the demo and the tests call with. No
// retries and no credential chain; whoever calls knows what a failure means to it.
import { Agent, request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"
import type { Clock } from "../../kernel/index.ts"
import { loadContract, type Operations, type ProtocolName, type ServiceName } from "../../model/index.ts"
import type { HttpAnswer, HttpAsk } from "../http.ts"
import { protocols } from "../protocols/index.ts"
import { signingKeys } from "../sigv4/canonical.ts"
import { type Credentials, signRequest } from "../sigv4/sign.ts"
import { sigv4Date } from "../sigv4/signature.ts"

export interface AwsClientOptions<S extends ServiceName> {
  readonly service: S
  /** `http://127.0.0.1:4566`; with `socketPath` only its Host counts. */
  readonly endpoint: string
  /** Handed in anew for each request where they rotate. */
  readonly credentials: Credentials | (() => Credentials)
  readonly region: string
  /** The wall clock: signatures carry its time. */
  readonly clock: Clock
  /** Connections; one of its own by default. */
  readonly agent?: Agent
  /** A unix socket to talk through. */
  readonly socketPath?: string
  /** One of the service's protocols; by default the first. */
  readonly protocol?: ProtocolName
  /** Milliseconds without a byte after which a request fails; default 60 s. */
  readonly timeout?: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Of this call alone, in place of the client's. */
  readonly credentials?: Credentials
}

/** Calls one operation. Rejects with a Fault (`code`, `message`, `status`) that the service answered, or with node's error. */
export type AwsClient<S extends ServiceName> = <O extends keyof Operations[S] & string>(
  operation: O,
  input: Input<S, O>,
  options?: CallOptions,
) => Promise<Output<S, O>>

type Input<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends { input: infer I }
  ? I
  : never
type Output<S extends ServiceName, O extends keyof Operations[S]> = Operations[S][O] extends { output: infer T }
  ? T
  : never

const defaultTimeout = 60_000

/** Builds a client; see {@link AwsClientOptions}. */
export const createAwsClient = <S extends ServiceName>(options: AwsClientOptions<S>): AwsClient<S> => {
  const contract = loadContract(options.service)
  const protocol = protocols[options.protocol ?? contract.protocols[0] ?? "awsJson1_1"]
  const agent = options.agent ?? new Agent({ keepAlive: true })
  const endpoint = new URL(options.endpoint)
  const keyFor = signingKeys(16)

  const sign = (bare: HttpAsk, given: Credentials | undefined): HttpAsk => {
    const ours = () => (typeof options.credentials === "function" ? options.credentials() : options.credentials)
    const credentials = given ?? ours()
    const now = options.clock.now()
    const day = sigv4Date(now).slice(0, 8)
    const { region } = options
    const service = contract.signingName
    const key = keyFor(credentials.accessKeyId, credentials.secretAccessKey, day, region, service)
    const ask = { ...bare, headers: { ...bare.headers, host: endpoint.host } }
    return { ...ask, headers: { ...ask.headers, ...signRequest(ask, { credentials, region, service, now, key }) } }
  }

  return async (name, input, { signal, credentials } = {}) => {
    const operation = contract.operations.get(name)
    if (!operation) throw new Error(`${options.service} has no operation ${name}`)
    const ask = sign(protocol.encodeRequest(contract, operation, input as object), credentials)
    const answer = await send(ask, endpoint, agent, options, signal)
    if (answer.status >= 300) throw protocol.decodeFault(contract, answer)
    return protocol.decodeResponse(contract, operation, answer) as Output<S, typeof name>
  }
}

const send = (
  ask: HttpAsk,
  endpoint: URL,
  agent: Agent,
  { socketPath, timeout = defaultTimeout }: { readonly socketPath?: string; readonly timeout?: number },
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const secure = endpoint.protocol === "https:"
    const req = (secure ? httpsRequest : httpRequest)({
      ...(socketPath === undefined
        ? { host: endpoint.hostname.replace(/^\[|\]$/g, ""), port: endpoint.port || (secure ? 443 : 80) }
        : { socketPath }),
      method: ask.method,
      path: ask.query === "" ? ask.path : `${ask.path}?${ask.query}`,
      headers: { ...ask.headers, "content-length": ask.body.length },
      ...(secure ? {} : { agent }),
      ...(signal ? { signal } : {}),
    })
    req.setTimeout(timeout, () => req.destroy(new Error(`no answer within ${timeout} ms`)))
    req.on("error", reject)
    req.on("response", (res) => {
      const chunks: Buffer[] = []
      res.on("data", (chunk: Buffer) => chunks.push(chunk))
      res.on("error", reject)
      res.on("end", () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers as Record<string, string>,
          body: Buffer.concat(chunks),
        }),
      )
    })
    req.end(ask.body)
  })
