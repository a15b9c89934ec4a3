// Bar 6: requests through the data plane of an application load balancer, side by side with node:http and a keep-alive
// agent, nginx and HAProxy; with a thousand rules, with a thousand targets, and while ten thousand clients say nothing. One
// process each, one server behind all.
import { holdIdle } from "./support/idle.ts"
import { load } from "./support/load.ts"
import { type Measure, median, report } from "./support/measure.ts"
import { startOtherProxies } from "./support/other-proxies.ts"
import { type Server, startServer } from "./support/server.ts"

const callers = 32
const requests = 2_500
/** Short and alternating, so that a disturbance hits all; the first ones warm up. */
const rounds = 9
const warmUp = 2

const idle = 10_000

interface Round {
  readonly perSecond: number
  readonly p99: number
  /** µs of the proxy's processor a request. */
  readonly processor: number
}

const request = Buffer.from(
  "GET /some/path?x=1 HTTP/1.1\r\nHost: example.com\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n\r\n",
)

const measure = async ({ port, processorSeconds }: Server): Promise<Round> => {
  let left = requests
  const used = processorSeconds()
  const { perSecond, p99 } = await load(port, callers, () => (left-- > 0 ? request : undefined))
  return { perSecond, p99, processor: ((processorSeconds() - used) / requests) * 1e6 }
}

/** What idle clients cost: MB for all of them, and a round of requests beside them. */
const beside = async (server: Server): Promise<{ readonly memory: number; readonly p99: number }> => {
  await measure(server)
  const before = server.memory()
  const clients = await holdIdle(server.port, idle)
  try {
    const memory = server.memory() - before
    const times: number[] = []
    for (let round = 0; round < 5; round++) times.push((await measure(server)).p99)
    return { memory, p99: median(times) }
  } finally {
    clients.close()
  }
}

await report(async () => {
  const target = await startServer("proxy-target")
  const balancer = (...args: number[]) => startServer("balancer-proxy", [target.port, ...args].map(String))
  const servers = new Map<string, Server>([
    ["node", await startServer("node-proxy", [String(target.port)])],
    ["ours", await balancer()],
    ["rules", await balancer(1_000)],
    ["targets", await balancer(1, 1_000)],
    ...(await startOtherProxies(target.port)),
  ])
  try {
    const all = new Map<string, Round[]>([...servers.keys()].map((name) => [name, []]))
    for (let round = 0; round < warmUp + rounds; round++)
      for (const [name, server] of servers) {
        const one = await measure(server)
        if (round >= warmUp) all.get(name)?.push(one)
      }
    const [ours, node] = [servers.get("ours"), servers.get("node")]
    if (!ours || !node) throw new Error("both were started")
    const idleHere = await beside(ours)
    const idleThere = await beside(node)
    const of = (name: string, what: keyof Round) => median((all.get(name) ?? []).map((round) => round[what]))
    const floor = (what: keyof Round, name = "node", words = "node:http with a keep-alive agent") => ({
      floor: { name: words, value: of(name, what) },
    })
    const others = ["nginx", "haproxy"]
      .filter((name) => servers.has(name))
      .flatMap((name): Measure[] => [
        { name: `${name}, requests through it`, value: of(name, "perSecond"), unit: "requests/s" },
        { name: `${name}, p99`, value: of(name, "p99"), unit: "ms" },
        { name: `${name}, processor time a request`, value: of(name, "processor"), unit: "µs" },
      ])
    const one = "one rule and one target"
    return [
      {
        name: "load balancer, requests through it",
        value: of("ours", "perSecond"),
        unit: "requests/s",
        ...floor("perSecond"),
      },
      { name: "load balancer, p99", value: of("ours", "p99"), unit: "ms", ...floor("p99") },
      {
        name: "load balancer, processor time a request",
        value: of("ours", "processor"),
        unit: "µs",
        ...floor("processor"),
      },
      {
        name: "load balancer, processor time a request with 1000 rules",
        ...{ value: of("rules", "processor"), unit: "µs", ...floor("processor", "ours", one) },
      },
      {
        name: "load balancer, processor time a request with 1000 targets",
        ...{ value: of("targets", "processor"), unit: "µs", ...floor("processor", "ours", one) },
      },
      {
        name: `load balancer, memory of ${idle} idle connections`,
        ...{ value: idleHere.memory, unit: "MB" },
        floor: { name: "node:http with a keep-alive agent", value: idleThere.memory },
      },
      {
        name: `load balancer, p99 beside ${idle} idle connections`,
        ...{ value: idleHere.p99, unit: "ms" },
        floor: { name: "node:http with a keep-alive agent", value: idleThere.p99 },
      },
      ...others,
    ]
  } finally {
    await Promise.all([...servers.values(), target].map((server) => server.stop()))
  }
})
