import assert from "node:assert/strict"
import { test } from "node:test"
import { RawClient, startHttpFront, startRawTarget } from "../../../test/support/http-front.ts"

const post = (headers: string, body = "") => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`
const get = (headers: string) => `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n`
const chunked = "Transfer-Encoding: chunked"
const big = (bytes: number) => "x".repeat(bytes)

/** What is answered to requests that two readers could read differently, or that are none: nothing reaches a target. */
const refused: readonly (readonly [what: string, status: number, bytes: string])[] = [
  ["a length and a coding", 400, post(`Content-Length: 4\r\n${chunked}`, "0\r\n\r\n")],
  ["a coding and a length", 400, post(`${chunked}\r\nContent-Length: 4`, "0\r\n\r\n")],
  ["two lengths", 400, post("Content-Length: 2\r\nContent-Length: 3", "hi")],
  ["a length twice", 400, post("Content-Length: 2\r\nContent-Length: 2", "hi")],
  ["a list of lengths", 400, post("Content-Length: 2, 2", "hi")],
  ["a length with a sign", 400, post("Content-Length: +2", "hi")],
  ["a length in hexadecimals", 400, post("Content-Length: 0x2", "hi")],
  ["a coding twice", 400, post(`${chunked}\r\n${chunked}`, "0\r\n\r\n")],
  ["another coding before chunked", 501, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")],
  ["an unknown coding", 501, post("Transfer-Encoding: xchunked", "0\r\n\r\n")],
  ["a space before the colon", 400, post("Transfer-Encoding : chunked", "0\r\n\r\n")],
  ["a vertical tab", 400, post("Transfer-Encoding:\x0bchunked", "0\r\n\r\n")],
  ["a folded line", 400, get("X-A: b\r\n c")],
  ["a folded coding", 400, post("Transfer-Encoding:\r\n chunked", "0\r\n\r\n")],
  ["bare line feeds", 400, "GET / HTTP/1.1\nHost: a\n\n"],
  ["one bare line feed", 400, get("X-A: b\nX-B: c")],
  ["a bare carriage return", 400, get("X-A: b\rX-B: c")],
  ["a space in a name", 400, get("X A: b")],
  ["no name", 400, get(": b")],
  ["a zero byte", 400, get("X: b\0c")],
  ["two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
  ["no host", 400, "GET / HTTP/1.1\r\n\r\n"],
  ["a chunk length that is too long", 400, post(chunked, "10000000000000002\r\nhi\r\n0\r\n\r\n")],
  ["a space in the path", 400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a control character in the path", 400, "GET /a\x01b HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["an unknown method", 400, "G@T / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["no version", 505, "GET /\r\n\r\n"],
  ["a version that nobody speaks", 505, "GET / HTTP/3.7\r\nHost: a\r\n\r\n"],
  ["the name of HTTP/2 in a line of HTTP/1", 505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
  ["the preface of HTTP/2", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["TRACE", 405, "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["CONNECT", 405, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a request line of 17 K", 414, `GET /${big(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ["a request line of 100 K", 414, `GET /${big(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  ["a header of 17 K", 400, get(`X: ${big(17_000)}`)],
  [
    "headers of 96 K",
    400,
    get(
      Array(12)
        .fill(`X: ${big(8_000)}`)
        .join("\r\n"),
    ),
  ],
]

/** What reaches a target: in one form that all readers read in the same way. */
const normalised: readonly (readonly [what: string, bytes: string, rest: string])[] = [
  [
    "extensions of chunks",
    post(chunked, "2;a=b\r\nhi\r\n0\r\n\r\n"),
    "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
  ],
  [
    "a header in disguise",
    post("Transfer_Encoding: chunked\r\nContent-Length: 2", "hi"),
    "Content-Length: 2\r\nConnection: close\r\n\r\nhi",
  ],
  ["GET with a body", get("Content-Length: 2").concat("hi"), "Content-Length: 2\r\nConnection: close\r\n\r\nhi"],
  [
    "a coding in HTTP/1.0",
    `POST / HTTP/1.0\r\nHost: a\r\n${chunked}\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
  ],
  [
    "headers of the connection",
    get("Connection: X-Own, close\r\nX-Own: 1\r\nKeep-Alive: timeout=5\r\nX-A: b"),
    "X-A: b\r\n\r\n",
  ],
  [
    "an offer of HTTP/2",
    post("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2", "hi"),
    "Content-Length: 2\r\n\r\nhi",
  ],
]

let reached = ""
const target = await startRawTarget((socket) =>
  socket.on("data", (chunk) => {
    reached += chunk.toString("latin1")
    if (/\r\n\r\n(hi|2\r\nhi\r\n0\r\n\r\n)?$/.test(reached))
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
  }),
)
const { port, configure } = await startHttpFront({ targets: [target] })

for (const [what, status, bytes] of refused)
  test(`${what}: ${status}, and nothing reaches a target`, async () => {
    reached = ""
    const heard = await new RawClient(port).say(bytes).untilClosed()
    assert.equal(heard.slice(0, 12), `HTTP/1.1 ${status}`)
    assert.equal(reached, "")
  })

test("a chunk that does not end where it says ends both connections", async () => {
  const client = new RawClient(port).say(post(chunked, "2\r\nhix\r\n0\r\n\r\n"))
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 400 /)
  assert.doesNotMatch(reached, /0\r\n\r\n$/)
})

for (const [what, bytes, rest] of normalised)
  test(`${what}: one form reaches the target`, async () => {
    reached = ""
    await new RawClient(port).say(bytes).take("\r\n\r\n")
    assert.equal(reached.slice(reached.indexOf("X-Amzn-Trace-Id")).replace(/^.*\r\n/, ""), rest)
  })

test("the strictest mode refuses what departs from RFC 7230, the monitor routes it and keeps the connection", async () => {
  const withBody = get("Content-Length: 2").concat("hi")
  const mode = (name: string) =>
    configure({ balancer: { attributes: { "routing.http.desync_mitigation_mode": name } } })
  mode("strictest")
  assert.match(await new RawClient(port).say(withBody).untilClosed(), /^HTTP\/1\.1 400 /)
  mode("monitor")
  reached = ""
  assert.match(
    await new RawClient(port).say(withBody).take("\r\n\r\n"),
    /^HTTP\/1\.1 200 [\s\S]*Connection: keep-alive/,
  )
  mode("defensive")
  reached = ""
  assert.match(await new RawClient(port).say(withBody).untilClosed(), /^HTTP\/1\.1 200 [\s\S]*Connection: close/)
})

test("a request without Host of HTTP/1.0 gets one", async () => {
  reached = ""
  await new RawClient(port).say("GET / HTTP/1.0\r\n\r\n").untilClosed()
  assert.match(reached, /\r\nHost: 127\.0\.0\.1\r\n/)
})
