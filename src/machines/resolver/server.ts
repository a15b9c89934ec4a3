// The VPC resolver: a DNS server on one address, UDP and TCP. Names of its zone are answered here, the rest is asked
// upstream. No message, however broken, ends it.
import { createSocket, type Socket as UdpSocket } from "node:dgram"
import { createServer, type Server, type Socket } from "node:net"
import { parseQuery, responseCode, truncate, writeBad, writeEmpty } from "./codec.ts"
import { framed, type Upstream } from "./upstream.ts"
import { type Zone, zoneOf } from "./zone.ts"

/** Without EDNS a client takes at most this many bytes over UDP; we advertise none. */
const udpLimit = 512
/** A TCP client that says nothing for so long is let go. */
const tcpIdle = 10_000
/** Questions that may wait upstream at once, each with a socket: a container cannot take all of ours. */
const askingLimit = 256

/** See the head of the file. */
export class Resolver {
  readonly #upstream: Upstream
  readonly #tcp: Server
  readonly #udp: UdpSocket
  readonly #connections = new Set<Socket>()
  #zone: Zone = zoneOf([])
  #asking = 0

  private constructor(upstream: Upstream) {
    this.#upstream = upstream
    this.#udp = createSocket("udp4")
    this.#udp.on("message", (message, peer) => {
      void this.#answer(message, "udp").then((answer) => {
        // A client that went away is no concern of the others.
        if (answer) this.#udp.send(answer, peer.port, peer.address, () => {})
      })
    })
    this.#tcp = createServer((socket) => this.#serve(socket))
  }

  /** Listens on `address`; port 0 takes a free one, the same for both transports. Rejects when it is taken. */
  static async listen(options: { address: string; port: number; upstream: Upstream }): Promise<Resolver> {
    const resolver = new Resolver(options.upstream)
    try {
      await new Promise<void>((resolve, reject) => {
        resolver.#tcp.once("error", reject)
        resolver.#tcp.listen(options.port, options.address, resolve)
      })
      await new Promise<void>((resolve, reject) => {
        resolver.#udp.once("error", reject)
        resolver.#udp.bind(resolver.port, options.address, resolve)
      })
    } catch (error) {
      await resolver.close()
      throw error
    }
    resolver.#udp.removeAllListeners("error")
    // After binding, errors are of single packets (a client's port is closed): nothing to do about them.
    resolver.#udp.on("error", () => {})
    return resolver
  }

  get port(): number {
    const address = this.#tcp.address()
    return typeof address === "object" && address ? address.port : 0
  }

  /** Replaces all names. */
  setNames(names: readonly { readonly name: string; readonly address: string }[]): void {
    this.#zone = zoneOf(names)
  }

  async #answer(message: Buffer, transport: "udp" | "tcp"): Promise<Buffer | undefined> {
    const parsed = parseQuery(message)
    if (parsed.kind === "noise") return undefined
    if (parsed.kind === "bad") return writeBad(parsed.id, parsed.code)
    const { query } = parsed
    const own = this.#zone.answer(query)
    if (own) return transport === "udp" && own.length > udpLimit ? truncate(own, query.questionBytes) : own
    return (await this.#forward(message, transport)) ?? writeEmpty(query, responseCode.serverFailure)
  }

  async #forward(message: Buffer, transport: "udp" | "tcp"): Promise<Buffer | undefined> {
    if (this.#asking >= askingLimit) return undefined
    this.#asking++
    try {
      return await this.#upstream.ask(message, transport)
    } finally {
      this.#asking--
    }
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket)
    socket.setTimeout(tcpIdle, () => socket.destroy())
    socket.on("error", () => socket.destroy())
    socket.on("close", () => this.#connections.delete(socket))
    let got = Buffer.alloc(0)
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, chunk])
      while (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) {
        const message = got.subarray(2, 2 + got.readUInt16BE(0))
        got = got.subarray(2 + message.length)
        void this.#answer(message, "tcp").then((answer) => {
          if (answer && socket.writable) socket.write(framed(answer))
        })
      }
    })
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await new Promise<void>((resolve) => this.#tcp.close(() => resolve()))
    await new Promise<void>((resolve) => {
      this.#udp.once("close", () => resolve())
      try {
        this.#udp.close()
      } catch {
        // It was closed already, or never bound.
        resolve()
      }
    })
  }
}
