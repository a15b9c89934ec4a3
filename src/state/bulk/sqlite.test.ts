// The bulk store in a SQLite file: the cases of all bulk stores, and what can only happen to a file.
import assert from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { DataFolderInUse } from "../journal/errors.ts"
import { bulkCases } from "./cases.ts"
import { sqliteBulkStore } from "./sqlite.ts"

const newFolder = () => mkdtemp(join(tmpdir(), "roadstead-bulk-"))

bulkCases("sqlite", async () => {
  const folder = await newFolder()
  return {
    open: (bytes) => sqliteBulkStore({ file: join(folder, "bulk.db"), bytes }),
    remove: () => rm(folder, { recursive: true }),
  }
})

const place = async (t: TestContext) => {
  const folder = await newFolder()
  t.after(() => rm(folder, { recursive: true, force: true }))
  return async (bytes = 1_000_000) => {
    const store = await sqliteBulkStore({ file: join(folder, "bulk.db"), bytes })
    t.after(() => store.close())
    return store
  }
}

const kilobyte = (seq: number) => ({ seq, time: seq, data: "x".repeat(1000) })
const all = { limit: 1000, order: "seq" } as const

test("what was put is there after the file was opened again, and still counts for the bound", async (t) => {
  const open = await place(t)
  const first = await open(100_000)
  await first.put(
    "s",
    Array.from({ length: 80 }, (_, i) => kilobyte(i)),
  )
  await first.close()
  const again = await open(100_000)
  assert.equal((await again.range("s", all)).length, 80)
  await assert.rejects(
    again.put(
      "s",
      Array.from({ length: 30 }, (_, i) => kilobyte(100 + i)),
    ),
    { refusal: "full" },
  )
  assert.deepEqual(await again.series(), ["s"])
})

test("a second opener is refused", async (t) => {
  const open = await place(t)
  await open()
  await assert.rejects(open(), DataFolderInUse)
})

test("a value that no item can have fails its own put only", async (t) => {
  const open = await place(t)
  const store = await open()
  const bad = store.put("s", [{ seq: Number.NaN, time: 1, data: "x" }])
  const good = store.put("s", [{ seq: 1, time: 1, data: "x" }])
  await assert.rejects(bad, /cannot be used/)
  await good
  assert.equal((await store.range("s", all)).length, 1)
})
