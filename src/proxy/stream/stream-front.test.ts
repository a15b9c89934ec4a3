import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type Socket } from "node:net"
import { test } from "node:test"
import { connect as connectTls } from "node:tls"
import { aCertificate, aHealthCheck } from "../../../test/support/proxy-configuration.ts"
import { endOf, listening, newStreamWorld, textOf, until } from "../../../test/support/stream-world.ts"

const echo = (socket: Socket) => void socket.pipe(socket)
const greet = (name: string) => (socket: Socket) => void socket.end(name)

test("a connection goes to a target and back, and either end may stop speaking before the other", async (t) => {
  const world = await newStreamWorld(t)
  // It answers only when the client has said all: without half-open connections nothing would come.
  const target = await world.target((socket) => {
    let heard = 0
    socket.on("data", (chunk) => {
      heard += chunk.length
    })
    socket.on("end", () => socket.end(`heard ${heard}`))
  })
  world.configure({ pool: { targets: [target] } })
  const client = await world.client()
  client.end(Buffer.alloc(300_000))
  assert.equal(await textOf(client), "heard 300000")
  await until(() => world.pool()?.target(target.id)?.active === 0)
})

test("what a client does not read its target is not asked for", async (t) => {
  const world = await newStreamWorld(t)
  let accepted: Socket | undefined
  const target = await world.target((socket) => {
    accepted = socket
  })
  world.configure({ pool: { targets: [target] } })
  const client = await world.client()
  client.pause()
  await until(() => accepted !== undefined)
  const chunk = Buffer.alloc(1 << 20)
  const most = 200
  let sent = 0
  const pump = () => {
    do sent++
    while (accepted?.write(chunk) && sent < most)
  }
  accepted?.on("drain", pump)
  pump()
  // It may go on until all buffers between them are full, and then it stands.
  for (let still = 0, before = 0; still < 1000; still++) {
    if (sent !== before) still = 0
    before = sent
    await new Promise(setImmediate)
  }
  assert.ok(sent < 100, `${sent} MiB are held for a client that reads nothing`)
  accepted?.off("drain", pump).end()
  let read = 0
  client.on("data", (data) => {
    read += data.length
  })
  client.resume()
  await once(client, "end")
  assert.equal(read, sent * chunk.length)
})

test("connections are spread over all targets, each of them stays where it is", async (t) => {
  const world = await newStreamWorld(t)
  const targets = [await world.target(greet("a")), await world.target(greet("b")), await world.target(greet("c"))]
  world.configure({ pool: { targets } })
  const seen = new Set<string>()
  for (let i = 0; i < 60 && seen.size < 3; i++) seen.add(await textOf(await world.client()))
  assert.deepEqual([...seen].toSorted(), ["a", "b", "c"])
})

test("with source_ip stickiness a client always gets the same target", async (t) => {
  const world = await newStreamWorld(t)
  const targets = [await world.target(greet("a")), await world.target(greet("b")), await world.target(greet("c"))]
  world.configure({ pool: { targets, attributes: { "stickiness.enabled": "true", "stickiness.type": "source_ip" } } })
  const seen = new Set<string>()
  for (let i = 0; i < 12; i++) seen.add(await textOf(await world.client()))
  assert.equal(seen.size, 1)
})

test("without cross-zone only targets of the node's zone get connections, by this machine's loopback all do", async (t) => {
  const world = await newStreamWorld(t)
  const other = await world.target(greet("b"), { zone: "us-east-1b" })
  world.configure({ pool: { targets: [other] } })
  assert.equal(await endOf(world.connect()), "ECONNRESET")
  world.configure({
    pool: { targets: [other] },
    balancer: { attributes: { "load_balancing.cross_zone.enabled": "true" } },
  })
  assert.equal(await textOf(await world.client()), "b")

  const local = await newStreamWorld(t, { way: { name: "localhost" } })
  local.configure({ pool: { targets: [other] } })
  assert.equal(await textOf(await local.client()), "b")
})

test("without a target the client is reset, and that is counted", async (t) => {
  const world = await newStreamWorld(t)
  world.configure()
  assert.equal(await endOf(world.connect()), "ECONNRESET")
  const { RejectedFlowCount, TCP_ELB_Reset_Count, NewFlowCount } = await world.minute()
  assert.deepEqual([RejectedFlowCount, TCP_ELB_Reset_Count, NewFlowCount], [1, 1, undefined])
})

