// Which load balancer a connection reaches: by its own address, by its name on this machine's loopback, and handed over
// by another process. Fronts are tiny; how they serve is tested in http/ and stream/.
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { connect as connectTls } from "node:tls"
import { freePorts } from "../../test/support/free-ports.ts"
import { realClock } from "../../test/support/real-clock.ts"
import { TestClock } from "../../test/support/test-clock.ts"
import { tinyFront } from "../../test/support/tiny-front.ts"
import { type Clock, silentLog } from "../kernel/index.ts"
import {
  type BalancerConfiguration,
  type FromProxy,
  handoverSocket,
  type ListenerConfiguration,
  type ListeningReport,
  type ProxyConfiguration,
  proxiesSocket,
} from "../protocol/index.ts"
import { type RunningProxy, startProxy } from "./proxy.ts"

const folder = mkdtempSync(join(tmpdir(), "rs-proxy-"))
after(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0

const listener = (port: number, more: Partial<ListenerConfiguration> = {}): ListenerConfiguration => ({
  id: `listener-${port}`,
  protocol: "HTTP",
  port,
  attributes: {},
  rules: [{ id: "rule", priority: 0, conditions: [], action: { type: "fixed-response", statusCode: 200 } }],
  ...more,
})

const balancer = (
  name: string,
  listeners: readonly ListenerConfiguration[],
  more: Partial<BalancerConfiguration> = {},
): BalancerConfiguration => ({
  id: `arn:${name}`,
  kind: "application",
  name,
  account: "000000000000",
  region: "us-east-1",
  label: `app/${name}/1`,
  dnsName: `${name}-1.us-east-1.elb.localhost`,
  nodes: [],
  attributes: {},
  listeners,
  ...more,
})

/** A control plane's end, and a proxy that it speaks to. */
const world = async (
  machineId: string,
  more: { readonly run?: string; readonly hasLoopback?: boolean; readonly clock?: Clock } = {},
) => {
  const { run = join(folder, `${folders++}`), hasLoopback = true, clock = realClock } = more
  mkdirSync(run, { recursive: true })
  const told: string[] = []
  const heard: FromProxy[] = []
  const waiting = new Set<() => void>()
  let socket: Socket | undefined
  let rest = ""
  const server: Server = createServer((peer) => {
    socket = peer
    peer.on("error", () => {})
    peer.on("data", (chunk) => {
      const lines = (rest + chunk.toString("utf8")).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) heard.push(JSON.parse(line) as FromProxy)
      for (const look of waiting) look()
    })
  })
  const control = hasLoopback
  if (control) await new Promise<void>((resolve) => server.listen(proxiesSocket(run), resolve))
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  const start = () =>
    startProxy({
      ...{ runFolder: run, hasLoopback, clock, random: () => {}, log: silentLog },
      fronts: { http: tinyFront(told), stream: tinyFront(told) },
    })
  let proxy: RunningProxy = await start()
  await proxy.stand(machineId)
  let version = 0
  const reports = () => {
    const newest = new Map<string, ListeningReport>()
    for (const message of heard)
      if (message.type === "listening")
        for (const report of message.reports) newest.set(`${report.balancer} ${report.listener} ${report.way}`, report)
    return newest
  }
  return {
    run,
    told,
    heard,
    until,
    configure: async (balancers: readonly BalancerConfiguration[], pools: ProxyConfiguration["pools"] = []) => {
      version += 1
      const mine = version
      await until(() => (socket ? true : undefined))
      const configuration: ProxyConfiguration = { version, epoch: "e", balancers, pools }
      socket?.write(`${JSON.stringify({ type: "configuration", configuration })}\n`)
      await until(() => heard.find((message) => message.type === "applied" && message.version === mine))
    },
    report: (name: string, port: number, way: ListeningReport["way"], status: ListeningReport["status"]) =>
      until(() => {
        const report = reports().get(`arn:${name} listener-${port} ${way}`)
        return report?.status === status ? report : undefined
      }),
    /** Hangs up; answers the ways in that the proxy says when it has come again. */
    afresh: async (): Promise<readonly ListeningReport[]> => {
      const before = heard.length
      socket?.destroy()
      return until(() => {
        const message = heard.slice(before).find(({ type }) => type === "listening")
        return message?.type === "listening" ? message.reports : undefined
      })
    },
    /** As if its process had died and was started again. */
    restart: async () => {
      await proxy.close()
      proxy = await start()
      await proxy.stand(machineId)
    },
    stopControl: () =>
      new Promise<void>((resolve) => {
        socket?.destroy()
        server.close(() => resolve())
      }),
    close: async () => {
      await proxy.close()
      socket?.destroy()
      server.close()
    },
  }
}

