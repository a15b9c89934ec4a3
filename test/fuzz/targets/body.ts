// The reader of HTTP bodies: chunks that come, stop, break off, lie about their length, or are not what their encoding says.
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import type { IncomingMessage } from "node:http"
import { deflateSync, gzipSync } from "node:zlib"
import { inflateBody, readBody } from "../../../src/wire/server/body.ts"
import { TestClock } from "../../support/test-clock.ts"
import { mutator } from "../mutate.ts"
import type { Target } from "../target.ts"

const limit = 4096

interface Sending {
  readonly headers: Readonly<Record<string, string>>
  /** Where the body is cut into chunks. */
  readonly cuts: readonly number[]
  readonly end: "end" | "close" | "error"
  readonly body: Uint8Array
}

const encodings = [
  undefined,
  undefined,
  undefined,
  "identity",
  "br",
  "aws-chunked",
  "gzip, gzip",
  "GZIP",
  "deflate",
  "gzip",
]
const plain = Buffer.from('{"a":"text that a body may be"}')
const packed = [gzipSync(plain), deflateSync(plain), gzipSync(Buffer.alloc(100_000))]
const bodies = mutator([plain, Buffer.from("a=b"), Buffer.alloc(0), ...packed], ["\u001f\u008b", "\u0000"])
const lengths = ["0", "1", "-1", "4096", "4097", "99999999999999999999", "NaN", "0x10", ""]

/** What `IncomingMessage` is to the reader. */
class Incoming extends EventEmitter {
  readonly headers: Readonly<Record<string, string>>
  constructor(headers: Readonly<Record<string, string>>) {
    super()
    this.headers = headers
  }
  resume(): this {
    return this
  }
  /** As Node's own: an error that nobody listens for is not emitted. */
  breaks(why: string): void {
    if (this.listenerCount("error") > 0) this.emit("error", new Error(why))
  }
}

const afterLine = (bytes: Uint8Array): number => bytes.indexOf(10) + 1

const send = async ({ headers, cuts, end, body }: Sending): Promise<void> => {
  const req = new Incoming(headers)
  const reading = readBody(req as unknown as IncomingMessage, limit, new TestClock())
  let from = 0
  for (const cut of [...cuts.toSorted((a, b) => a - b), body.length]) {
    if (cut > from) req.emit("data", Buffer.from(body.subarray(from, cut)))
    from = Math.max(from, cut)
  }
  if (end === "error") req.breaks("aborted")
  else req.emit(end)
  // The connection may still break after the body was read.
  req.breaks("ECONNRESET")
  const read = await reading
  if (read.kind !== "body") return
  assert.ok(read.sent.length <= limit, "more than the limit was kept")
  const inflated = await inflateBody(read.sent, headers["content-encoding"], limit)
  if (inflated.kind === "body") assert.ok(inflated.body.length <= limit, "more than the limit was inflated")
}

export const body: Target<Sending> = {
  name: "body",
  make: (roll) => {
    // Inflating goes through a thread and is a hundred times slower than all else: one in twenty.
    const encoding = roll.pick(roll.once(20) ? encodings : encodings.slice(0, 6))
    const sent = bodies(roll, encoding?.match(/gzip|deflate/i) ? roll.pick(packed) : undefined)
    const declared = roll.once(8) ? roll.pick(lengths) : String(sent.length)
    return {
      headers: {
        ...(roll.once(5) ? { "transfer-encoding": "chunked" } : { "content-length": declared }),
        ...(encoding === undefined ? {} : { "content-encoding": encoding }),
      },
      cuts: Array.from({ length: roll.below(4) }, () => roll.below(sent.length + 1)),
      end: roll.pick(["end", "end", "end", "close", "error"]),
      body: sent,
    }
  },
  run: send,
  cutsFrom: afterLine,
  pack: ({ body: bytes, ...head }) => Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]),
  unpack: (bytes) => {
    const at = afterLine(bytes)
    return { ...JSON.parse(Buffer.from(bytes.subarray(0, at)).toString()), body: bytes.subarray(at) } as Sending
  },
}