test("who refuses is suspected, and another target gets the connection", async (t) => {
  const world = await newStreamWorld(t)
  const suspected: string[] = []
  const { suspect } = world.parts
  Object.assign(world.parts, {
    suspect: (pool: string, target: string) => {
      suspected.push(target)
      suspect(pool, target)
    },
  })
  const dead = await world.target(() => {})
  dead.server.close()
  await once(dead.server, "close")
  const live = await world.target(greet("alive"))
  world.configure({ pool: { targets: [dead, live] } })
  for (let i = 0; i < 40 && suspected.length === 0; i++) assert.equal(await textOf(await world.client()), "alive")
  assert.deepEqual(new Set(suspected), new Set([dead.id]))
})

test("a target that breaks off resets the client, a client that breaks off its target", async (t) => {
  const world = await newStreamWorld(t)
  let accepted: Socket | undefined
  const target = await world.target((socket) => {
    accepted = socket.resume()
  })
  world.configure({ pool: { targets: [target] } })
  const first = await world.client()
  await until(() => accepted !== undefined)
  accepted?.resetAndDestroy()
  assert.equal(await endOf(first), "ECONNRESET")

  accepted = undefined
  const second = await world.client()
  await until(() => accepted !== undefined)
  const ended = endOf(accepted as unknown as Socket)
  second.resetAndDestroy()
  assert.equal(await ended, "ECONNRESET")
  await until(() => world.pool()?.target(target.id)?.active === 0)
  const { TCP_Target_Reset_Count, TCP_Client_Reset_Count, NewFlowCount_TCP } = await world.minute()
  assert.deepEqual([TCP_Target_Reset_Count, TCP_Client_Reset_Count, NewFlowCount_TCP], [1, 1, 2])
})

test("flows and bytes are counted while they are under way", async (t) => {
  const world = await newStreamWorld(t)
  world.configure({ pool: { targets: [await world.target(echo)] } })
  const client = await world.client()
  client.write("hello")
  await once(client, "data")
  const first = await world.minute()
  assert.deepEqual([first.NewFlowCount, first.ProcessedBytes, first.ProcessedBytes_TCP], [1, 10, 10])
  const second = await world.minute()
  assert.deepEqual([second.ActiveFlowCount, second.ActiveFlowCount_TCP, second.ProcessedBytes], [1, 1, undefined])
})

test("a connection in which nothing moves is reset after the idle time, one that speaks is not", async (t) => {
  const world = await newStreamWorld(t, { listener: { attributes: { "tcp.idle_timeout.seconds": "60" } } })
  world.configure({ pool: { targets: [await world.target(echo)] } })
  const [quiet, busy] = [await world.client(), await world.client()]
  for (const socket of [quiet, busy]) {
    socket.write(".")
    await once(socket, "data")
  }
  const ended = endOf(quiet)
  for (let i = 0; i < 7; i++) {
    await world.clock.advance(10_000)
    busy.write(".")
    await once(busy, "data")
  }
  assert.equal(await ended, "ECONNRESET")
  assert.equal(busy.destroyed, false)
})

test("a reconfiguration disturbs no connection, and a target that drains gets no new one", async (t) => {
  const world = await newStreamWorld(t)
  const old = await world.target(echo)
  const fresh = await world.target(greet("fresh"))
  world.configure({ pool: { targets: [old] } })
  const client = await world.client()
  client.write("1")
  await once(client, "data")
  world.configure({
    pool: { targets: [{ ...old, draining: true }, fresh] },
    listener: { attributes: { some: "other" } },
  })
  assert.equal(await textOf(await world.client()), "fresh")
  // AWS: connections outlive the deregistration unless the target group says otherwise.
  world.configure({ pool: { targets: [fresh] } })
  client.write("2")
  const [answer] = (await once(client, "data")) as [Buffer]
  assert.equal(String(answer), "2")
})

test("with connection termination a target's connections end with its deregistration", async (t) => {
  const attributes = { "deregistration_delay.connection_termination.enabled": "true" }
  const world = await newStreamWorld(t, { pool: { attributes } })
  const target = await world.target(echo)
  world.configure({ pool: { targets: [target] } })
  const client = await world.client()
  client.write("1")
  await once(client, "data")
  world.configure({ pool: { targets: [{ ...target, draining: true }] } })
  client.write("2")
  await once(client, "data")
  world.configure({ pool: { targets: [] } })
  assert.equal(await endOf(client), "ECONNRESET")
})