const get = (port: number, host: string, address = "127.0.0.1"): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: address, port, headers: { host }, agent: false }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => (body += chunk))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on("error", reject)
    asked.end()
  })

test("a listener whose change cannot be applied is served as before, and reported until one can be", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  const node = { address: "127.7.7.6", zone: "z" }
  const set = (attributes: ListenerConfiguration["attributes"]) =>
    w.configure([balancer("one", [listener(port, { attributes })], { nodes: [node] })])
  await set({})
  await w.report("one", port, "address", "open")
  const before = w.heard.length
  for (let i = 0; i < 2; i++) await set({ unreadable: "no start line" })
  const { reason } = await w.report("one", port, "address", "failed")
  assert.equal(reason, "The listener is served as it was before its last change: no start line.")
  assert.equal(w.heard.slice(before).filter(({ type }) => type === "listening").length, 1)
  assert.match((await get(port, "x", node.address)).body, /^one \d+ by address/)
  await set({ other: "value" })
  await w.report("one", port, "address", "open")
  assert.deepEqual(w.told, [`configure one ${port}`, `configure one ${port}`])
})

test("two load balancers on one port of the loopback are told apart by name", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  const rules = [
    {
      id: "r",
      priority: 1,
      conditions: [{ field: "host-header", values: ["api.example.com"] } as const],
      action: { type: "fixed-response", statusCode: 200 } as const,
    },
  ]
  await w.configure([balancer("one", [listener(port)]), balancer("two", [listener(port, { rules })])])
  await w.report("one", port, "localhost", "open")
  await w.report("two", port, "localhost", "open")
  const one = await get(port, `one-1.us-east-1.elb.localhost:${port}`)
  assert.deepEqual(one, { status: 200, body: `one ${port} by localhost  for 127.0.0.1` })
  assert.match((await get(port, "two-1.us-east-1.elb.LOCALHOST")).body, /^two /)
  assert.match((await get(port, "www.two-1.us-east-1.elb.localhost")).body, /^two /)
  assert.match((await get(port, "api.example.com")).body, /^two /, "a rule asks for this name")
  const unknown = await get(port, "three.localhost")
  assert.equal(unknown.status, 421)
  assert.match(unknown.body, /one-1\.us-east-1\.elb\.localhost/)
  assert.match(unknown.body, /two-1\.us-east-1\.elb\.localhost/)
})

test("a change leaves the sockets and connections of listeners that stay alone", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0, other = 0] = await freePorts(2)
  await w.configure([balancer("one", [listener(port)])])
  await w.report("one", port, "localhost", "open")
  const waiting = connect(port, "127.0.0.1")
  await new Promise((resolve) => waiting.once("connect", resolve))
  let answer = ""
  waiting.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk))
  await w.configure([balancer("one", [listener(port), listener(other)])])
  await w.report("one", other, "localhost", "open")
  await w.configure([balancer("one", [listener(port)])])
  const ended = new Promise((resolve) => waiting.once("end", resolve))
  waiting.write("GET / HTTP/1.1\r\nHost: one-1.us-east-1.elb.localhost\r\n\r\n")
  await ended
  assert.match(answer, /one \d+ by localhost/)
  assert.deepEqual(w.told, [`configure one ${port}`, `configure one ${other}`, `close one ${other}`])
  await assert.rejects(get(other, "one-1.us-east-1.elb.localhost"), { code: "ECONNREFUSED" })
})

