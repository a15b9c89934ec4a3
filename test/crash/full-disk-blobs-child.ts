// Runs on a small disk: fills it with uploads of blobs and says in one line of JSON what became of them.
import { createHash } from "node:crypto"
import { BulkFull, openBlobStore } from "../../src/state/index.ts"

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`

const [, , folder = ""] = process.argv
const store = openBlobStore({ folder })
const small = new Uint8Array(100_000).fill(1)
await store.begin("aa")
await store.append("aa", 0, small)
const held = await store.complete("aa", digestOf(small))

async function* endless() {
  for (;;) yield new Uint8Array(64 * 1024).fill(2)
}
await store.begin("bb")
let refusal: string | undefined
try {
  await store.append("bb", 0, endless())
} catch (thrown) {
  refusal = thrown instanceof BulkFull ? thrown.refusal : String(thrown)
}
const partial = await store.append("bb", undefined, new Uint8Array())
await store.cancel("bb")

await store.begin("cc")
await store.append("cc", 0, new Uint8Array(500_000).fill(3))
const after = await store.complete("cc", digestOf(new Uint8Array(500_000).fill(3)))
console.log(
  JSON.stringify({ kept: held?.size, refusal, wholeChunks: (partial ?? 1) % (64 * 1024), after: after?.size }),
)
