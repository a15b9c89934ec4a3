// A request that came as a stream of HTTP/2; its answer goes out over the same stream.
import { constants, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2"
import { toFields } from "../fields.ts"
import type { Client, ClientConnection, ClientEvents } from "./client.ts"
import { deaf } from "./deaf.ts"

/** See the head of the file. */
export class Http2Client implements Client {
  readonly connection: ClientConnection
  readonly protocol = "HTTP/2.0"
  readonly method: string
  readonly target: string
  readonly headers: readonly string[]
  readonly hasBody: boolean
  events: ClientEvents = deaf
  readonly #stream: ServerHttp2Stream
  #trailersIn: readonly string[] = []
  #trailersOut: readonly string[] = []
  #requestComplete: boolean
  #bytesIn = 0
  #bytesOut = 0

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    raw: readonly string[],
    connection: ClientConnection,
  ) {
    this.#stream = stream
    this.connection = connection
    this.method = String(headers[":method"] ?? "GET")
    this.target = String(headers[":path"] ?? "*")
    this.headers = plainHeaders(raw, headers[":authority"])
    this.hasBody = !stream.endAfterHeaders
    this.#requestComplete = stream.endAfterHeaders
    stream.on("wantTrailers", () => this.#sendTrailers())
    stream.on("drain", () => this.events.onClientDrain())
    stream.on("close", () => this.events.onClientClose(stream.writableFinished && stream.rstCode === 0))
    // What went wrong is said by the close.
    stream.on("error", () => {})
    // A client of HTTP/2 may wait for this as one of HTTP/1 does, whom Node answers by itself.
    if (headers.expect === "100-continue") stream.additionalHeaders({ ":status": 100 })
  }

  get requestComplete(): boolean {
    return this.#requestComplete
  }

  readBody(): void {
    const stream = this.#stream
    stream.on("trailers", (_, __, ...rest: unknown[]) => {
      const [raw] = rest
      if (Array.isArray(raw)) this.#trailersIn = raw.map(String)
    })
    stream.on("data", (chunk: Buffer) => {
      this.#bytesIn += chunk.length
      if (!this.events.onRequestBody(chunk)) stream.pause()
    })
    stream.on("end", () => {
      this.#requestComplete = true
      this.events.onRequestEnd(this.#trailersIn)
    })
  }

  resumeBody(): void {
    this.#stream.resume()
  }

  head(status: number, _: string, headers: string[], close: boolean, empty: boolean): void {
    if (this.#stream.destroyed || this.#stream.headersSent) return
    const out: OutgoingHttpHeaders = { ":status": status, ...toFields(headers) }
    // Closing is GOAWAY's: streams that are under way go on.
    if (close) this.#stream.session?.close()
    const endStream = empty || this.method === "HEAD" || status === 204 || status === 304
    this.#stream.respond(out, { endStream, waitForTrailers: !endStream })
  }

  write(chunk: Buffer): boolean {
    this.#bytesOut += chunk.length
    return this.#stream.write(chunk)
  }

  end(last: Buffer | undefined, trailers: readonly string[]): void {
    this.#trailersOut = trailers
    this.#bytesOut += last?.length ?? 0
    if (this.#stream.writableEnded || this.#stream.destroyed) return
    if (last) this.#stream.end(last)
    else this.#stream.end()
    // Whatever is still coming has nobody to read it.
    if (!this.#requestComplete) this.#stream.resume()
  }

  abort(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  bytesIn(): number {
    return this.#bytesIn
  }

  bytesOut(): number {
    return this.#bytesOut
  }

  #sendTrailers(): void {
    // None at all are an empty frame that ends the stream.
    this.#stream.sendTrailers(toFields(this.#trailersOut))
  }
}

/** Without pseudo headers; Host is what the authority says. */
const plainHeaders = (raw: readonly string[], authority: string | undefined): readonly string[] => {
  const headers: string[] = authority === undefined ? [] : ["host", authority]
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? ""
    if (name.startsWith(":") || (name === "host" && authority !== undefined)) continue
    headers.push(name, raw[i + 1] ?? "")
  }
  return headers
}
