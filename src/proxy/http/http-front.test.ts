import assert from "node:assert/strict"
import { test } from "node:test"
import { ask, RawClient, startHttpFront, startRawTarget, startTarget } from "../../../test/support/http-front.ts"
import { aTarget } from "../../../test/support/proxy-configuration.ts"

test("requests go to the targets in turn, with AWS's headers, and answers come back", async () => {
  const seen: string[][] = []
  const answer = (name: string) =>
    startTarget((request, response) => {
      seen.push(request.rawHeaders)
      response.setHeader("X-Target", name)
      response.end(`${request.method} ${request.url}`)
    })
  const { port } = await startHttpFront({ targets: [await answer("a"), await answer("b")] })
  const answers = []
  for (let i = 0; i < 4; i++)
    answers.push(await ask(port, "GET /some/path?x=1 HTTP/1.1\nHost: example.com\nAccept: */*"))
  assert.deepEqual(
    answers.map(({ status, body, headers }) => [status, body, headers["x-target"]]),
    ["a", "b", "a", "b"].map((name) => [200, "GET /some/path?x=1", name]),
  )
  const [first = []] = seen
  assert.deepEqual(first.slice(0, 9), [
    ...["X-Forwarded-For", "127.0.0.1", "X-Forwarded-Proto", "http", "X-Forwarded-Port", "80"],
    ...["Host", "example.com", "X-Amzn-Trace-Id"],
  ])
  assert.match(first[9] ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  assert.deepEqual(first.slice(10), ["Accept", "*/*"])
})

test("bodies of either framing pass both ways, with trailers", async () => {
  const target = await startTarget((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      response.setHeader("Trailer", "X-Sum")
      response.write(Buffer.concat(chunks))
      response.addTrailers({ "X-Sum": String(request.trailers["x-in"]) })
      response.end()
    })
  })
  const { port } = await startHttpFront({ targets: [target] })
  const chunked = await ask(
    port,
    "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTrailer: X-In",
    "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-In: 11\r\n\r\n",
  )
  assert.equal(chunked.status, 200)
  assert.match(chunked.body, /^b\r\nhello world\r\n0\r\nX-Sum: 11\r\n\r\n$/)
  const sized = await ask(port, "POST / HTTP/1.1\nHost: a\nContent-Length: 5", "hello")
  assert.match(sized.body, /^5\r\nhello\r\n0\r\n/)
})

test("a large body comes through in both directions, and a slow reader holds the target up", async () => {
  const size = 8 * 1024 * 1024
  const target = await startTarget((request, response) => {
    let length = 0
    request.on("data", (chunk: Buffer) => {
      length += chunk.length
    })
    request.on("end", () => {
      response.setHeader("X-Length", String(length))
      response.end(Buffer.alloc(size, "x"))
    })
  })
  const { port } = await startHttpFront({ targets: [target] })
  const answer = await ask(port, `PUT /big HTTP/1.1\nHost: a\nContent-Length: ${size}`, "y".repeat(size))
  assert.equal(answer.headers["x-length"], String(size))
  assert.equal(answer.body.length, size)
})

test("without a target there is 503 in AWS's own words, with a refused one 502", async () => {
  const world = await startHttpFront()
  const none = await ask(world.port, "GET / HTTP/1.1\nHost: a")
  assert.deepEqual([none.status, none.reason], [503, "Service Temporarily Unavailable"])
  assert.deepEqual(
    [none.headers.server, none.headers["content-type"], none.headers["content-length"]],
    ["awselb/2.0", "text/html", "162"],
  )
  assert.equal(
    none.body,
    "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n" +
      "<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n",
  )
  world.setPools({ targets: [aTarget("127.0.0.1:1")] })
  const refused = await ask(world.port, "GET / HTTP/1.1\nHost: a")
  assert.deepEqual([refused.status, refused.headers["content-length"]], [502, "122"])
})

test("a request that one target refuses goes to another, since nothing of it was sent", async () => {
  const target = await startTarget((_, response) => response.end("there"))
  const world = await startHttpFront()
  world.setPools({ targets: [aTarget("127.0.0.1:1"), aTarget(`127.0.0.1:${target}`)] })
  for (let i = 0; i < 4; i++) {
    const { status, body } = await ask(world.port, "POST / HTTP/1.1\nHost: a\nContent-Length: 2", "hi")
    assert.deepEqual([status, body], [200, "there"])
  }
})

test("a client's connection serves many requests, and a target's too", async () => {
  let connections = 0
  const target = await startRawTarget((socket) => {
    connections++
    socket.on("data", (chunk) => {
      const path = / (\S+) /.exec(chunk.toString("latin1"))?.[1] ?? ""
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`)
    })
  })
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port)
  for (const path of ["/one", "/two", "/three"]) {
    client.say(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    assert.match(await client.take(`\r\n\r\n${path}`), /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: keep-alive\r\n/)
  }
  assert.equal(connections, 1)
})

test("a connection that the target closed while it idled costs no request", async () => {
  let connections = 0
  const target = await startRawTarget((socket) => {
    connections++
    let requests = 0
    socket.on("data", () => {
      // The second request over a connection finds it closed.
      if (++requests > 1) socket.resetAndDestroy()
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    })
  })
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port)
  for (let i = 0; i < 4; i++) {
    client.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert.match(await client.take("\r\n\r\nok"), /^HTTP\/1\.1 200/)
  }
  assert.equal(connections, 4)
})

test("a WebSocket is carried both ways until one side ends", async () => {
  const target = await startRawTarget((socket) => {
    let upgraded = false
    socket.on("data", (chunk) => {
      if (upgraded) return void socket.write(`echo ${chunk.toString("latin1")}`)
      upgraded = true
      assert.match(chunk.toString("latin1"), /\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n/)
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello")
    })
  })
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port)
  client.say("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
  assert.match(await client.take("hello"), /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: web/)
  client.say("ping")
  assert.equal(await client.take("ping"), "echo ping")
  client.socket.end()
  await client.untilClosed()
})

test("an upgrade that the target refuses is an ordinary answer", async () => {
  const target = await startTarget((_, response) => response.writeHead(403).end("no"))
  const { port } = await startHttpFront({ targets: [target] })
  const client = new RawClient(port)
  client.say("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*no/)
})
