// An HTTP front on a port of the loopback, with targets that are servers in this process, and clients that speak bytes.
import { once } from "node:events"
import { createServer as createHttpServer, type RequestListener } from "node:http"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { after } from "node:test"
import { type Clock, silentLog } from "../../src/kernel/index.ts"
import type {
  BalancerConfiguration,
  ListenerConfiguration,
  MetricReport,
  PoolConfiguration,
} from "../../src/protocol/index.ts"
import { newCounters } from "../../src/proxy/counters/counters.ts"
import type { FrontParts } from "../../src/proxy/front.ts"
import { httpFront } from "../../src/proxy/http/index.ts"
import { ProxyPools } from "../../src/proxy/pools/pools.ts"
import { newTlsContexts } from "../../src/proxy/tls/contexts.ts"
import { aBalancer, aListener, aPool, aTarget } from "./proxy-configuration.ts"
import { realClock } from "./real-clock.ts"

export interface FrontWorld {
  readonly port: number
  readonly parts: FrontParts
  readonly pools: ProxyPools
  configure(over: { balancer?: Partial<BalancerConfiguration>; listener?: Partial<ListenerConfiguration> }): void
  /** Puts these pools in place of those before. */
  setPools(...pools: Partial<PoolConfiguration>[]): void
  metrics(): readonly MetricReport[]
  close(): Promise<void>
}

/** An application load balancer's HTTP listener that forwards to one pool of `targets`. */
export const startHttpFront = async (
  options: { readonly clock?: Clock; readonly targets?: readonly number[]; readonly kind?: "classic" } = {},
): Promise<FrontWorld> => {
  const clock = options.clock ?? realClock
  const reports: MetricReport[] = []
  let seed = 1
  const pools = new ProxyPools(clock)
  const parts: FrontParts = {
    pools,
    clock,
    counters: newCounters(clock, (some) => reports.push(...some)),
    tls: newTlsContexts(),
    random: (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = seed = (seed * 16807 + 7) % 2147483647
    },
    log: silentLog,
    secret: new Uint8Array(32).fill(7),
    suspect: () => {},
    sourcePorts: { take: () => undefined },
  }
  const front = httpFront(parts)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    front.accept(socket, { address: "127.0.0.1", port, zone: "us-east-1a", name: "address" }),
  )
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  const configure: FrontWorld["configure"] = ({ balancer, listener }) =>
    front.configure(
      aBalancer({ kind: options.kind ?? "application", label: "app/edge/0123456789abcdef", ...balancer }),
      aListener({ protocol: "HTTP", ...listener }),
    )
  const setPools: FrontWorld["setPools"] = (...some) =>
    pools.apply(some.map((pool) => aPool({ protocol: "HTTP", ...pool })))
  setPools({ targets: (options.targets ?? []).map((port) => aTarget(`127.0.0.1:${port}`)) })
  configure({})
  const world: FrontWorld = {
    port,
    parts,
    pools,
    configure,
    setPools,
    metrics: () => {
      parts.counters.flush()
      return reports
    },
    close: async () => {
      server.close()
      await front.close()
      pools.apply([])
      parts.counters.close()
      pools.close()
    },
  }
  after(() => world.close())
  return world
}

/** A server of HTTP in this process; ends with the test file. */
export const startTarget = async (listener: RequestListener): Promise<number> => {
  const server = createHttpServer(listener)
  return listening(server, () => server.closeAllConnections())
}

/** A server that is handed each connection. */
export const startRawTarget = (onConnection: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
    onConnection(socket)
  })
  return listening(server, () => {
    for (const socket of sockets) socket.destroy()
  })
}

const listening = async (server: Server, end: () => void): Promise<number> => {
  await once(server.listen(0, "127.0.0.1"), "listening")
  after(() => {
    server.close()
    end()
  })
  return (server.address() as AddressInfo).port
}

/** A client that speaks bytes and keeps what it hears. */
export class RawClient {
  readonly socket: Socket
  heard = ""
  closed = false
  readonly #waiting = new Set<() => void>()

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    this.socket.setEncoding("latin1")
    this.socket.on("data", (text: string) => {
      this.heard += text
      this.#look()
    })
    this.socket.on("error", () => {})
    const close = () => {
      this.closed = true
      this.#look()
    }
    this.socket.on("end", close)
    this.socket.on("close", close)
    after(() => this.socket.destroy())
  }

  say(text: string): this {
    this.socket.write(text, "latin1")
    return this
  }

  /** Resolves with all that was heard when `is` holds of it. */
  until(is: (heard: string, closed: boolean) => boolean): Promise<string> {
    return new Promise((resolve) => {
      const look = () => {
        if (!is(this.heard, this.closed)) return
        this.#waiting.delete(look)
        resolve(this.heard)
      }
      this.#waiting.add(look)
      look()
    })
  }

  untilClosed(): Promise<string> {
    return this.until((_, closed) => closed)
  }

  /** What comes up to and with `text`, taken from what was heard. */
  async take(text: string): Promise<string> {
    const heard = await this.until((all) => all.includes(text))
    const end = heard.indexOf(text) + text.length
    this.heard = heard.slice(end)
    return heard.slice(0, end)
  }

  #look(): void {
    for (const look of [...this.#waiting]) look()
  }
}

/** One request over a connection of its own; answers status, headers (lower case; several joined by a line) and body. */
export const ask = async (
  port: number,
  head: string,
  body = "",
): Promise<{ status: number; reason: string; headers: Record<string, string>; body: string }> => {
  const lines = head.trim().split("\n")
  const text = await new RawClient(port)
    .say(`${lines.map((line) => line.trim()).join("\r\n")}\r\nConnection: close\r\n\r\n${body}`)
    .untilClosed()
  const at = text.indexOf("\r\n\r\n")
  const [first = "", ...fields] = text.slice(0, at).split("\r\n")
  const headers: Record<string, string> = {}
  for (const field of fields) {
    const colon = field.indexOf(":")
    const name = field.slice(0, colon).toLowerCase()
    const value = field.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\n${value}`
  }
  const [, status = "", reason = ""] = /^HTTP\/1\.1 (\d+) ?(.*)$/.exec(first) ?? []
  return { status: Number(status), reason, headers, body: text.slice(at + 4) }
}
