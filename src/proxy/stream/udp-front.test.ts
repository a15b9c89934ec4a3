import assert from "node:assert/strict"
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { type TestContext, test } from "node:test"
import { aTarget } from "../../../test/support/proxy-configuration.ts"
import { newStreamWorld, type StreamWishes, until } from "../../../test/support/stream-world.ts"
import type { Way } from "../front.ts"

const bound = async (t: TestContext): Promise<Socket> => {
  const socket = createSocket("udp4")
  socket.bind(0, "127.0.0.1")
  await once(socket, "listening")
  t.after(() => socket.close())
  return socket
}

/** Answers each datagram with its name, the port that it came from, and what was in it. */
const target = async (t: TestContext, name: string) => {
  const socket = await bound(t)
  const from = new Set<number>()
  socket.on("message", (message, { port, address }) => {
    from.add(port)
    socket.send(`${name} ${message}`, port, address)
  })
  return { ...aTarget(`127.0.0.1:${socket.address().port}`), from }
}

const newWorld = async (t: TestContext, wishes: StreamWishes = {}) => {
  const world = await newStreamWorld(t, { listener: { protocol: "UDP" }, pool: { protocol: "UDP" }, ...wishes })
  // The port of a socket that is closed again, which somebody else may take before the front does: then another one.
  const listen = async (): Promise<{ port: number; close(): Promise<void> }> => {
    const probe = createSocket("udp4")
    probe.bind(0, "127.0.0.1")
    await once(probe, "listening")
    const { port } = probe.address()
    probe.close()
    await once(probe, "close")
    const way: Way = { address: "127.0.0.1", port, zone: "us-east-1a", name: "address" }
    const listening = await world.front.udp?.("127.0.0.1", port, way).catch(() => undefined)
    return listening ? { port, close: () => listening.close() } : listen()
  }
  const listening = await listen()
  const { port } = listening
  t.after(() => listening.close())
  const ask = async (client: Socket, text: string): Promise<string> => {
    const heard = once(client, "message") as Promise<[Buffer]>
    client.send(text, port, "127.0.0.1")
    return String((await heard)[0])
  }
  return { ...world, ask, udpPort: port }
}

test("datagrams of a client go to one target, its answers come back from the load balancer", async (t) => {
  const world = await newWorld(t)
  const targets = [await target(t, "a"), await target(t, "b")]
  world.configure({ pool: { targets } })
  const names = new Set<string>()
  for (let i = 0; i < 60 && names.size < 2; i++) {
    const client = await bound(t)
    const first = await world.ask(client, "1")
    assert.equal(await world.ask(client, "2"), first.replace("1", "2"), "a flow stays where it is")
    names.add(first.slice(0, 1))
  }
  assert.deepEqual([...names].toSorted(), ["a", "b"])
})

test("a flow ends when nothing moved for two minutes, and is counted", async (t) => {
  const world = await newWorld(t)
  const one = await target(t, "a")
  world.configure({ pool: { targets: [one] } })
  const client = await bound(t)
  await world.ask(client, "1")
  assert.equal(world.pool()?.target(one.id)?.active, 1)
  const { NewFlowCount_UDP, ProcessedBytes_UDP } = await world.minute()
  assert.deepEqual([NewFlowCount_UDP, ProcessedBytes_UDP], [1, 4])
  await world.ask(client, "2")
  await world.clock.advance(119_000)
  assert.equal(one.from.size, 1)
  assert.equal(world.pool()?.target(one.id)?.active, 1)
  await world.clock.advance(10_000)
  assert.equal(world.pool()?.target(one.id)?.active, 0)
  await world.ask(client, "3")
  assert.equal(one.from.size, 2, "another flow comes from another port")
})

test("the flows of a target that is gone go on at another one", async (t) => {
  const world = await newWorld(t)
  const [old, fresh] = [await target(t, "old"), await target(t, "new")]
  world.configure({ pool: { targets: [old] } })
  const client = await bound(t)
  assert.equal(await world.ask(client, "1"), "old 1")
  world.configure({ pool: { targets: [{ ...old, draining: true }, fresh] } })
  assert.equal(await world.ask(client, "2"), "old 2")
  world.configure({ pool: { targets: [fresh] } })
  assert.equal(await world.ask(client, "3"), "new 3")
})

test("without a target datagrams are dropped and counted as rejected", async (t) => {
  const world = await newWorld(t)
  world.configure()
  const client = await bound(t)
  client.send("nobody hears this", world.udpPort, "127.0.0.1")
  const rejected = world.parts.counters
    .of({ id: "arn:balancer", kind: "network", label: "", account: "", region: "" })
    .counter("RejectedFlowCount", { zone: "us-east-1a" })
  await until(() => rejected.sum === 1)
})

test("a target that there is no way to loses its datagrams and nothing else", async (t) => {
  const world = await newWorld(t)
  // A socket that may not broadcast cannot be connected there.
  world.configure({ pool: { targets: [aTarget("broadcast:9", { address: "255.255.255.255" })] } })
  const client = await bound(t)
  const begun = world.parts.counters
    .of({ id: "arn:balancer", kind: "network", label: "", account: "", region: "" })
    .counter("NewFlowCount", { zone: "us-east-1a" })
  client.send("lost", world.udpPort, "127.0.0.1")
  await until(() => begun.sum === 1 && world.pool()?.target("broadcast:9")?.active === 0)
  world.configure({ pool: { targets: [await target(t, "a")] } })
  assert.equal(await world.ask(client, "found"), "a found")
})

test("with the PROXY protocol each datagram says who sent it", async (t) => {
  const world = await newWorld(t, {
    listener: { protocol: "UDP" },
    pool: { protocol: "UDP", attributes: { "proxy_protocol_v2.enabled": "true" } },
  })
  const socket = await bound(t)
  world.configure({ pool: { targets: [aTarget(`127.0.0.1:${socket.address().port}`)] } })
  const client = await bound(t)
  client.send("hello", world.udpPort, "127.0.0.1")
  const [message] = (await once(socket, "message")) as [Buffer]
  assert.equal(message.subarray(12, 16).toString("hex"), "2112000c")
  assert.equal(message.readUInt16BE(24), client.address().port)
  assert.equal(String(message.subarray(28)), "hello")
})
