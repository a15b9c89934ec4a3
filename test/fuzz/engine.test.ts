// The fuzzer finds what it looks for: planted bugs of each kind in decoders that are otherwise in order.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { test } from "node:test"
import { fuzz } from "./engine.ts"
import { asJson } from "./grammar.ts"
import { Roll } from "./roll.ts"
import { bytesTarget, jsonWords, type Target } from "./target.ts"

const message = Buffer.from('{"type":"AckRequest","message":{"messageId":"m-1","count":7}}')
const reader = (run: (bytes: Uint8Array) => unknown): Target<Uint8Array> =>
  bytesTarget({
    name: "planted",
    corpus: [message],
    words: jsonWords,
    keys: ["type", "message"],
    write: asJson,
    run,
  })

test("a decoder that throws on one byte is found, and the input is cut down to that byte", async () => {
  const { findings } = await fuzz(
    reader((bytes) => {
      if (bytes.includes(0xee)) throw new TypeError("planted")
    }),
    { inputs: 100_000, seed: 1 },
  )
  assert.equal(findings[0]?.kind, "crash")
  assert.deepEqual([...(findings[0]?.bytes ?? [])], [0xee])
  assert.match(findings[0]?.why ?? "", /TypeError: planted\n.*engine\.test\.ts/)
})

test("a reader that trusts the type of a member is found", async () => {
  const { findings } = await fuzz(
    reader((bytes) => {
      let value: unknown
      try {
        value = JSON.parse(Buffer.from(bytes).toString())
      } catch {
        return
      }
      if ((value as { type?: unknown } | null)?.type !== undefined) {
        ;(value as { type: string }).type.toUpperCase()
      }
    }),
    { inputs: 100_000, seed: 1 },
  )
  assert.match(findings[0]?.why ?? "", /toUpperCase is not a function|Cannot read properties/)
})

test("a rejected promise is found as a throw is", async () => {
  const { findings } = await fuzz(
    reader(async (bytes) => {
      await undefined
      if (bytes.length === 3) throw new Error("planted")
    }),
    { inputs: 100_000, seed: 1 },
  )
  assert.equal(findings[0]?.kind, "crash")
  assert.equal(findings[0]?.bytes.length, 3)
})

test("an input that takes too long is found", async () => {
  const { findings } = await fuzz(
    reader((bytes) => {
      // The time of a pattern that goes back: every doubled bracket doubles the work.
      if (!Buffer.from(bytes).includes("[[[[")) return
      const until = process.threadCpuUsage().user + 400_000
      while (process.threadCpuUsage().user < until);
    }),
    { inputs: 20_000, seed: 1 },
  )
  assert.equal(findings[0]?.kind, "slow")
  assert.ok(Buffer.from(findings[0]?.bytes ?? []).includes("[[[["))
})

test("memory that grows with the inputs is found", async () => {
  const kept: Uint8Array[] = []
  const { findings } = await fuzz(
    reader((bytes) => void kept.push(Uint8Array.from([...bytes, ...new Uint8Array(1000)]))),
    { inputs: 40_000, seed: 1 },
  )
  assert.equal(findings[0]?.kind, "memory")
})

test("what is in order has no findings, and the same seed makes the same inputs", async () => {
  const seen = async () => {
    const lengths: number[] = []
    const { findings, inputs } = await fuzz(
      reader((bytes) => void lengths.push(bytes.length)),
      { inputs: 1000, seed: 5 },
    )
    assert.deepEqual(findings, [])
    assert.equal(inputs, 1000)
    return lengths
  }
  assert.deepEqual(await seen(), await seen())
  const alone = reader(() => undefined).make(new Roll().begin(5, 17)).length
  assert.equal((await seen())[17], alone)
})

test("a decoder that never comes back is ended from outside, naming the seed and the place", async (t) => {
  const program = `
    const { fuzz } = await import(${JSON.stringify(new URL("./engine.ts", import.meta.url).href)})
    const bytes = new Uint8Array()
    const target = { name: "planted", make: () => bytes, run: () => { for (;;); }, pack: () => bytes, unpack: () => bytes }
    await fuzz(target, { inputs: 10, seed: 42, patience: 300 })
  `
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "ignore", "pipe"] })
  t.after(() => child.kill("SIGKILL"))
  let said = ""
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
  const [, signal] = (await once(child, "close")) as [number | null, string | null]
  assert.equal(signal, "SIGKILL")
  assert.match(said, /planted hangs at an input from 0 on with seed 42/)
})
