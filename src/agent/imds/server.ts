// The instance metadata service's HTTP server, at 169.254.169.254:80 in the namespace of an EC2 instance. What it shows may
// change while it runs. Anybody's code asks it: everything is bounded.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Clock, Ids, Log } from "../../kernel/index.ts"
import type { InstanceMetadata } from "../../protocol/index.ts"
import { type Endpoint, openEndpoint, plainAddress } from "../metadata/index.ts"
import { answerImds, type ImdsAnswer, type ImdsAsk } from "./answer.ts"
import { newTokens } from "./tokens.ts"

export interface ImdsOptions {
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  /** What is shown now. */
  readonly metadata: () => InstanceMetadata
  /** Whether a container at this address may ask at all (ECS_AWSVPC_BLOCK_IMDS). */
  readonly isBlocked?: (address: string) => boolean
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

export type ImdsServer = Endpoint

/** How long an answer that never arrives keeps its socket. */
const lostFor = 10_000

/** Listens; rejects when the address cannot be had. */
export const startImds = async (options: ImdsOptions): Promise<ImdsServer> => {
  const { clock } = options
  const tokens = newTokens(clock, options.ids)
  return openEndpoint({ ...options, name: "instance metadata service" }, (request, response) => {
    request.resume()
    const source = plainAddress(request.socket.remoteAddress)
    if (options.isBlocked?.(source)) return void request.socket.destroy()
    const metadata = options.metadata()
    const answer = answerImds(metadata, tokens, askOf(request, isBehindHop(source, metadata)))
    if (answer !== "lost") return send(response, answer)
    // What AWS's hop limit does: the client hears nothing, and gives up by its own patience.
    const cancel = clock.at(clock.now() + lostFor, () => request.socket.destroy())
    request.socket.once("close", cancel)
  })
}

/** The instance itself is not, nor are its tasks in awsvpc mode, which come by the link network: they have interfaces of its. */
const isBehindHop = (source: string, { privateIp }: InstanceMetadata): boolean =>
  source !== privateIp && !/^(127|169\.254)\./.test(source)

const askOf = (request: IncomingMessage, behindHop: boolean): ImdsAsk => {
  const token = request.headers["x-aws-ec2-metadata-token"]
  const ttl = request.headers["x-aws-ec2-metadata-token-ttl-seconds"]
  return {
    method: request.method ?? "GET",
    path: (request.url ?? "/").split("?")[0] ?? "/",
    ...(typeof token === "string" && { token }),
    ...(typeof ttl === "string" && { ttl }),
    forwarded: request.headers["x-forwarded-for"] !== undefined,
    behindHop,
  }
}

const send = (response: ServerResponse, { status, body = "", headers = {} }: ImdsAnswer): void => {
  if (response.destroyed) return
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body), Server: "EC2ws" })
  response.end(response.req.method === "HEAD" ? undefined : body)
}
