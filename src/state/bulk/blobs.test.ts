// Blobs on disk: whole or not there, once, resumed after a restart, and held while a record is on its way.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, test } from "node:test"
import { BlobGap, BlobMismatch } from "../blobs.ts"
import { openBlobStore } from "./blobs.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "roadstead-blobs-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`
const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = async (stream: AsyncIterable<unknown>): Promise<string> => {
  let text = ""
  for await (const chunk of stream) text += String(chunk)
  return text
}

test("what was uploaded in parts is read back under its digest, whole and in part", async () => {
  const store = openBlobStore({ folder })
  await store.begin("aa")
  assert.equal(await store.append("aa", 0, bytes("hello ")), 6)
  async function* rest() {
    yield bytes("wor")
    yield bytes("ld")
  }
  assert.equal(await store.append("aa", undefined, rest()), 11)
  const held = await store.complete("aa", digestOf("hello world"))
  assert.equal(held?.size, 11)
  assert.equal(await textOf(store.read(digestOf("hello world"))), "hello world")
  assert.equal(await textOf(store.read(digestOf("hello world"), { start: 4, end: 6 })), "o w")
  assert.deepEqual(readdirSync(join(folder, "uploads")), [])
})

test("the same content is on disk once", async () => {
  const store = openBlobStore({ folder })
  for (const id of ["aa", "bb"]) {
    await store.begin(id)
    await store.append(id, 0, bytes("same"))
    await store.complete(id, digestOf("same"))
  }
  assert.deepEqual(await store.digests(), [digestOf("same")])
})

test("what does not follow, or has another digest, is refused, and the upload can go on", async () => {
  const store = openBlobStore({ folder })
  await store.begin("aa")
  await store.append("aa", 0, bytes("abc"))
  await assert.rejects(
    store.append("aa", 5, bytes("x")),
    (error: BlobGap) => error instanceof BlobGap && error.size === 3,
  )
  await assert.rejects(store.complete("aa", digestOf("abcd")), BlobMismatch)
  assert.equal(await store.append("aa", 3, bytes("d")), 4)
  assert.equal((await store.complete("aa", digestOf("abcd")))?.size, 4)
})

test("an upload goes on after a restart, and what arrived before its sender failed is kept", async () => {
  const before = openBlobStore({ folder })
  await before.begin("aa")
  async function* broken() {
    yield bytes("first")
    throw new Error("gone")
  }
  await assert.rejects(before.append("aa", 0, broken()), { message: "gone" })
  const store = openBlobStore({ folder })
  assert.deepEqual(await store.oldUploads(), ["aa"])
  assert.equal(await store.append("aa", undefined, new Uint8Array()), 5)
  assert.equal(await store.append("aa", 5, bytes(" second")), 12)
  assert.equal((await store.complete("aa", digestOf("first second")))?.size, 12)
})

test("a blob that is held stays, and goes when nobody holds it", async () => {
  const store = openBlobStore({ folder })
  await store.begin("aa")
  await store.append("aa", 0, bytes("x"))
  const held = await store.complete("aa", digestOf("x"))
  const again = store.hold(digestOf("x"))
  held?.release()
  held?.release()
  store.remove(digestOf("x"))
  assert.equal(store.sizeOf(digestOf("x")), 1)
  again?.release()
  store.remove(digestOf("x"))
  assert.equal(store.sizeOf(digestOf("x")), undefined)
  assert.equal(store.hold(digestOf("x")), undefined)
})

test("an upload that does not exist is none, and an id cannot leave the folder", async () => {
  const store = openBlobStore({ folder })
  assert.equal(await store.append("aa", 0, bytes("x")), undefined)
  assert.equal(await store.complete("aa", digestOf("x")), undefined)
  await assert.rejects(store.append("../x", 0, bytes("x")))
  assert.throws(() => store.sizeOf("sha256:../../x"))
})
