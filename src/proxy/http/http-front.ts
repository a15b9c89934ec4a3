// Serves the connections of one HTTP or HTTPS listener: TLS, the versions of HTTP, what is read by which parser, and what
// the silence and the end of a connection mean. The life of a request is in exchange.ts.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { createServer as createHttp2Server, type Http2Server, type Http2Session } from "node:http2"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { TLSSocket } from "node:tls"
import type { BalancerConfiguration, ListenerConfiguration } from "../../protocol/index.ts"
import type { Front, FrontParts, Way } from "../front.ts"
import { unreadRecord } from "./access-record.ts"
import { FrontConnection } from "./client/front-connection.ts"
import { Http1Client, responseOn } from "./client/http1-client.ts"
import { Http2Client } from "./client/http2-client.ts"
import type { Classified } from "./desync.ts"
import { Exchange } from "./exchange.ts"
import type { Forwarder } from "./forward/forwarder.ts"
import { ownAnswer } from "./own-answers.ts"
import { rawAnswer, refusedBy } from "./refused.ts"
import { type Serving, servingOf } from "./serving.ts"
import type { Shared } from "./shared.ts"

/** All headers of a request, and its first line: quotas of Application Load Balancers. */
const mostHeadBytes = (64 + 16) * 1024
/** What is under way when the listener goes ends in this time. */
const closingMs = 30_000
/** A client that has said its last word is answered within this time, else it counts as gone: AWS waits for no such one. */
const halfClosedMs = 1000

/** See the head of the file. */
export class HttpFront implements Front {
  readonly #parts: FrontParts
  readonly #shared: Shared
  readonly #forwarder: Forwarder
  readonly #server: Server
  readonly #http2: Http2Server
  readonly #sessions = new WeakMap<Http2Session, FrontConnection>()
  readonly #connections = new Map<Duplex, FrontConnection>()
  #serving: Serving | undefined
  #closed: (() => void) | undefined

  constructor(parts: FrontParts, shared: Shared, forwarder: Forwarder) {
    this.#parts = parts
    this.#shared = shared
    this.#forwarder = forwarder
    this.#server = this.#http1Server()
    this.#http2 = this.#http2Server()
  }

  configure(balancer: BalancerConfiguration, listener: ListenerConfiguration): void {
    // A certificate that cannot be read is found now, and not by the first client.
    if (listener.tls) this.#parts.tls.contextFor(listener.tls)
    this.#serving = servingOf(this.#parts, balancer, listener)
    this.#server.timeout = this.#serving.idleMs
    this.#forwarder.configured()
  }

