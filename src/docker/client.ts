// The thin typed client of Docker's API over its unix socket. What the calls mean belongs to who calls: agent, machines.
import type { IncomingMessage } from "node:http"
import { DockerError } from "./error.ts"
import { readText } from "./read.ts"
import { createTransport, type RequestOptions, withQuery } from "./transport.ts"

/** `GET /version`, the members that we look at. */
export interface DockerVersion {
  readonly Version: string
  readonly ApiVersion: string
  readonly MinAPIVersion?: string
  readonly Os: string
  readonly Arch: string
}

/** See the head of the file. Every call rejects with a {@link DockerError} for an answer of 400 and above. */
export interface Docker {
  readonly socketPath: string
  /**
   * Sends a request to `/v<negotiated><path>` and reads the whole answer: a JSON document if Docker says so, else text.
   * 304 (already started, already stopped) is an answer like 204.
   */
  request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<{ status: number; body: T }>
  /** The same, resolving with the answer as a stream; destroy it when done with before its end. */
  stream(method: string, path: string, options?: RequestOptions): Promise<IncomingMessage>
  version(): Promise<DockerVersion>
  /** Closes idle connections; the client may be used again. */
  close(): void
}

/** The newest version of the API that this client was written against; older engines are spoken to in theirs. */
const newestKnown = "1.51"

/** A client of the engine behind a unix socket. Connects at the first call. */
export const createDocker = ({ socketPath }: { socketPath: string }): Docker => {
  const transport = createTransport(socketPath)
  let negotiated: Promise<string> | undefined

  const version = async (): Promise<DockerVersion> => {
    const answer = await checked(await transport.send("GET", "/version", {}))
    return JSON.parse(await readText(answer)) as DockerVersion
  }
  const prefix = (): Promise<string> => {
    negotiated ??= version().then(choose)
    // An engine that is not up yet is asked again at the next call.
    negotiated.catch(() => {
      negotiated = undefined
    })
    return negotiated
  }
  const stream: Docker["stream"] = async (method, path, options = {}) =>
    checked(await transport.send(method, `/v${await prefix()}${withQuery(path, options.query)}`, options))

  return {
    socketPath,
    stream,
    version,
    async request<T>(method: string, path: string, options?: RequestOptions) {
      const answer = await stream(method, path, options)
      const text = await readText(answer)
      const json = answer.headers["content-type"]?.startsWith("application/json") && text !== ""
      return { status: answer.statusCode ?? 0, body: (json ? JSON.parse(text) : text) as T }
    },
    close: transport.close,
  }
}

const choose = ({ ApiVersion, MinAPIVersion = "1.12" }: DockerVersion): string => {
  if (compare(newestKnown, MinAPIVersion) < 0) {
    throw new DockerError(0, `The Docker engine speaks API ${MinAPIVersion} and newer; Roadstead knows ${newestKnown}.`)
  }
  return compare(ApiVersion, newestKnown) < 0 ? ApiVersion : newestKnown
}

const compare = (a: string, b: string): number => {
  const [a1 = 0, a2 = 0] = a.split(".").map(Number)
  const [b1 = 0, b2 = 0] = b.split(".").map(Number)
  return a1 - b1 || a2 - b2
}

const checked = async (answer: IncomingMessage): Promise<IncomingMessage> => {
  const status = answer.statusCode ?? 0
  if (status < 400) return answer
  const text = await readText(answer)
  throw new DockerError(status, messageOf(text))
}

const messageOf = (text: string): string => {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    if (typeof message === "string") return message
  } catch {
    // Not JSON: a proxy or an old engine; its text is all that there is.
  }
  return text.trim()
}
