// A request that came as HTTP/1, read by Node's parser; its answer is written by Node's writer.
import { type IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Client, ClientConnection, ClientEvents } from "./client.ts"
import { deaf } from "./deaf.ts"

/** See the head of the file. */
export class Http1Client implements Client {
  readonly connection: ClientConnection
  readonly protocol: "HTTP/1.0" | "HTTP/1.1"
  readonly method: string
  readonly target: string
  readonly hasBody: boolean
  events: ClientEvents = deaf
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #upgrade: { readonly socket: Socket; readonly first: Buffer } | undefined
  readonly #bytesInBefore: number
  readonly #bytesOutBefore: number

  constructor(request: IncomingMessage, response: ServerResponse, connection: ClientConnection, first?: Buffer) {
    this.#request = request
    this.#response = response
    this.#upgrade = first && { socket: request.socket, first }
    this.connection = connection
    this.protocol = request.httpVersionMinor === 0 ? "HTTP/1.0" : "HTTP/1.1"
    this.method = request.method ?? "GET"
    this.target = request.url ?? "/"
    this.hasBody = !first && bodyFollows(request.rawHeaders)
    this.#bytesInBefore = request.socket.bytesRead
    this.#bytesOutBefore = request.socket.bytesWritten
    const closed = () => this.events.onClientClose(response.writableFinished)
    response.on("close", closed)
    if (!first) return
    // Node has let go of the connection: it does not say when the answer is out.
    request.socket.once("close", closed)
    response.once("finish", () => request.socket.destroySoon())
  }

  get headers(): readonly string[] {
    return this.#request.rawHeaders
  }

  get requestComplete(): boolean {
    return !this.hasBody || this.#request.complete
  }

  readBody(): void {
    const request = this.#request
    this.#response.on("drain", () => this.events.onClientDrain())
    request.on("data", (chunk: Buffer) => {
      if (!this.events.onRequestBody(chunk)) request.pause()
    })
    request.on("end", () => this.events.onRequestEnd(request.rawTrailers))
    // What went wrong is said by the response's close.
    request.on("error", () => {})
  }

  resumeBody(): void {
    this.#request.resume()
  }

  head(status: number, reason: string, headers: string[], close: boolean): void {
    const response = this.#response
    if (close) response.shouldKeepAlive = false
    // Said by ourselves, or Node adds a Keep-Alive that AWS does not send.
    if (response.shouldKeepAlive) headers.push("Connection", "keep-alive")
    response.writeHead(status, reason, headers)
  }

  write(chunk: Buffer): boolean {
    const more = this.#response.write(chunk)
    if (!more && this.#response.listenerCount("drain") === 0)
      this.#response.on("drain", () => this.events.onClientDrain())
    return more
  }

  end(last: Buffer | undefined, trailers: readonly string[]): void {
    const response = this.#response
    if (trailers.length > 0) response.addTrailers(pairs(trailers))
    if (last) response.end(last)
    else response.end()
  }

  abort(): void {
    this.#request.socket.destroy()
  }

  takeSocket(): { readonly socket: Socket; readonly first: Buffer } {
    if (!this.#upgrade) throw new Error("the request was none to upgrade")
    this.#response.detachSocket(this.#upgrade.socket)
    return this.#upgrade
  }

  bytesIn(): number {
    return this.#request.socket.bytesRead - this.#bytesInBefore
  }

  bytesOut(): number {
    return this.#request.socket.bytesWritten - this.#bytesOutBefore
  }
}

/** Answers to a request to upgrade, whose connection Node has let go of, when they are no switch. */
export const responseOn = (request: IncomingMessage): ServerResponse => {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(request.socket)
  return response
}

const bodyFollows = (headers: readonly string[]): boolean => {
  for (let i = 0; i < headers.length; i += 2) {
    const size = headers[i]?.length
    if (size !== 14 && size !== 17) continue
    const name = headers[i]?.toLowerCase()
    if (name === "transfer-encoding" || (name === "content-length" && headers[i + 1] !== "0")) return true
  }
  return false
}

const pairs = (fields: readonly string[]): [string, string][] => {
  const out: [string, string][] = []
  for (let i = 0; i < fields.length; i += 2) out.push([fields[i] ?? "", fields[i + 1] ?? ""])
  return out
}
