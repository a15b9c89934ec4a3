// What the store of layers is cleared of, and what must stay.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { TestClock } from "../../test/support/test-clock.ts"
import { silentLog } from "../kernel/index.ts"
import { type BlobStore, memoryStore, openBlobStore, type State } from "../state/index.ts"
import { startLayerSweep } from "./sweep.ts"

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`
const at = { account: "123456789012", region: "us-east-1", repository: "app" }
const hour = 3_600_000

let folder: string
let layers: BlobStore
let state: State
let clock: TestClock
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "roadstead-sweep-"))
  layers = openBlobStore({ folder })
  state = memoryStore()
  clock = new TestClock()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const upload = async (id: string, text: string): Promise<void> => {
  await layers.begin(id)
  await layers.append(id, 0, new TextEncoder().encode(text))
}
const store = async (text: string): Promise<string> => {
  await upload("aa", text)
  const held = await layers.complete("aa", digestOf(text))
  held?.release()
  return digestOf(text)
}
const row = (digest: string, more: object = {}) => ({ ...at, digest, sizeInBytes: 1, uploadedAt: clock.now(), ...more })
const key = (id: string) => `${at.account}/${at.region}/${at.repository} ${id}`
const sweep = () => startLayerSweep({ state, layers, clock, log: silentLog })
/** The sweep reads folders: done within a bound, not at a time. */
const until = async (holds: () => boolean, pass: () => Promise<void> = async () => {}): Promise<void> => {
  for (let turns = 0; !holds(); turns++) {
    assert.ok(turns < 1000, "it did not come about")
    await pass()
    await layers.oldUploads()
  }
}

test("a layer without a record goes at the start, and one with a record stays", async () => {
  const orphan = await store("orphan")
  const kept = await store("kept")
  state.transact((tx) => tx.ecrLayers.insert(row(kept)))
  const stop = sweep()
  await until(() => layers.sizeOf(orphan) === undefined)
  assert.equal(layers.sizeOf(kept), 4)
  stop()
})

test("a layer goes with its last record, and not before", async () => {
  const digest = await store("shared")
  state.transact((tx) => {
    tx.ecrLayers.insert(row(digest))
    tx.ecrLayers.insert(row(digest, { repository: "other" }))
  })
  const stop = sweep()
  state.transact((tx) => tx.ecrLayers.delete(key(digest)))
  await state.durable(state.position)
  assert.equal(layers.sizeOf(digest), 6)
  state.transact((tx) => tx.ecrLayers.delete(`${at.account}/${at.region}/other ${digest}`))
  await until(() => layers.sizeOf(digest) === undefined)
  stop()
})

test("a layer that is held for a record to come stays", async () => {
  await upload("bb", "coming")
  const held = await layers.complete("bb", digestOf("coming"))
  const stop = sweep()
  const gone = await store("gone")
  await clock.advance(hour)
  await until(() => layers.sizeOf(gone) === undefined)
  assert.equal(layers.sizeOf(digestOf("coming")), 6)
  held?.release()
  stop()
})

test("uploads and layers that nobody goes on with are given up after a day", async () => {
  await upload("cc", "half")
  const digest = await store("never in an image")
  state.transact((tx) => {
    tx.ecrUploads.insert({ ...at, id: "cc", startedAt: clock.now() })
    tx.ecrLayers.insert(row(digest))
  })
  const stop = sweep()
  await clock.advance(23 * hour)
  assert.ok(state.view((view) => view.ecrUploads.has(key("cc")) && view.ecrLayers.has(key(digest))))
  // A sweep that is still at its work when the next is due is not joined by another.
  await until(
    () => layers.sizeOf(digest) === undefined,
    () => clock.advance(hour),
  )
  assert.ok(state.view((view) => !view.ecrUploads.has(key("cc")) && !view.ecrLayers.has(key(digest))))
  stop()
})
