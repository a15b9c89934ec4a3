// Requests for a load balancer's name that came to the port of the APIs: carried to its proxy whatever they are, after the
// checks that keep web pages out, and never to the APIs.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer as createHttpServer, type IncomingMessage, request } from "node:http"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, beforeEach, test } from "node:test"
import { silentLog } from "../../src/kernel/index.ts"
import { loadBalancerHosts } from "../../src/main/load-balancer-hosts.ts"
import { startTestWire, type TestWire } from "../support/wire-server.ts"

const name = "web-1.us-east-1.elb.localhost"
const lone = "lone-1.us-east-1.elb.localhost"
const folder = mkdtempSync(join(tmpdir(), "rs-hosts-"))
const socketPath = join(folder, "p.sock")

interface Seen {
  readonly line: unknown
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage["headers"]
}
let seen: Seen[] = []
let line: unknown

/** A data plane: takes the line in front away, and answers what comes after it. */
const behind = createHttpServer((req, res) => {
  seen.push({ line, method: req.method, url: req.url, headers: req.headers })
  res.writeHead(207, "As It Was", { "X-Case": "Kept", "set-cookie": ["a=1", "b=2"] })
  // Piece by piece, as it comes.
  req.on("data", (chunk: Buffer) => res.write(chunk.toString("utf8").toUpperCase()))
  req.on("end", () => res.end("."))
})
behind.on("upgrade", (req, socket) => {
  seen.push({ line, method: req.method, url: req.url, headers: req.headers })
  socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
  socket.pipe(socket)
})
const proxy = createServer((socket) => {
  socket.once("data", (first: Buffer) => {
    const end = first.indexOf("\n")
    line = JSON.parse(first.toString("utf8", 0, end))
    socket.pause()
    socket.unshift(first.subarray(end + 1))
    behind.emit("connection", socket)
    process.nextTick(() => socket.resume())
  })
})

let wire: TestWire
before(async () => {
  await new Promise<void>((resolve) => proxy.listen(socketPath, resolve))
  wire = await startTestWire({
    hosted: loadBalancerHosts({
      find: (host) =>
        host === name ? { socketPath } : host === lone ? { socketPath: `${socketPath}.none` } : undefined,
      log: silentLog,
    }),
  })
})
beforeEach(() => {
  seen = []
})
after(async () => {
  await wire.close()
  proxy.close()
  behind.close()
  rmSync(folder, { recursive: true, force: true })
})

const ask = (method: string, path: string, headers: Record<string, string>, body: readonly string[] = []) =>
  new Promise<{ status: number; message: string; headers: IncomingMessage["headers"]; body: string }>(
    (resolve, reject) => {
      const asked = request({ port: wire.port, host: "127.0.0.1", method, path, headers, agent: false }, (res) => {
        let text = ""
        res.setEncoding("utf8")
        res.on("data", (chunk: string) => (text += chunk))
        res.on("end", () => {
          resolve({ status: res.statusCode ?? 0, message: res.statusMessage ?? "", headers: res.headers, body: text })
        })
      })
      asked.on("error", reject)
      for (const piece of body) asked.write(piece)
      asked.end()
    },
  )

test("any method and path is carried without a signature, and the answer comes back as it was", async () => {
  const host = `${name.toUpperCase()}:${wire.port}`
  const answer = await ask("PROPFIND", "/a/b?c=%20d", { host, "X-Mine": "1" }, ["one", "two"])
  assert.deepEqual([answer.status, answer.message, answer.body], [207, "As It Was", "ONETWO."])
  assert.deepEqual([answer.headers["x-case"], answer.headers["set-cookie"]], ["Kept", ["a=1", "b=2"]])
  assert.equal(answer.headers["x-amzn-requestid"], undefined)
  const [one] = seen
  assert.ok(one)
  assert.deepEqual(
    [one.method, one.url, one.headers.host, one.headers["x-mine"]],
    ["PROPFIND", "/a/b?c=%20d", host, "1"],
  )
  const { way, host: named, client } = one.line as { way: string; host: string; client: { address: string } }
  assert.deepEqual([way, named, client.address], ["api", name, "127.0.0.1"])
})

