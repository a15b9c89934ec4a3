import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, RawClient, startHttpFront, startRawTarget, startTarget } from "../../../test/support/http-front.ts"
import { aTarget } from "../../../test/support/proxy-configuration.ts"

const short = { balancer: { attributes: { "idle_timeout.timeout_seconds": "1" } } }
const get = "GET / HTTP/1.1\nHost: a"

test("what a target answers badly is 502", async () => {
  let answer = ""
  const target = await startRawTarget((socket) => socket.on("data", () => socket.end(answer, "latin1")))
  const { port } = await startHttpFront({ targets: [target] })
  const head = "HTTP/1.1 200 OK\r\n"
  for (answer of [
    "",
    "hello\r\n\r\n",
    "HTTP/2.0 200 OK\r\n\r\n",
    `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    `${head}Content-Length: -1\r\n\r\n`,
    `${head}X A: 1\r\n\r\n`,
    `${head}X: a\nY: b\r\n\r\n`,
    `${head}X: a\r\n b\r\n\r\n`,
    `${head}Transfer-Encoding: gzip\r\n\r\n`,
    `${head}X: ${"x".repeat(40_000)}\r\n\r\n`,
    `HTTP/1.1 101 Switching Protocols\r\n\r\n`,
  ])
    assert.equal((await ask(port, get)).status, 502, answer.slice(0, 60))
})

test("an answer that breaks off breaks the client's off too", async () => {
  const target = await startRawTarget((socket) =>
    socket.on("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")),
  )
  const { port } = await startHttpFront({ targets: [target] })
  const heard = await new RawClient(port).say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").untilClosed()
  assert.match(heard, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhalf$/)
})

test("answers without a length, without a body, and in chunks are whole", async () => {
  const answers: Record<string, string> = {
    "/close": "HTTP/1.0 200 OK\r\n\r\nto the end",
    "/none": "HTTP/1.1 204 No Content\r\n\r\n",
    "/not-modified": "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "/interim":
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "/chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n",
  }
  const target = await startRawTarget((socket) =>
    socket.on("data", (chunk) => {
      const path = / (\S+) /.exec(chunk.toString())?.[1] ?? ""
      // A byte at a time: nothing may depend on how an answer is cut.
      for (const char of answers[path] ?? "") socket.write(char)
      if (path === "/close") socket.end()
    }),
  )
  const { port } = await startHttpFront({ targets: [target] })
  const of = async (path: string) => {
    const { status, body, headers } = await ask(port, `GET ${path} HTTP/1.1\nHost: a`)
    return [status, body.replace(/\r\n/g, "|"), headers["content-length"]]
  }
  // A client of HTTP/1.0 knows no chunks.
  assert.equal((await ask(port, "GET /close HTTP/1.0\nHost: a")).body, "to the end")
  assert.deepEqual(await of("/none"), [204, "", undefined])
  assert.deepEqual(await of("/not-modified"), [304, "", "9"])
  assert.deepEqual(await of("/interim"), [200, "ok", "2"])
  assert.match(String((await of("/chunks"))[1]), /0\|X-T: 1\|\|$/)
})

test("HEAD has the head alone, and the connection serves on", async () => {
  const target = await startTarget((_, response) => {
    response.setHeader("Content-Length", "5")
    response.end("hello")
  })
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port)
  client.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
  assert.match(await client.take("\r\n\r\n"), /Content-Length: 5/)
  client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  assert.match(await client.take("hello"), /^HTTP\/1\.1 200/)
})

test("a target that says nothing for the idle timeout is answered for with 504", async () => {
  const target = await startRawTarget((socket) => socket.resume())
  const world = await startHttpFront({ targets: [target] })
  world.configure(short)
  const { status, reason } = await ask(world.port, get)
  assert.deepEqual([status, reason], [504, "Gateway Time-out"])
})

test("a client that is silent with half a head, or half a body, gets 408; one that idles is let go", async () => {
  const target = await startTarget((request, response) => {
    request.resume()
    request.on("end", () => response.end("ok"))
    request.on("error", () => {})
  })
  const world = await startHttpFront({ targets: [target] })
  world.configure(short)
  const [head, body, idle] = await Promise.all([
    new RawClient(world.port).say("GET / HTTP/1.1\r\nHos").untilClosed(),
    new RawClient(world.port).say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe").untilClosed(),
    new RawClient(world.port).untilClosed(),
  ])
  assert.match(head, /^HTTP\/1\.1 408 /)
  assert.match(body, /^HTTP\/1\.1 408 /)
  assert.equal(idle, "")
})

test("a client that leaves ends its request at the target; one that half closes is still answered", async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  const target = await startTarget((request, response) => {
    if (request.url === "/quick") response.end("quick")
    else response.on("close", resolve)
  })
  const { port } = await startHttpFront({ targets: [target] })
  const half = new RawClient(port).say("GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
  half.socket.end()
  assert.match(await half.take("quick"), /^HTTP\/1\.1 200/)
  const leaving = new RawClient(port).say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
  leaving.socket.end()
  await gone
})

test("what is under way at a draining target goes on; when it leaves the configuration, it is 502", async () => {
  const waiting: (() => void)[] = []
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  const target = await startTarget((_, response) => {
    waiting.push(() => response.end("late"))
    if (waiting.length === 2) resolve()
  })
  const world = await startHttpFront({ targets: [target] })
  const first = ask(world.port, get)
  const second = ask(world.port, get)
  await arrived
  world.setPools({ targets: [aTarget(`127.0.0.1:${target}`, { draining: true })] })
  assert.equal((await ask(world.port, get)).status, 503)
  waiting[0]?.()
  const done = await Promise.race([first, second])
  assert.equal(done.body, "late")
  world.setPools({ targets: [] })
  const statuses = (await Promise.all([first, second])).map(({ status }) => status).sort()
  assert.deepEqual(statuses, [200, 502])
})

test("a closed front answers what is under way and says that the connection ends", async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<() => void>()
  const target = await startTarget((_, response) => resolve(() => response.end("done")))
  const world = await startHttpFront({ targets: [target] })
  const client = new RawClient(world.port).say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
  const answer = await arrived
  const closed = world.close()
  answer()
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close\r\n[\s\S]*done$/)
  await closed
})

test("requests and answers are counted under AWS's names", async () => {
  const target = await startTarget((request, response) =>
    response.writeHead(request.url === "/bad" ? 500 : 200).end("x"),
  )
  const world = await startHttpFront({ targets: [target] })
  await ask(world.port, get)
  await ask(world.port, "GET /bad HTTP/1.1\nHost: a")
  world.setPools({ targets: [] })
  await ask(world.port, get)
  const metrics = world.metrics()
  const sum = (metric: string, dimensions: number) =>
    metrics.find((one) => one.metric === metric && Object.keys(one.dimensions).length === dimensions)?.sum
  assert.deepEqual(
    {
      requests: sum("RequestCount", 1),
      perTarget: sum("RequestCountPerTarget", 2),
      good: sum("HTTPCode_Target_2XX_Count", 2),
      bad: sum("HTTPCode_Target_5XX_Count", 1),
      own: sum("HTTPCode_ELB_503_Count", 1),
      connections: sum("NewConnectionCount", 1),
    },
    { requests: 2, perTarget: 2, good: 1, bad: 1, own: 1, connections: 3 },
  )
  assert.ok((sum("TargetResponseTime", 1) ?? -1) >= 0 || sum("TargetResponseTime", 1) === undefined)
})
