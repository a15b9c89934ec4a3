// Answers of targets behind a load balancer: whatever a target says is an answer or a ResponseError, and how it is cut on
// its way makes no difference.
import assert from "node:assert/strict"
import { type Following, ResponseError, ResponseReader } from "../../../src/proxy/http/upstream/response-reader.ts"
import { bytesTarget } from "../target.ts"

const words = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    ":",
    ": ",
    " ",
    "\t",
    "0\r\n\r\n",
    ";",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 ",
    "HTTP/1.1 100 ",
  ],
  ...[
    "Content-Length: 5\r\n",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: x-a\r\n",
  ],
  ...["204", "304", "101", "ffffffffffffffff", "5\r\nhello\r\n", "X-A: b\r\n", "\u0000", "-1", "+5", "0x5"],
]

const corpus = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-T: 1\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: X-A, keep-alive\r\nX-A: b\r\n\r\n",
  "HTTP/1.0 200 OK\r\n\r\nto the end",
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes",
].map((text) => Buffer.from(text, "latin1"))

/** All that a reader says of bytes that come in these parts: bodies joined, since they are cut as the bytes are. */
const read = (parts: readonly Buffer[]): string => {
  const said: string[] = []
  let body = ""
  const flush = () => {
    if (body !== "") said.push(`body ${body}`)
    body = ""
  }
  const reader = new ResponseReader({
    head: ({ status, reason, headers }, keeps): Following => {
      flush()
      said.push(JSON.stringify([status, reason, headers, keeps]))
      assert.ok(headers.length % 2 === 0)
      assert.ok(!headers.some((one) => /[\r\n\0]/.test(one)))
      if (status === 101) return "switch"
      return status < 200 ? "interim" : status === 204 || status === 304 ? "no-body" : "body"
    },
    body: (chunk) => {
      body += chunk.toString("latin1")
    },
    end: (last, trailers) => {
      body += last?.toString("latin1") ?? ""
      flush()
      said.push(JSON.stringify(["end", trailers]))
    },
  })
  try {
    for (const part of parts) reader.read(part)
    said.push(`finished ${reader.finish()}`)
  } catch (thrown) {
    if (!(thrown instanceof ResponseError)) throw thrown
    flush()
    said.push("refused")
  }
  flush()
  return said.join("\n")
}

/** Lines that are too long are found when they are there, whole or in parts: what was said before counts alone. */
const untilRefused = (said: string) =>
  said.endsWith("refused") ? said.replace(/(\n?body [^\n]*)?\n?refused$/, "") : said

export const response = bytesTarget({
  name: "response",
  corpus,
  words,
  keys: ["content-length", "transfer-encoding"],
  write: (value) => Buffer.from(`HTTP/1.1 200 OK\r\nX: ${JSON.stringify(value)}\r\n\r\n`, "latin1"),
  run: (bytes) => {
    const whole = Buffer.from(bytes)
    const at = whole.length >> 1
    const parts = read([whole.subarray(0, at), whole.subarray(at)])
    assert.equal(untilRefused(parts), untilRefused(read([whole])))
  },
})
