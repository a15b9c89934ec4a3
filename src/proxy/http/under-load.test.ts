import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { after, test } from "node:test"
import { ask, RawClient, startHttpFront, startTarget } from "../../../test/support/http-front.ts"
import { aTarget } from "../../../test/support/proxy-configuration.ts"

/** A target that can be killed: nothing listens any more, and every connection is reset. */
const startMortal = async (name: string) => {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Length": name.length }).end(name))
  const sockets = new Set<Socket>()
  server.on("connection", (socket) => sockets.add(socket))
  await once(server.listen(0, "127.0.0.1"), "listening")
  const kill = () => {
    server.close()
    for (const socket of sockets) socket.resetAndDestroy()
  }
  after(kill)
  return { port: (server.address() as AddressInfo).port, kill }
}

test("under load a killed target fails nothing but what was under way there, a change of configuration nothing", async () => {
  const [a, b] = [await startMortal("a"), await startMortal("b")]
  const world = await startHttpFront({ targets: [a.port, b.port] })
  const statuses = new Map<string, number>()
  const callers = 12
  let left = 600
  const caller = async () => {
    let client = new RawClient(world.port)
    while (left-- > 0) {
      client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      const heard = await client.until((text, closed) => closed || /\r\n\r\n[ab<]/.test(text))
      const status = heard.slice(9, 12)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      client.heard = ""
      if (client.closed) client = new RawClient(world.port)
      if (left === 450) a.kill()
      if (left % 100 === 50) world.configure({ balancer: { attributes: { "idle_timeout.timeout_seconds": "30" } } })
      if (left === 200) world.setPools({ targets: [aTarget(`127.0.0.1:${b.port}`)] })
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  const failed = statuses.get("502") ?? 0
  assert.ok(failed <= callers, `${failed} failed`)
  assert.equal(statuses.get("200"), 600 - failed)
})

test("a client's connection ends with an answer once it is older than its keep-alive time", async () => {
  const target = await startTarget((_, response) => response.writeHead(200, { "Content-Length": "2" }).end("ok"))
  const world = await startHttpFront({ targets: [target] })
  world.configure({ balancer: { attributes: { "client_keep_alive.seconds": "-1" } } })
  const heard = await new RawClient(world.port).say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").untilClosed()
  assert.match(heard, /\r\nConnection: close\r\n[\s\S]*ok$/)
})

test("an answer before the whole request is handed on, and the rest of the request has no effect", async () => {
  const target = await startTarget((request, response) => {
    response.writeHead(413, { "Content-Length": "3", Connection: "close" }).end("big")
    request.resume()
  })
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port).say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome")
  assert.match(await client.take("big"), /^HTTP\/1\.1 413 /)
  assert.equal((await ask(port, "GET / HTTP/1.1\nHost: a")).status, 413)
})

test("the least busy target gets a request where the algorithm says so", async () => {
  const held: (() => void)[] = []
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  const named = (name: string) =>
    startTarget((request, response) => {
      const end = () => response.writeHead(200, { "Content-Length": "1" }).end(name)
      if (request.url === "/hold") {
        held.push(end)
        resolve()
      } else end()
    })
  const ports = [await named("a"), await named("b")]
  const world = await startHttpFront()
  world.setPools({
    attributes: { "load_balancing.algorithm.type": "least_outstanding_requests" },
    targets: ports.map((port) => aTarget(`127.0.0.1:${port}`)),
  })
  const slow = ask(world.port, "GET /hold HTTP/1.1\nHost: a")
  await arrived
  const bodies = []
  for (let i = 0; i < 4; i++) bodies.push((await ask(world.port, "GET / HTTP/1.1\nHost: a")).body)
  held[0]?.()
  const busy = (await slow).body
  assert.deepEqual(bodies, Array(4).fill(busy === "a" ? "b" : "a"))
})
