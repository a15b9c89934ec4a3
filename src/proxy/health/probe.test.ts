import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { createServer as createHttp2, createSecureServer as createSecureHttp2 } from "node:http2"
import { createServer as createHttps } from "node:https"
import { type AddressInfo, createServer as createTcp, type Server } from "node:net"
import { type TestContext, test } from "node:test"
import { selfSigned } from "../../../test/support/certificate.ts"
import { aHealthCheck, aPool } from "../../../test/support/proxy-configuration.ts"
import type { HealthCheckConfiguration, PoolConfiguration } from "../../protocol/index.ts"
import { newTlsContexts } from "../tls/contexts.ts"
import { newProbe } from "./probe.ts"

const contexts = newTlsContexts()
const probe = newProbe(() => contexts.toTargets())

const listening = async (t: TestContext, server: Server): Promise<number> => {
  await once(server.listen(0, "127.0.0.1"), "listening")
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

const check = (
  port: number,
  over: Partial<HealthCheckConfiguration> = {},
  pool: Partial<PoolConfiguration> = {},
  signal = new AbortController().signal,
) => probe({ check: aHealthCheck(over), pool: aPool(pool), address: "127.0.0.1", port }, signal)

test("an HTTP check asks as AWS's does, and the matcher's lists and ranges decide", async (t) => {
  let seen: { method?: string; url?: string; headers: IncomingHttpHeaders } | undefined
  const port = await listening(
    t,
    createServer((request, response) => {
      const { method, url, headers } = request
      seen = { ...(method && { method }), ...(url && { url }), headers }
      response.writeHead(Number(url?.slice(1))).end("fine")
    }),
  )
  assert.deepEqual(await check(port, { path: "/204", matcher: "200,202-299" }), { ok: true })
  assert.equal(seen?.method, "GET")
  assert.equal(seen?.headers.host, `127.0.0.1:${port}`)
  assert.equal(seen?.headers["user-agent"], "ELB-HealthChecker/2.0")
  assert.equal(seen?.headers.connection, "close")
  assert.deepEqual(await check(port, { path: "/301", matcher: "200,202-299" }), { ok: false, why: "codes", code: 301 })
  assert.deepEqual(await check(port, { path: "/201", matcher: "200,202-299" }), { ok: false, why: "codes", code: 201 })
})

test("over HTTPS any certificate will do", async (t) => {
  const { cert, key } = selfSigned()
  const port = await listening(
    t,
    createHttps({ cert, key }, (_request, response) => response.end()),
  )
  assert.deepEqual(await check(port, { protocol: "HTTPS" }), { ok: true })
  assert.deepEqual(await check(port, { protocol: "SSL" }), { ok: true })
})

test("a TCP check wants a connection, an SSL check a handshake", async (t) => {
  const port = await listening(
    t,
    createTcp((socket) => socket.on("error", () => {}).end("not TLS at all\r\n")),
  )
  assert.deepEqual(await check(port, { protocol: "TCP" }), { ok: true })
  assert.deepEqual(await check(port, { protocol: "SSL" }), { ok: false, why: "failed" })
  assert.deepEqual(await check(port, { protocol: "HTTP" }), { ok: false, why: "failed" })
})

test("nobody who listens is a failure, and an answer that does not come a timeout", async (t) => {
  const closed = createTcp()
  await once(closed.listen(0, "127.0.0.1"), "listening")
  const { port: free } = closed.address() as AddressInfo
  closed.close()
  await once(closed, "close")
  for (const protocol of ["TCP", "HTTP"] as const)
    assert.deepEqual(await check(free, { protocol }), { ok: false, why: "failed" })

  const abort = new AbortController()
  const silent = createTcp((socket) => {
    socket.on("error", () => {}).resume()
    abort.abort()
  })
  const port = await listening(t, silent)
  assert.deepEqual(await check(port, {}, {}, abort.signal), { ok: false, why: "timeout" })
})

test("a request that cannot be sent is a failed check", async (t) => {
  const port = await listening(
    t,
    createServer((_request, response) => response.end()),
  )
  assert.deepEqual(await check(port, { path: "/a path with blanks" }), { ok: false, why: "failed" })
  assert.deepEqual(await check(70_000, { protocol: "TCP" }), { ok: false, why: "failed" })
})

test("a gRPC check calls its method and matches the code, with and without TLS", async (t) => {
  const serve = (server: ReturnType<typeof createHttp2> | ReturnType<typeof createSecureHttp2>) => {
    server.on("stream", (stream, headers) => {
      const code = headers[":path"] === "/grpc.health.v1.Health/Check" ? "0" : "12"
      assert.equal(headers["content-type"], "application/grpc")
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": code }))
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true })
      stream.resume()
      stream.end()
    })
    return server
  }
  const { cert, key } = selfSigned()
  const plain = await listening(t, serve(createHttp2()))
  const secure = await listening(t, serve(createSecureHttp2({ cert, key })))
  const grpc = { grpc: true, path: "/AWS.ALB/healthcheck", matcher: "12" } as const
  assert.deepEqual(await check(plain, grpc), { ok: true })
  assert.deepEqual(await check(secure, { ...grpc, protocol: "HTTPS" }), { ok: true })
  assert.deepEqual(await check(plain, { ...grpc, matcher: "0" }), { ok: false, why: "codes", code: 12 })
  assert.deepEqual(await check(plain, { ...grpc, path: "/grpc.health.v1.Health/Check", matcher: "0-2" }), { ok: true })
})

test("target groups of HTTP/2 are checked by it", async (t) => {
  const server = createHttp2()
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200 })
    stream.end()
  })
  const port = await listening(t, server)
  assert.deepEqual(await check(port, {}, { protocolVersion: "HTTP2" }), { ok: true })
  assert.deepEqual(await check(port, {}, { protocolVersion: "HTTP1" }), { ok: false, why: "failed" })
})

test("a target that wants the PROXY protocol gets it with health checks too, without a client in it", async (t) => {
  let first = Buffer.alloc(0)
  const server = createTcp((socket) => {
    socket.on("error", () => {})
    socket.once("data", (chunk) => {
      first = chunk
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    })
  })
  const port = await listening(t, server)
  await check(port, {}, { attributes: { "proxy_protocol_v2.enabled": "true" } })
  assert.equal(first.subarray(0, 16).toString("hex"), "0d0a0d0a000d0a515549540a20000000")
})