  accept(socket: Socket, way: Way): void {
    socket.on("error", () => socket.destroy())
    const serving = this.#serving
    if (!serving || this.#closed) return void socket.destroy()
    const connection = new FrontConnection(socket, way, this.#shared.clock.now(), this.#shared.connectionId())
    serving.counts.connected(way.zone)
    socket.once("close", () => serving.counts.disconnected(way.zone))
    if (serving.listener.tls) this.#secure(connection, serving)
    else this.#serve(socket, connection)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        resolve()
      }
      const cancel = this.#shared.clock.at(this.#shared.clock.now() + closingMs, () => {
        for (const socket of this.#connections.keys()) socket.destroy()
        done()
      })
      this.#closed = done
      for (const [socket, connection] of this.#connections) {
        connection.closing = true
        if (connection.active === 0) socket.destroy()
      }
      if (this.#connections.size === 0) done()
    })
  }

  #secure(connection: FrontConnection, serving: Serving): void {
    const { tls } = serving.listener
    if (!tls) return
    const { socket, way } = connection
    const context = this.#parts.tls.contextFor(tls)
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: context.secureContext,
      SNICallback: context.SNICallback,
      ALPNProtocols: serving.http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    })
    secure.setTimeout(serving.idleMs, () => secure.destroy())
    let isOpen = false
    secure.on("error", () => {
      if (!isOpen) serving.counts.tlsFailed(way.zone)
      secure.destroy()
    })
    secure.once("secure", () => {
      isOpen = true
      secure.setTimeout(0)
      // Servers of node:tls say so; sessions of HTTP/2 wait for it.
      Object.assign(secure, { secureConnecting: false })
      connection.tls = { socket: secure, certificate: context.chosen(nameAsked(secure) ?? false) }
      if (secure.alpnProtocol === "h2") this.#serveHttp2(secure, connection)
      else this.#serve(secure, connection)
    })
  }

  #serve(socket: Socket, connection: FrontConnection): void {
    this.#connections.set(socket, connection)
    connection.rest()
    socket.once("close", () => this.#gone(socket))
    socket.once("end", () => this.#halfClosed(socket, connection))
    this.#server.emit("connection", socket)
    socket.resume()
  }

  #serveHttp2(socket: TLSSocket, connection: FrontConnection): void {
    this.#connections.set(socket, connection)
    socket.once("close", () => this.#gone(socket))
    // Node makes the session, and says so, before it returns.
    this.#http2.once("session", (session) => {
      this.#sessions.set(session, connection)
      session.setTimeout(this.#serving?.idleMs ?? 0, () => {
        if (connection.active === 0) session.close()
      })
      session.on("error", () => socket.destroy())
    })
    this.#http2.emit("connection", socket)
  }

  #http2Server(): Http2Server {
    // AWS takes 128 streams at a time over a connection (listeners of Application Load Balancers, HTTP/2).
    const server = createHttp2Server({
      settings: { maxConcurrentStreams: 128, maxHeaderListSize: mostHeadBytes, enablePush: false },
    })
    server.on("stream", (stream, headers, _, ...rest: unknown[]) => {
      const connection = stream.session && this.#sessions.get(stream.session)
      const serving = this.#serving
      if (!connection || !serving) return void stream.close()
      const raw = Array.isArray(rest[0]) ? rest[0].map(String) : []
      const client = new Http2Client(stream, headers, raw, connection)
      const exchange = new Exchange(this.#shared, this.#forwarder, serving, client)
      connection.begin(exchange)
      exchange.begin()
    })
    server.on("sessionError", () => {})
    return server
  }

  #gone(socket: Duplex): void {
    this.#connections.delete(socket)
    if (this.#connections.size === 0) this.#closed?.()
  }

  #http1Server(): Server {
    const server = createServer({
      maxHeaderSize: mostHeadBytes,
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      requireHostHeader: false,
      noDelay: true,
      // An offer of HTTP/2 without TLS is not taken: the request is an ordinary one, with its body.
      shouldUpgradeCallback: ({ headers }) => !/^h2c?$/i.test(headers.upgrade ?? ""),
    })
    // All headers count, up to the bytes above; Node would leave the rest out silently.
    server.maxHeadersCount = 0
    // An undocumented member of Node's: a client that ends its side may still be answered.
    Object.assign(server, { httpAllowHalfOpen: true })
    server.on("request", (request, response) => this.#request(request, response))
    server.on("upgrade", (request, _, first) => this.#request(request, responseOn(request), first))
    server.on("connect", (request) => this.#request(request, responseOn(request), Buffer.alloc(0)))
    server.on("timeout", (socket) => this.#silent(socket))
    server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) =>
      this.#refused(error, socket),
    )
    return server
  }

  #request(request: IncomingMessage, response: ServerResponse, first?: Buffer): void {
    const connection = this.#connections.get(request.socket)
    const serving = this.#serving
    if (!connection || !serving) return void request.socket.destroy()
    if (request.httpVersionMajor !== 1) {
      this.#unread(connection, 505, undefined)
      this.#answerRaw(request.socket, 505)
      return
    }
    if (request.socket.timeout !== serving.idleMs) request.socket.setTimeout(serving.idleMs)
    const client = new Http1Client(request, response, connection, first)
    const exchange = new Exchange(this.#shared, this.#forwarder, serving, client)
    connection.begin(exchange)
    exchange.begin()
  }

  /** Nothing came and nothing went for the idle timeout. */
  #silent(socket: Socket): void {
    const connection = this.#connections.get(socket)
    const exchange = connection?.underWay
    if (connection?.halfARequest) {
      this.#unread(connection, 408, undefined)
      this.#answerRaw(socket, 408)
    } else if (exchange?.awaitsClient) exchange.onClientSilent()
    // Before an answer it is the target that is waited for: its connection says when that takes too long.
    else if (!exchange || exchange.answering) socket.destroy()
  }

  #halfClosed(socket: Socket, connection: FrontConnection): void {
    if (connection.active === 0) return
    const cancel = this.#shared.clock.at(this.#shared.clock.now() + halfClosedMs, () => {
      if (connection.underWay && !connection.underWay.answering) socket.destroy()
    })
    socket.once("close", cancel)
  }

  #refused(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
    const connection = this.#connections.get(socket)
    // The connection failed, or its answer is half out: there is nothing to say.
    if (!error.code?.startsWith("HPE_") || connection?.underWay?.answering) return void socket.destroy()
    const { status, classified } = refusedBy(error.code, error.message, error.rawPacket)
    this.#unread(connection, status, classified)
    this.#answerRaw(socket, status)
  }

  /** Counts and logs a request of which there is no head. */
  #unread(connection: FrontConnection | undefined, status: number, classified: Classified | undefined): void {
    const serving = this.#serving
    if (!connection || !serving) return
    const { zone, address } = connection.way
    serving.counts.finished({
      ...{ zone, status, bytes: connection.unreadBytes, evaluated: 0, grpc: false, unsticky: false },
      ...{ group: undefined, targetStatus: undefined, targetMs: undefined, action: undefined },
      classified: classified !== undefined,
    })
    if (!serving.accessLog) return
    const record = unreadRecord(serving, connection, { status, classified, now: this.#shared.clock.now() })
    this.#parts.accessLog?.write(serving.balancer, address, record)
  }

  #answerRaw(socket: Duplex, status: number): void {
    if (!socket.writable) return void socket.destroy()
    socket.end(rawAnswer(ownAnswer(status, this.#shared.date())), () => socket.destroy())
  }
}

/** Undefined when the client asked for none. */
const nameAsked = (socket: TLSSocket): string | undefined =>
  (socket as TLSSocket & { readonly servername?: string | false }).servername || undefined
