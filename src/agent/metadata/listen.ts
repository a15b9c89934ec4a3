// A small HTTP server that takes requests from containers, that is from anybody's code: heads, times and connections are
// bounded, and nothing that comes in can end it.
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { errorFields, type Log } from "../../kernel/index.ts"

export interface EndpointOptions {
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  readonly log: Log
  /** What it is called in the log. */
  readonly name: string
}

export interface Endpoint {
  readonly port: number
  close(): Promise<void>
}

/** Listens; rejects when the address cannot be had. */
export const openEndpoint = async (options: EndpointOptions, listener: RequestListener): Promise<Endpoint> => {
  const bounds = { maxHeaderSize: 16 * 1024, headersTimeout: 5_000, requestTimeout: 10_000 }
  const server = createServer(bounds, listener)
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
  server.on("error", (error) => options.log.error(`The ${options.name} has an error`, errorFields(error)))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
