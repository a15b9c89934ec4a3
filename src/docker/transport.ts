// HTTP over Docker's unix socket: one request, one answer or an answer's stream. Knows no path and no version of the API.
import { Agent, request as httpRequest, type IncomingMessage } from "node:http"
import { pipeline, type Readable } from "node:stream"
import { DockerError } from "./error.ts"

/** Values of a query string: objects are sent as JSON (Docker's `filters`), undefined ones not at all. */
export type Query = Readonly<Record<string, string | number | boolean | object | undefined>>

export interface RequestOptions {
  readonly query?: Query
  /** JSON, unless it is bytes or a stream (`images/load`, `images/create?fromSrc=-`), which is sent as a tar. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the request; it then rejects with the code `ABORT_ERR`. */
  readonly signal?: AbortSignal
}

/** Sends one request and resolves with the answer's head; rejects with a {@link DockerError} of status 0 without one. */
export type Transport = {
  send(method: string, path: string, options: RequestOptions): Promise<IncomingMessage>
  close(): void
}

/** Idle connections to keep: a burst of tasks uses about this many at once, and each saves a connect. */
const idleSockets = 16

/** A {@link Transport} to the engine behind `socketPath`. Connections are kept alive and shared by all requests. */
export const createTransport = (socketPath: string): Transport => {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: idleSockets })
  const once = (method: string, path: string, options: RequestOptions): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { payload, stream, headers } = encode(options)
      const sent = httpRequest(
        { socketPath, agent, method, path, headers, ...(options.signal && { signal: options.signal }) },
        resolve,
      )
      sent.on("error", (error: NodeJS.ErrnoException) => reject(unreachable(socketPath, error, sent.reusedSocket)))
      if (stream) pipeline(stream, sent, (error) => error && sent.destroy(error))
      else sent.end(payload)
    })
  return {
    async send(method, path, options) {
      try {
        return await once(method, path, options)
      } catch (error) {
        // The engine was restarted while the connection idled. Only a request that changes nothing may be sent twice.
        if (method === "GET" && error instanceof StaleConnection) return await once(method, path, options)
        throw error
      }
    },
    close: () => agent.destroy(),
  }
}

class StaleConnection extends DockerError {}

const unreachable = (socketPath: string, error: NodeJS.ErrnoException, reused: boolean): DockerError => {
  const message = `Cannot reach the Docker engine at ${socketPath}: ${error.message}`
  const stale = reused && (error.code === "ECONNRESET" || error.code === "EPIPE")
  return new (stale ? StaleConnection : DockerError)(0, message, error.code)
}

const encode = ({ body, headers = {} }: RequestOptions) => {
  if (body === undefined) return { headers: { Host: "docker", ...headers } }
  if (isReadable(body)) {
    return { stream: body, headers: { Host: "docker", "Content-Type": "application/x-tar", ...headers } }
  }
  const bytes = body instanceof Uint8Array
  const payload = bytes ? body : Buffer.from(JSON.stringify(body))
  const type = bytes ? "application/x-tar" : "application/json"
  return {
    payload,
    headers: { Host: "docker", "Content-Type": type, "Content-Length": String(payload.byteLength), ...headers },
  }
}

const isReadable = (body: unknown): body is Readable =>
  typeof body === "object" && body !== null && "pipe" in body && typeof body.pipe === "function"

/** `path?a=1&filters={…}` with every value escaped. */
export const withQuery = (path: string, query: Query = {}): string => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, typeof value === "object" ? JSON.stringify(value) : String(value))
  }
  const text = search.toString()
  return text === "" ? path : `${path}?${text}`
}
