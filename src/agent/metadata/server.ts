// The HTTP server of task metadata and credentials, at 169.254.170.2:80 on a real host. It takes requests from containers,
// that is from anybody's code: everything is bounded, and nothing that comes in can end it.
import type { IncomingMessage, ServerResponse } from "node:http"
import { type Clock, errorFields, type Log } from "../../kernel/index.ts"
import type { Answer, Ask, MetadataParts } from "./answer.ts"
import { untilKnown } from "./beginnings.ts"
import { type Endpoint, openEndpoint } from "./listen.ts"
import { plainAddress } from "./lookup.ts"
import { rateLimit, steadyRate } from "./rate-limit.ts"
import { answer } from "./routes.ts"

export interface MetadataServerOptions extends MetadataParts {
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  readonly clock: Clock
  readonly log: Log
}

export type MetadataServer = Endpoint

/** The largest body that means anything is that of a task protection request. */
const maxBody = 16 * 1024

/** Listens; rejects when the address cannot be had. */
export const startMetadataServer = async (options: MetadataServerOptions): Promise<MetadataServer> => {
  const { log } = options
  const allowed = rateLimit(options.clock)
  return openEndpoint({ ...options, name: "metadata endpoint" }, (request, response) => {
    const source = plainAddress(request.socket.remoteAddress)
    response.setHeader("X-Rate-Limit-Limit", steadyRate.toFixed(2))
    response.setHeader("X-Rate-Limit-Duration", "1")
    response.setHeader("X-Rate-Limit-Request-Forwarded-For", String(request.headers["x-forwarded-for"] ?? ""))
    response.setHeader("X-Rate-Limit-Request-Remote-Addr", `${source}:${request.socket.remotePort ?? 0}`)
    if (!allowed(source)) return text(response, 429, "You have reached maximum request limit.")
    respond(options, request, source).then(
      (result) => (result ? json(response, result) : text(response, 404, "404 page not found\n")),
      (error) => {
        if (error instanceof TooLarge) return text(response, 413, "Request body is too large.")
        log.error("A metadata request failed", { path: request.url, ...errorFields(error) })
        json(response, { status: 500, body: "Internal Server Error" })
      },
    )
  })
}

class TooLarge extends Error {}

const respond = async (
  parts: MetadataServerOptions,
  request: IncomingMessage,
  source: string,
): Promise<Answer | undefined> => {
  const ask = readTarget(request.url ?? "/")
  if (!ask) return { status: 400, body: "Bad Request" }
  const body = await readBody(request)
  await untilKnown(parts.engine, parts.clock, source)
  return answer(parts, { method: request.method ?? "GET", ...ask, source, body })
}

const readTarget = (target: string): Pick<Ask, "path" | "query"> | undefined => {
  const at = target.indexOf("?")
  try {
    return {
      path: decodeURIComponent(at < 0 ? target : target.slice(0, at)),
      query: new URLSearchParams(at < 0 ? "" : target.slice(at + 1)),
    }
  } catch {
    return undefined
  }
}

/** The body; of one that is too large the rest is read and dropped, so that the refusal can be heard. */
const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBody) chunks.push(chunk)
  }
  if (size > maxBody) throw new TooLarge()
  return Buffer.concat(chunks).toString("utf8")
}

const json = (response: ServerResponse, { status, body }: Answer) =>
  send(response, status, "application/json", JSON.stringify(body))
const text = (response: ServerResponse, status: number, body: string) =>
  send(response, status, "text/plain; charset=utf-8", body)

const send = (response: ServerResponse, status: number, type: string, body: string) => {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) })
  response.end(body)
}
