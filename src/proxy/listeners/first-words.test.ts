// The name that a connection is for, from what its client says first, however it is cut.
import assert from "node:assert/strict"
import { connect as connectTcp, createServer } from "node:net"
import { test } from "node:test"
import { connect as connectTls } from "node:tls"
import fc from "fast-check"
import { helloOf } from "./client-hello.ts"
import { Names } from "./names.ts"
import { headOf } from "./request-head.ts"

/** What Node's TLS client says first. */
const helloFor = (servername: string): Promise<Buffer> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once("data", (bytes: Buffer) => {
        resolve(bytes)
        socket.destroy()
        server.close()
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address ? address.port : 0
      const client = connectTls({ socket: connectTcp(port, "127.0.0.1"), servername, rejectUnauthorized: false })
      client.on("error", () => {})
    })
  })

test("the server name of a TLS client's hello is found once the hello is whole", async () => {
  const hello = await helloFor("Web-1.us-east-1.elb.localhost")
  for (let length = 0; length < hello.length; length += 7)
    assert.deepEqual(helloOf(hello.subarray(0, length)).kind, "more", `${length} bytes`)
  assert.deepEqual(helloOf(hello), { kind: "hello", name: "web-1.us-east-1.elb.localhost" })
  const records = [hello.subarray(5, 90), hello.subarray(90)].map((piece) =>
    Buffer.concat([Buffer.from([22, 3, 1, piece.length >> 8, piece.length & 255]), piece]),
  )
  assert.deepEqual(helloOf(Buffer.concat(records)), helloOf(hello), "in two records")
  assert.deepEqual(helloOf(await helloFor("")), { kind: "hello" })
})

test("bytes that are no hello never make more of it than broken", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { kind } = helloOf(Buffer.from([22, 3, 1, 1, 0, ...bytes]))
      assert.ok(["more", "broken", "hello"].includes(kind))
    }),
  )
  assert.equal(helloOf(Buffer.from("GET / HTTP/1.1\r\n")).kind, "broken")
})

test("the host of a request head is found in any case, without its port", () => {
  const head = "\r\nGET /a HTTP/1.1\r\nAccept: */*\r\nhOsT:\t Web.Example.:8080 \r\n\r\nrest"
  assert.deepEqual(headOf(Buffer.from(head)), { kind: "head", host: "web.example" })
  for (let length = 0; length < head.indexOf("\r\n\r\n") + 4; length++)
    assert.equal(headOf(Buffer.from(head.slice(0, length))).kind, "more", `${length} bytes`)
  assert.deepEqual(headOf(Buffer.from("GET / HTTP/1.0\r\n\r\n")), { kind: "head" })
  assert.deepEqual(headOf(Buffer.from("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")), { kind: "head", host: "[::1]" })
})

test("what is no head of HTTP/1 is not waited for", () => {
  assert.equal(headOf(Buffer.from([0, 1, 2])).kind, "broken")
  assert.equal(headOf(Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).kind, "broken")
  assert.equal(headOf(Buffer.from(`GET /${"a".repeat(90_000)}`)).kind, "broken")
})

test("exact names go before patterns, and long patterns before short ones", () => {
  const names = new Names<string>()
  names.add("all", ["*"])
  names.add("below", ["*.example.com"])
  names.add("one", ["api.example.com", "a?.b(c)"])
  assert.deepEqual(
    ["api.example.com", "www.example.com", "x.y.example.com", "example.com", "ab.b(c)", "a.b(c)"].map((name) =>
      names.ownerOf(name),
    ),
    ["one", "below", "below", "all", "one", "all"],
  )
  assert.equal(new Names<string>().ownerOf("x"), undefined)
})
