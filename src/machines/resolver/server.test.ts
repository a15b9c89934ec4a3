// The resolver over real sockets on loopback: its own names, names of others, servers that keep silent, and noise.
import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { Resolver as DnsClient } from "node:dns/promises"
import { once } from "node:events"
import { connect } from "node:net"
import { afterEach, test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { Resolver } from "./server.ts"
import { framed, nameservers, type Upstream, upstreamOf } from "./upstream.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close()
})

const silent: Upstream = { ask: async () => undefined }

const resolver = async (upstream: Upstream): Promise<{ server: Resolver; client: DnsClient }> => {
  const server = await Resolver.listen({ address: "127.0.0.1", port: 0, upstream })
  open.push(server)
  const client = new DnsClient({ tries: 1 })
  client.setServers([`127.0.0.1:${server.port}`])
  return { server, client }
}

const names = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: "many.internal", address: `10.0.${i >> 8}.${i & 255}` }))

test("names can be replaced while it runs", async () => {
  const { server, client } = await resolver(silent)
  server.setNames([{ name: "a.internal", address: "10.0.0.1" }])
  assert.deepEqual(await client.resolve4("a.internal"), ["10.0.0.1"])
  server.setNames([{ name: "a.internal", address: "10.0.0.2" }])
  assert.deepEqual(await client.resolve4("a.internal"), ["10.0.0.2"])
})

test("a private name that nobody has does not exist, and no other server is asked", async () => {
  const { client } = await resolver({ ask: () => Promise.reject(new Error("asked upstream")) })
  for (const name of ["ip-172-31-0-9.ec2.internal", "ip-172-31-0-9.eu-west-1.compute.internal"]) {
    await assert.rejects(client.resolve4(name), { code: "ENOTFOUND" })
  }
})

test("an answer that is too long for UDP arrives over TCP", async () => {
  const { server, client } = await resolver(silent)
  server.setNames(names(100))
  assert.equal((await client.resolve4("many.internal")).length, 100)
})

test("names of others are asked upstream", async () => {
  const upstreamServer = await resolver(silent)
  upstreamServer.server.setNames([{ name: "example.com", address: "192.0.2.1" }])
  const { client } = await resolver(
    upstreamOf([{ address: "127.0.0.1", port: upstreamServer.server.port }], new TestClock()),
  )
  assert.deepEqual(await client.resolve4("example.com"), ["192.0.2.1"])
})

test("a long answer of the upstream arrives too", async () => {
  const upstreamServer = await resolver(silent)
  upstreamServer.server.setNames(names(100))
  const { client } = await resolver(
    upstreamOf([{ address: "127.0.0.1", port: upstreamServer.server.port }], new TestClock()),
  )
  assert.equal((await client.resolve4("many.internal")).length, 100)
})

test("a server that keeps silent is passed over for the next one in time", async () => {
  const clock = new TestClock()
  const mute = createSocket("udp4")
  mute.bind(0, "127.0.0.1")
  await once(mute, "listening")
  const second = await resolver(silent)
  second.server.setNames([{ name: "example.com", address: "192.0.2.1" }])
  const upstream = upstreamOf(
    [
      { address: "127.0.0.1", port: mute.address().port },
      { address: "127.0.0.1", port: second.server.port },
    ],
    clock,
  )
  const { client } = await resolver(upstream)
  const answer = client.resolve4("example.com")
  await once(mute, "message")
  await clock.advance(2_000)
  assert.deepEqual(await answer, ["192.0.2.1"])
  mute.close()
})

test("when no server answers the client hears of a failure of the server", async () => {
  const { client } = await resolver(silent)
  await assert.rejects(client.resolve4("example.com"), { code: "ESERVFAIL" })
})

test("a port that nobody listens on is a failure at once", async () => {
  const gone = createSocket("udp4")
  gone.bind(0, "127.0.0.1")
  await once(gone, "listening")
  const { port } = gone.address()
  gone.close()
  const { client } = await resolver(upstreamOf([{ address: "127.0.0.1", port }], new TestClock()))
  await assert.rejects(client.resolve4("example.com"), { code: "ESERVFAIL" })
})

test("a server that cannot be reached at all is a failure at once", async () => {
  // The kernel refuses to connect to the broadcast address.
  const { client } = await resolver(upstreamOf([{ address: "255.255.255.255" }], new TestClock()))
  await assert.rejects(client.resolve4("example.com"), { code: "ESERVFAIL" })
})

test("noise over both transports harms nobody", async () => {
  const { server, client } = await resolver(silent)
  server.setNames([{ name: "a.internal", address: "10.0.0.1" }])
  const udp = createSocket("udp4")
  for (const noise of [Buffer.alloc(0), Buffer.alloc(3, 255), Buffer.alloc(600, 192)])
    udp.send(noise, server.port, "127.0.0.1")
  const tcp = connect(server.port, "127.0.0.1")
  await once(tcp, "connect")
  tcp.write(framed(Buffer.alloc(12)))
  // No question: the answer is a format error with the same number.
  const [answer] = (await once(tcp, "data")) as [Buffer]
  assert.equal(answer.readUInt16BE(4) & 0xf, 1)
  tcp.destroy()
  assert.deepEqual(await client.resolve4("a.internal"), ["10.0.0.1"])
  udp.close()
})

test("resolv.conf gives its first three servers", () => {
  const text =
    "# made by hand\nsearch local\nnameserver 192.0.2.1\n nameserver ::1\nnameserver nonsense\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n"
  assert.deepEqual(nameservers(text), ["192.0.2.1", "::1", "192.0.2.3"])
})