test("connections to a target that falls ill are reset, but not while all of them are ill", async (t) => {
  const world = await newStreamWorld(t, { pool: { healthCheck: aHealthCheck() } })
  const [one, other] = [await world.target(echo), await world.target(echo)]
  world.configure({ pool: { targets: [one, other] } })
  // The first that is heard of them is that they are being checked.
  await world.clock.settle()
  const observe = (target: { id: string }, state: "healthy" | "unhealthy") =>
    world.parts.pools.observe({ pool: "arn:pool", target: target.id, state })
  observe(one, "healthy")
  const client = await world.client()
  client.write("1")
  await once(client, "data")
  observe(one, "unhealthy")
  client.write("2")
  await once(client, "data")
  observe(one, "healthy")
  observe(other, "healthy")
  observe(one, "unhealthy")
  assert.equal(await endOf(client), "ECONNRESET")
})

test("targets that ask for the PROXY protocol learn who the client is", async (t) => {
  const world = await newStreamWorld(t)
  const heads: Buffer[] = []
  const target = await world.target((socket) => socket.once("data", (chunk) => heads.push(chunk)))
  world.configure({ pool: { targets: [target], attributes: { "proxy_protocol_v2.enabled": "true" } } })
  const client = await world.client()
  await until(() => heads.length === 1)
  const [v2 = Buffer.alloc(0)] = heads
  assert.equal(v2.subarray(0, 16).toString("hex"), "0d0a0d0a000d0a515549540a2111000c")
  assert.equal(v2.subarray(16, 24).toString("hex"), "7f0000017f000001")
  assert.deepEqual([v2.readUInt16BE(24), v2.readUInt16BE(26)], [client.localPort, world.port])

  world.configure({
    balancer: { kind: "endpoint", id: "vpce-08d2959a3" },
    pool: { targets: [target], attributes: { "proxy_protocol_v2.enabled": "true" } },
  })
  await world.client()
  await until(() => heads.length === 2)
  assert.equal(heads[1]?.subarray(28).toString("latin1"), "\xea\x00\x0f\x01vpce-08d2959a3")

  world.configure({
    balancer: { kind: "classic" },
    pool: { targets: [target], attributes: { "proxy_protocol_v1.enabled": "true" } },
  })
  const third = await world.client()
  await until(() => heads.length === 3)
  assert.equal(String(heads[2]), `PROXY TCP4 127.0.0.1 127.0.0.1 ${third.localPort} ${world.port}\r\n`)
})

test("a TLS listener ends the client's TLS, offers its ALPN policy, and speaks TLS to targets of TLS", async (t) => {
  const tls = {
    policy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    certificates: [aCertificate("arn:cert", { names: ["edge.test"] })],
    alpnPolicy: "HTTP2Preferred",
  }
  const world = await newStreamWorld(t, { listener: { protocol: "TLS", tls } })
  const inner = await newStreamWorld(t, { listener: { protocol: "TLS", tls } })
  inner.configure({ pool: { targets: [await inner.target(echo)] } })
  const target = {
    id: `127.0.0.1:${inner.port}`,
    address: "127.0.0.1",
    port: inner.port,
    draining: false,
    registeredAt: 0,
  }
  world.configure({ pool: { protocol: "TLS", targets: [target] } })
  const client = connectTls({
    ...{ port: world.port, host: "127.0.0.1", servername: "edge.test", rejectUnauthorized: false },
    ALPNProtocols: ["http/1.1", "h2"],
  })
  await once(client, "secureConnect")
  assert.deepEqual([client.getProtocol(), client.alpnProtocol], ["TLSv1.3", "h2"])
  client.end("through two of them")
  assert.equal(await textOf(client), "through two of them")
  const { NewFlowCount_TLS } = await world.minute()
  assert.equal(NewFlowCount_TLS, 1)
})

