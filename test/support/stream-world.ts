// A front of stream/ on the loopback with real sockets: what comes in goes to targets that tests listen as. Time is the
// test's; health is what it says.
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import type { TestContext } from "node:test"
import { silentLog } from "../../src/kernel/index.ts"
import type {
  BalancerConfiguration,
  ListenerConfiguration,
  MetricReport,
  PoolConfiguration,
} from "../../src/protocol/index.ts"
import type { Way } from "../../src/proxy/index.ts"
import { newSharedParts } from "../../src/proxy/shared-parts.ts"
import { streamFront } from "../../src/proxy/stream/stream-front.ts"
import { aBalancer, aListener, aPool, aTarget } from "./proxy-configuration.ts"
import { TestClock } from "./test-clock.ts"

export const listening = async (server: Server): Promise<number> => {
  await once(server.listen(0, "127.0.0.1"), "listening")
  return (server.address() as AddressInfo).port
}

/** All that a socket says until it ends. */
export const textOf = async (socket: Socket): Promise<string> => {
  let text = ""
  for await (const chunk of socket) text += String(chunk)
  return text
}

/** How a connection ended: `end`, or the code of its error. */
export const endOf = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    // A socket that nobody reads hears the end of an empty stream all the same.
    if (socket.readableEnded) resolve("end")
    if (socket.destroyed) resolve(socket.errored === null ? "close" : "ECONNRESET")
    socket.once("end", () => resolve("end"))
    socket.once("error", (error: Error & { code?: string }) => resolve(error.code ?? error.message))
    socket.once("close", () => resolve("close"))
    socket.resume()
  })

export interface StreamWishes {
  readonly balancer?: Partial<BalancerConfiguration>
  readonly listener?: Partial<ListenerConfiguration>
  readonly pool?: Partial<PoolConfiguration>
  readonly way?: Partial<Way>
}

export const newStreamWorld = async (t: TestContext, wishes: StreamWishes = {}) => {
  const clock = new TestClock()
  const metrics: MetricReport[] = []
  const shared = newSharedParts({
    clock,
    random: (bytes) => bytes.fill(7),
    log: silentLog,
    secret: new Uint8Array(32),
    reportHealth: () => {},
    reportMetrics: (some) => metrics.push(...some),
    // Only what a test observes by itself counts: checks never answer.
    probe: () => new Promise(() => {}),
  })
  const { parts } = shared
  const front = streamFront(parts)
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    front.accept(socket, {
      address: "127.0.0.1",
      port,
      zone: "us-east-1a",
      name: "address",
      ...wishes.way,
    }),
  )
  const port = await listening(server)
  const servers: Server[] = [server]
  const clients: Socket[] = []

  const configure = (over: StreamWishes = {}) => {
    const pool = aPool({ ...wishes.pool, ...over.pool })
    const listener = aListener({ ...wishes.listener, ...over.listener })
    const balancer = aBalancer({ ...wishes.balancer, ...over.balancer, listeners: [listener] })
    shared.apply({ balancers: [balancer], pools: [pool] })
    front.configure(balancer, listener)
  }

  const dial = () => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    clients.push(socket)
    return socket.on("error", () => {})
  }

  t.after(async () => {
    for (const client of clients) client.destroy()
    for (const one of servers) one.close()
    // Flows that are left wait for the test's time.
    const closed = front.close()
    await clock.advance(6_000)
    await closed
    shared.close()
  })
  return {
    ...{ clock, shared, parts, front, port, configure, metrics },
    pool: () => parts.pools.get("arn:pool"),
    /** A target that serves connections so; its id is what a pool's configuration has. */
    target: async (serve: (socket: Socket) => void, over: Parameters<typeof aTarget>[1] = {}) => {
      const listener = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("error", () => {})
        serve(socket)
      })
      servers.push(listener)
      return { ...aTarget(`127.0.0.1:${await listening(listener)}`, over), server: listener }
    },
    /** Connects, and may be reset before it knows that it was connected. */
    connect: dial,
    client: async () => {
      const socket = dial()
      await once(socket, "connect")
      return socket
    },
    /** The sums of a minute's metrics for the whole load balancer. */
    minute: async () => {
      metrics.length = 0
      await clock.advance(60_000)
      const whole = metrics.filter(({ dimensions }) => Object.keys(dimensions).length === 1)
      return Object.fromEntries(whole.map(({ metric, sum }) => [metric, sum]))
    },
  }
}

/** Waits, turn by turn of the event loop, until something is so. */
export const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 20_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("It did not come true within 20 seconds")
    await new Promise(setImmediate)
  }
}
