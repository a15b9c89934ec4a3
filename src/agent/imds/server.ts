// The instance metadata service's HTTP server, at 169.254.169.254:80 in the namespace of an EC2 instance. What it shows may
// change while it runs. Anybody's code asks it: everything is bounded.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { type Clock, errorFields, type Ids, type Log } from "../../kernel/index.ts"
import { type InstanceMetadata, instanceMetadataAddress } from "../../protocol/index.ts"
import { plainAddress } from "../metadata/index.ts"
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

export interface ImdsServer {
  readonly port: number
  close(): Promise<void>
}

/** How long an answer that never arrives keeps its socket. */
const lostFor = 10_000

/** Listens; rejects when the address cannot be had. */
export const startImds = async (options: ImdsOptions): Promise<ImdsServer> => {
  const { clock, log } = options
  const tokens = newTokens(clock, options.ids)
  const server = createServer(
    { maxHeaderSize: 16 * 1024, headersTimeout: 5_000, requestTimeout: 10_000 },
    (request, response) => {
      request.resume()
      const source = plainAddress(request.socket.remoteAddress)
      if (options.isBlocked?.(source)) return void request.socket.destroy()
      const metadata = options.metadata()
      const behindHop = ![instanceMetadataAddress, metadata.privateIp].includes(source) && !source.startsWith("127.")
      const answer = answerImds(metadata, tokens, askOf(request, behindHop))
      if (answer !== "lost") return send(response, answer)
      // What AWS's hop limit does: the client hears nothing, and gives up by its own patience.
      const cancel = clock.at(clock.now() + lostFor, () => request.socket.destroy())
      request.socket.once("close", cancel)
    },
  )
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    else socket.destroy()
  })
  server.maxConnections = 1_000
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port, options.host, () => {
      server.off("error", reject)
      resolve()
    })
  })
  server.on("error", (error) => log.error("The instance metadata service has an error", errorFields(error)))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

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
