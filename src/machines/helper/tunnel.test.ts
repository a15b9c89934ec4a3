// Frames and the connections in them, between two ends of one process.
import assert from "node:assert/strict"
import type { Duplex } from "node:stream"
import { test } from "node:test"
import fc from "fast-check"
import { encodeFrame, type Frame, frameReader, type Kind, kinds } from "./frames.ts"
import { tunnel } from "./tunnel.ts"

test("frames are the same however their bytes are cut", () => {
  const frame = fc.record({
    kind: fc.constantFrom(...Object.values(kinds)),
    id: fc.nat(2 ** 32 - 1),
    payload: fc.uint8Array({ maxLength: 50 }),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 17 }), (frames, size) => {
      const heard: { kind: Kind; id: number; payload: number[] }[] = []
      const read = frameReader(({ kind, id, payload }) => heard.push({ kind, id, payload: [...payload] }))
      const bytes = Buffer.concat(frames.map((one) => encodeFrame(one.kind, one.id, one.payload)))
      for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
      assert.deepEqual(
        heard,
        frames.map((one) => ({ ...one, payload: [...one.payload] })),
      )
    }),
  )
})

test("what is not a frame is refused instead of waited for", () => {
  const read = frameReader(() => assert.fail("nothing is said"))
  assert.throws(() => read(Buffer.from("Error: cannot find module")), /not a frame/)
})

/** Two ends whose frames reach each other later, in order. */
const pair = (accept: (connection: Duplex) => void) => {
  const sent: Frame[] = []
  const [here, there] = [
    tunnel({ end: "helper", send: (kind, id, payload) => post(() => there, { kind, id, payload }) }),
    tunnel({ end: "supervisor", send: (kind, id, payload) => post(() => here, { kind, id, payload }), accept }),
  ]
  function post(
    to: () => ReturnType<typeof tunnel>,
    said: { kind: Kind; id: number; payload?: Uint8Array | undefined },
  ) {
    const frame = { kind: said.kind, id: said.id, payload: Buffer.from(said.payload ?? []) }
    sent.push(frame)
    setImmediate(() => to().hear(frame))
  }
  return { here, there, sent }
}

const readAll = async (connection: Duplex): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of connection) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

test("a megabyte comes back through a connection as it was sent, and both ends end", async () => {
  const { here } = pair((connection) => connection.pipe(connection))
  const connection = here.connect()
  const bytes = Buffer.alloc(1024 * 1024, "0123456789abcdef-")
  connection.end(bytes)
  assert.deepEqual(await readAll(connection), bytes)
})

test("a connection whose reader does not read has a bound, and does not hold up another", async () => {
  const accepted: Duplex[] = []
  const { here, sent } = pair((connection) => accepted.push(connection))
  const slow = here.connect()
  slow.write(Buffer.alloc(4 * 1024 * 1024))
  const quick = here.connect()
  quick.end("hello")
  while (accepted.length < 2) await new Promise(setImmediate)
  assert.equal((await readAll(accepted[1] as Duplex)).toString(), "hello")
  const under = sent.filter((frame) => frame.kind === kinds.data && frame.id === 1)
  const bytes = under.reduce((sum, frame) => sum + frame.payload.length, 0)
  assert.ok(bytes <= 512 * 1024, `${bytes} bytes are under way`)
  slow.destroy()
})

test("an end that breaks off is the end of the other, and one that takes no connections refuses them", async () => {
  let accepted: Duplex | undefined
  const { here, there } = pair((connection) => {
    accepted = connection
  })
  const connection = here.connect()
  while (!accepted) await new Promise(setImmediate)
  connection.destroy()
  await new Promise<void>((resolve) => accepted?.once("close", () => resolve()))

  const refused = there.connect()
  await new Promise<void>((resolve) => refused.once("close", () => resolve()))
})
