// A disk that runs full: the bulk store refuses and goes on reading, the journal fails and nothing counts as kept.
// The disk is a small tmpfs in a mount namespace of the child's own, so this needs root.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Runs a child on a disk of three megabytes; answers what it said. */
const onSmallDisk = async (folder: string, child: string) => {
  const mounted = 'mount -t tmpfs -o size=3m none "$1" && exec "$2" "$3" "$1"'
  const words = ["--mount", "sh", "-c", mounted, "sh", folder, process.execPath, path(child)]
  const { stdout } = await promisify(execFile)("unshare", words)
  return JSON.parse(stdout)
}

test("a full disk refuses bulk data, fails the journal, and breaks nothing that was kept", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-full-"))
  t.after(() => rm(folder, { recursive: true }))
  const said = await onSmallDisk(folder, "./full-disk-child.ts")
  assert.ok(said.kept > 0)
  assert.deepEqual(said, { ...said, readable: said.kept, refusal: "no-space", durable: false })
  assert.match(said.failed, /full/)
})

test("a full disk refuses an upload, keeps what was whole, and takes the next when there is room again", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-full-"))
  t.after(() => rm(folder, { recursive: true }))
  const said = await onSmallDisk(folder, "./full-disk-blobs-child.ts")
  assert.deepEqual(said, { kept: 100_000, refusal: "no-space", wholeChunks: 0, after: 500_000 })
})