test("a TLS connection that speaks is not idle, and its bytes are counted as they move", async (t) => {
  const tls = { policy: "ELBSecurityPolicy-2016-08", certificates: [aCertificate("arn:cert")] }
  const world = await newStreamWorld(t, { listener: { protocol: "TLS", tls } })
  world.configure({ pool: { targets: [await world.target(echo)] } })
  const client = connectTls({ port: world.port, host: "127.0.0.1", rejectUnauthorized: false })
  client.on("error", () => {})
  t.after(() => client.destroy())
  await once(client, "secureConnect")
  for (let i = 0; i < 8; i++) {
    client.write("still here")
    await once(client, "data")
    const { ProcessedBytes_TLS = 0 } = await world.minute()
    assert.ok(ProcessedBytes_TLS >= 20, `${ProcessedBytes_TLS} bytes`)
  }
  const ended = endOf(client)
  await world.clock.advance(400_000)
  assert.match(await ended, /ECONNRESET|close/)
})

test("bytes that are no TLS fail a TLS listener's handshake, and no target hears of them", async (t) => {
  const tls = { policy: "ELBSecurityPolicy-2016-08", certificates: [aCertificate("arn:cert")] }
  const world = await newStreamWorld(t, { listener: { protocol: "TLS", tls } })
  const target = await world.target(() => assert.fail("nobody was to come"))
  world.configure({ pool: { targets: [target] } })
  const client = await world.client()
  client.write("GET / HTTP/1.1\r\n\r\n")
  await endOf(client)
  const timers = world.clock.pending
  const silent = await world.client()
  await until(() => world.clock.pending > timers)
  await world.clock.advance(11_000)
  await endOf(silent)
  const { ClientTLSNegotiationErrorCount } = await world.minute()
  assert.equal(ClientTLSNegotiationErrorCount, 2)
})

test("a classic load balancer takes its instances in turn, and closes what is left when one is gone", async (t) => {
  const world = await newStreamWorld(t, { balancer: { kind: "classic", label: "old" } })
  const targets = [await world.target(greet("a")), await world.target(greet("b"))]
  world.configure({ pool: { targets } })
  const seen: string[] = []
  for (let i = 0; i < 4; i++) seen.push(await textOf(await world.client()))
  assert.equal(seen.filter((name) => name === "a").length, 2)

  const kept = await world.target(echo)
  world.configure({ pool: { targets: [kept] } })
  const client = await world.client()
  client.write("1")
  await once(client, "data")
  world.configure({ pool: { targets: [{ ...kept, draining: true }] } })
  client.write("2")
  await once(client, "data")
  world.configure({ pool: { targets: [] } })
  assert.equal(await endOf(client), "end")
  const { RequestCount, Latency } = await world.minute()
  assert.equal(RequestCount, 5)
  assert.notEqual(Latency, -1)
})

test("new connections go to target groups by their weights, those under way stay", async (t) => {
  const world = await newStreamWorld(t)
  const blue = await world.target(echo)
  const green = await world.target(greet("green"))
  const rule = (weights: Record<string, number>) => ({
    ...{ id: "arn:rule", priority: 0, conditions: [] },
    action: { type: "forward" as const, pools: Object.entries(weights).map(([pool, weight]) => ({ pool, weight })) },
  })
  const apply = (weights: Record<string, number>) => {
    world.configure({ pool: { targets: [blue] }, listener: { rules: [rule(weights)] } })
    const [pool] = world.parts.pools.all
    if (pool)
      world.parts.pools.apply([pool.configuration, { ...pool.configuration, id: "arn:green", targets: [green] }])
  }
  apply({ "arn:pool": 1, "arn:green": 0 })
  const before = await world.client()
  before.write("1")
  await once(before, "data")
  apply({ "arn:pool": 0, "arn:green": 1 })
  for (let i = 0; i < 5; i++) assert.equal(await textOf(await world.client()), "green")
  before.write("2")
  await once(before, "data")
})

test("a front that closes ends idle connections, and leaves nothing", async (t) => {
  const world = await newStreamWorld(t)
  world.configure({ pool: { targets: [await world.target(echo)] } })
  const client = await world.client()
  client.write("1")
  await once(client, "data")
  const ended = endOf(client)
  const closed = world.front.close()
  await world.clock.advance(6_000)
  await closed
  assert.equal(await ended, "ECONNRESET")
})

test("a client that goes before its target has taken the connection leaves nothing", async (t) => {
  const world = await newStreamWorld(t)
  const server = createServer()
  const port = await listening(server)
  t.after(() => server.close())
  const target = { id: `127.0.0.1:${port}`, address: "127.0.0.1", port, draining: false, registeredAt: 0 }
  world.configure({ pool: { targets: [target] } })
  const client = await world.client()
  client.resetAndDestroy()
  await until(() => world.pool()?.target(target.id)?.active === 0)
})