test("a port that another program has is reported, and had when it is free", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const taker = createServer()
  await new Promise<void>((resolve) => taker.listen(0, "127.0.0.1", resolve))
  const { port } = taker.address() as AddressInfo
  const node = { address: "127.7.7.7", zone: "us-east-1a" }
  await w.configure([balancer("one", [listener(port)], { nodes: [node] })])
  const failed = await w.report("one", port, "localhost", "failed")
  assert.equal(failed.reason, `Port ${port} of 127.0.0.1 is taken by another program.`)
  await w.report("one", port, "address", "open")
  assert.match((await get(port, "x", "127.7.7.7")).body, /^one \d+ by address us-east-1a for 127\./)
  await new Promise((resolve) => taker.close(resolve))
  await w.report("one", port, "localhost", "open")
  assert.match((await get(port, "one-1.us-east-1.elb.localhost")).body, /^one /)
})

test("an address that does not come is reported, one that is a moment late is not", async (t) => {
  const clock = new TestClock()
  const w = await world("m-1", { clock })
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  await w.configure([balancer("one", [listener(port)], { nodes: [{ address: "192.0.2.7", zone: "z" }] })])
  await w.report("one", port, "localhost", "open")
  await clock.advance(4_000)
  assert.ok(
    !w.heard.some((message) => message.type === "listening" && message.reports.some((r) => r.way === "address")),
  )
  const advanced = clock.advance(3_000)
  const { reason } = await w.report("one", port, "address", "failed")
  await advanced
  assert.equal(reason, "The address 192.0.2.7 is not on this machine yet.")
})

test("of listeners without names the first has a port of the loopback, until it goes", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  const tcp = listener(port, { protocol: "TCP" })
  await w.configure([balancer("one", [tcp], { kind: "network" })])
  await w.report("one", port, "localhost", "open")
  await w.configure([balancer("zero", [listener(port)]), balancer("one", [tcp], { kind: "network" })])
  const { reason = "" } = await w.report("zero", port, "localhost", "failed")
  assert.match(reason, /^Port \d+ of 127\.0\.0\.1 belongs to the load balancer one: only HTTP and TLS are told apart/)
  assert.match((await get(port, "zero-1.us-east-1.elb.localhost")).body, /^one /)
  await w.configure([balancer("zero", [listener(port)])])
  await w.report("zero", port, "localhost", "open")
  assert.match((await get(port, "zero-1.us-east-1.elb.localhost")).body, /^zero /)
})

test("TLS is told apart by the name in the hello, and an unknown name gets an alert", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  const secure = listener(port, { protocol: "HTTPS" })
  await w.configure([balancer("one", [secure]), balancer("two", [secure])])
  await w.report("two", port, "localhost", "open")
  const ask = (servername: string) =>
    new Promise<string>((resolve) => {
      const socket = connectTls({ port, host: "127.0.0.1", servername, rejectUnauthorized: false })
      socket.on("error", (error) => resolve(error.message))
    })
  // The tiny front answers a hello in plain words, which no client takes for TLS: it was reached.
  assert.match(await ask("two-1.us-east-1.elb.localhost"), /wrong version number|packet length/i)
  assert.match(await ask("three.localhost"), /unrecognized name/i)
})

