import assert from "node:assert/strict"
import { once } from "node:events"
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2"
import type { AddressInfo } from "node:net"
import { after, test } from "node:test"
import { connect as connectTls } from "node:tls"
import { type FrontWorld, startHttpFront, startTarget } from "../../../test/support/http-front.ts"
import { aCertificate, aTarget } from "../../../test/support/proxy-configuration.ts"

const certificate = aCertificate("arn:certificate", { names: ["edge.test"] })
const tls = { policy: "ELBSecurityPolicy-TLS13-1-2-2021-06", certificates: [certificate] }

const secure = (world: FrontWorld, balancer: Record<string, string> = {}) =>
  world.configure({ balancer: { attributes: balancer }, listener: { protocol: "HTTPS", port: 443, tls } })

const dial = (port: number): ClientHttp2Session => {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, servername: "edge.test" })
  session.on("error", () => {})
  after(() => session.destroy())
  return session
}

/** Sends one request and hears all of its answer. */
const request = async (
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: string,
): Promise<{ headers: IncomingHttpHeaders; trailers: IncomingHttpHeaders; body: string }> => {
  const stream = session.request({ ":path": "/", ...headers }, { endStream: body === undefined })
  if (body !== undefined) stream.end(body)
  let trailers: IncomingHttpHeaders = {}
  stream.on("trailers", (some) => {
    trailers = some
  })
  const [answer] = (await once(stream, "response")) as [IncomingHttpHeaders]
  let text = ""
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk
  })
  await once(stream, "end")
  return { headers: answer, trailers, body: text }
}

const startHttp2Target = async (
  onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<number> => {
  const server = createServer()
  server.on("stream", onStream)
  const sessions = new Set<{ destroy(): void }>()
  server.on("session", (session) => sessions.add(session))
  await once(server.listen(0, "127.0.0.1"), "listening")
  after(() => {
    server.close()
    for (const session of sessions) session.destroy()
  })
  return (server.address() as AddressInfo).port
}

test("HTTP/2 in front reaches targets of HTTP/1.1, with all cookies and TLS said in headers", async () => {
  let seen: string[] = []
  const target = await startTarget((incoming, response) => {
    seen = incoming.rawHeaders
    response.setHeader("Set-Cookie", ["a=1", "b=2"])
    incoming.pipe(response)
  })
  const world = await startHttpFront({ targets: [target] })
  secure(world, { "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true" })
  const answer = await request(
    dial(world.port),
    { ":method": "POST", ":authority": "edge.test", cookie: "x=1" },
    "hello",
  )
  assert.equal(answer.headers[":status"], 200)
  assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"])
  assert.equal(answer.body, "hello")
  const value = (name: string) => seen[seen.indexOf(name) + 1]
  assert.deepEqual(
    [
      value("Host"),
      value("X-Forwarded-Proto"),
      value("X-Forwarded-Port"),
      value("Cookie"),
      value("X-Amzn-Tls-Version"),
    ],
    ["edge.test", "https", "443", "x=1", "TLSv1.3"],
  )
  assert.match(value("X-Amzn-Tls-Cipher-Suite") ?? "", /^TLS_/)
})

test("HTTP/1.1 is spoken to clients that ask for nothing else, and to all when HTTP/2 is off", async () => {
  const target = await startTarget((_, response) => response.end("one"))
  const world = await startHttpFront({ targets: [target] })
  secure(world)
  const shake = async (ALPNProtocols: string[]) => {
    const socket = connectTls({ port: world.port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols })
    after(() => socket.destroy())
    await once(socket, "secureConnect")
    return socket
  }
  const plain = await shake(["http/1.1"])
  plain.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
  let text = ""
  plain.setEncoding("latin1").on("data", (some: string) => {
    text += some
  })
  await once(plain, "close")
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\none$/)
  assert.equal((await shake(["h2", "http/1.1"])).alpnProtocol, "h2")
  secure(world, { "routing.http2.enabled": "false" })
  assert.equal((await shake(["h2", "http/1.1"])).alpnProtocol, "http/1.1")
})

test("gRPC goes from end to end with its trailers, as does an error that is all head", async () => {
  const target = await startHttp2Target((stream, headers) => {
    if (headers[":path"] === "/fails") {
      stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "5" }, { endStream: true })
      return
    }
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true })
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": String(headers.te) }))
    stream.pipe(stream)
  })
  const world = await startHttpFront()
  world.setPools({ protocolVersion: "GRPC", targets: [aTarget(`127.0.0.1:${target}`)] })
  secure(world)
  const session = dial(world.port)
  const grpc = { ":method": "POST", "content-type": "application/grpc", te: "trailers" }
  const answer = await request(session, { ...grpc, ":path": "/echo" }, "message")
  assert.equal(answer.body, "message")
  assert.equal(answer.trailers["grpc-status"], "0")
  assert.equal(answer.trailers["grpc-message"], "trailers")
  const failed = await request(session, { ...grpc, ":path": "/fails" }, "message")
  assert.deepEqual([failed.headers["grpc-status"], failed.body], ["5", ""])
})

test("a version that the target group does not take is answered with 464", async () => {
  const world = await startHttpFront()
  secure(world)
  const session = dial(world.port)
  const statusFor = async (protocolVersion: "HTTP1" | "HTTP2" | "GRPC", headers: Record<string, string>) => {
    world.setPools({ protocolVersion })
    return (await request(session, headers)).headers[":status"]
  }
  assert.equal(await statusFor("GRPC", { ":method": "GET" }), 464)
  assert.equal(await statusFor("HTTP1", { ":method": "POST", "content-type": "application/grpc" }), 464)
  assert.equal(await statusFor("HTTP2", { ":method": "GET" }), 503)
})

test("a client of gRPC hears of a target that is not there in gRPC's own words", async () => {
  const world = await startHttpFront()
  world.setPools({ protocolVersion: "GRPC", targets: [aTarget("127.0.0.1:1")] })
  secure(world)
  const { headers } = await request(dial(world.port), { ":method": "POST", "content-type": "application/grpc" }, "x")
  assert.deepEqual([headers[":status"], headers["grpc-status"], headers["grpc-message"]], [502, "14", "unavailable"])
})