test("what looks like the APIs, their admin pages or a preflight is the load balancer's all the same", async () => {
  const signed = {
    "x-amz-target": "AmazonEC2ContainerServiceV20141113.ListClusters",
    "content-type": "application/x-amz-json-1.1",
  }
  assert.equal((await ask("POST", "/", { host: name, ...signed }, ["{}"])).status, 207)
  assert.equal((await ask("POST", "/_roadstead/reset", { host: name, "x-roadstead": "reset" })).status, 207)
  assert.equal((await ask("GET", "/v2/", { host: name })).status, 207)
  assert.equal((await ask("OPTIONS", "/x", { host: name, origin: `http://${name}` })).status, 207)
  assert.equal(seen.length, 4)
  assert.deepEqual(wire.seen, [])
})

test("a large body with an expectation is asked for and carried", async () => {
  const text = "x".repeat(100_000)
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = { host: name, expect: "100-continue", "content-length": String(text.length) }
    const asked = request({ port: wire.port, host: "127.0.0.1", method: "PUT", path: "/", headers, agent: false })
    asked.on("continue", () => asked.end(text))
    asked.on("error", reject)
    asked.on("response", (res) => {
      let length = 0
      res.on("data", (chunk: Buffer) => (length += chunk.length))
      res.on("end", () => resolve(`${res.statusCode} ${length}`))
    })
  })
  assert.equal(answer, "207 100001")
})

test("pages of other sites are kept out of load balancers as of the APIs; its own pages are not", async () => {
  const origin = `http://${name}:${wire.port}`
  const host = `${name}:${wire.port}`
  assert.equal((await ask("POST", "/", { host, origin: "http://evil.example" }, ["a=b"])).status, 403)
  assert.equal((await ask("GET", "/", { host, "sec-fetch-site": "cross-site" })).status, 403)
  assert.deepEqual(seen, [])
  assert.equal((await ask("POST", "/", { host, origin, "sec-fetch-site": "same-origin" }, ["a=b"])).status, 207)
})

/** The head of the answer to an upgrade, and what comes back of `hello`. */
const upgrade = (headers: Record<string, string>) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(wire.port, "127.0.0.1")
    let text = ""
    socket.setEncoding("utf8")
    socket.on("data", (chunk: string) => {
      text += chunk
      if (/^HTTP\/1.1 101[\s\S]*\r\n\r\n$/.test(text)) socket.write("hello")
      if (text.endsWith("hello")) socket.end()
    })
    socket.on("end", () => resolve(text))
    socket.on("error", reject)
    const all = { connection: "Upgrade", upgrade: "echo", ...headers }
    const fields = Object.entries(all).map(([field, value]) => `${field}: ${value}\r\n`)
    socket.write(`GET /socket HTTP/1.1\r\n${fields.join("")}\r\n`)
  })

test("upgrades are carried both ways, of its own pages too, and of no others", async () => {
  const host = `${name}:${wire.port}`
  assert.match(await upgrade({ host }), /^HTTP\/1.1 101 .*\r\n\r\nhello$/s)
  assert.match(await upgrade({ host, origin: `http://${host}` }), /^HTTP\/1.1 101 .*\r\n\r\nhello$/s)
  assert.match(await upgrade({ host, origin: "http://evil.example" }), /^HTTP\/1.1 403 /)
  assert.equal(seen.length, 2)
  assert.equal(seen[0]?.url, "/socket")
})

test("without a proxy the answer says so, and other names of this machine are the APIs", async () => {
  const answer = await ask("GET", "/", { host: lone })
  assert.equal(answer.status, 503)
  assert.match(
    answer.body,
    /^No proxy carries for the load balancer lone-1\.us-east-1\.elb\.localhost at the moment\.$/m,
  )
  assert.match(await upgrade({ host: lone }), /^HTTP\/1.1 503 /)
  assert.notEqual((await ask("GET", "/", { host: "other.localhost" })).status, 503)
  assert.deepEqual(seen, [])
})