test("requests of the APIs' port are handed over by the load balancer's name", async (t) => {
  const w = await world("m-7")
  t.after(w.close)
  const [port = 0, low = 0] = (await freePorts(2)).sort((a, b) => b - a)
  const nodes = [{ address: "127.7.7.8", zone: "us-east-1b" }]
  await w.configure([
    balancer("one", [listener(port), listener(low)], { nodes }),
    balancer("none", [listener(port, { protocol: "TCP" })], { kind: "network" }),
  ])
  const ask = (host: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(handoverSocket(w.run, "m-7"))
      let text = ""
      socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
      socket.on("end", () => resolve(text))
      socket.write(
        `${JSON.stringify({ way: "api", host, client: { address: "198.51.100.9", port: 7 } })}\nGET / HTTP/1.1\r\n\r\n`,
      )
    })
  assert.match(await ask("one-1.us-east-1.elb.localhost"), new RegExp(`one ${low} by api us-east-1b for 198.51.100.9`))
  assert.match(await ask("none-1.us-east-1.elb.localhost"), /^HTTP\/1.1 503 .*has no listener that speaks HTTP/s)
  assert.match(await ask("gone.localhost"), /^HTTP\/1.1 503 .*not carried yet/s)
})

test("a proxy that is started again carries what it was told last before a control plane is there", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  await w.configure([balancer("one", [listener(port)])])
  await w.report("one", port, "localhost", "open")
  await w.stopControl()
  await w.restart()
  const name = "one-1.us-east-1.elb.localhost"
  const answered = async (): Promise<string> => {
    try {
      return (await get(port, name)).body
    } catch {
      return new Promise((resolve) => setImmediate(() => resolve(answered())))
    }
  }
  assert.match(await answered(), /^one /)
})

test("what was kept and cannot be read is left until the control plane says it anew", async (t) => {
  const run = join(folder, `${folders++}`)
  mkdirSync(run)
  const broken = { version: 1, epoch: "old", balancers: [{ listeners: [null] }], pools: [{}] }
  writeFileSync(join(run, "proxy-m-1.json"), JSON.stringify(broken))
  const w = await world("m-1", { run })
  t.after(w.close)
  const [port = 0] = await freePorts(1)
  await w.configure([balancer("one", [listener(port)])])
  await w.report("one", port, "localhost", "open")
})

test("two listeners that change places at an address are both reported again", async (t) => {
  const w = await world("m-1")
  t.after(w.close)
  const [port = 0, other = 0] = await freePorts(2)
  const nodes = [{ address: "127.7.7.9", zone: "z" }]
  const [a, b] = [listener(port), listener(other)]
  await w.configure([balancer("one", [a, b], { nodes })])
  await w.report("one", port, "address", "open")
  await w.report("one", other, "address", "open")
  const swapped = [
    { ...a, port: other },
    { ...b, port },
  ]
  await w.configure([balancer("one", swapped, { nodes })])
  assert.match((await get(port, "x", "127.7.7.9")).body, new RegExp(`^one ${port} by address`))
  // What is said to the next who listens is all that is known: neither was forgotten.
  const known = (await w.afresh()).filter(({ way, status }) => way === "address" && status === "open")
  assert.deepEqual(
    known.map((report) => report.listener).toSorted(),
    [`listener-${port}`, `listener-${other}`].toSorted(),
  )
})

test("a proxy in another network namespace has the loopback through the one that is here", async (t) => {
  const here = await world("m-1")
  t.after(here.close)
  const [port = 0] = await freePorts(1)
  const apart = await world("m-2", { run: here.run, hasLoopback: false })
  t.after(apart.close)
  await here.until(() => here.heard.find((message) => message.type === "hello" && message.machineId === "m-2"))
  const hello = here.heard.find((message) => message.type === "hello")
  assert.deepEqual(hello, { type: "hello", machineId: "m-1" })
  // The last one that came is spoken to here.
  await here.configure([balancer("far", [listener(port)])])
  await here.report("far", port, "localhost", "open")
  const { body } = await get(port, "far-1.us-east-1.elb.localhost")
  assert.equal(body, `far ${port} by localhost  for 127.0.0.1`)
  assert.equal(apart.told[0], `configure far ${port}`)
})
