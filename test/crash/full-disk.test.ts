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

const child = fileURLToPath(new URL("./full-disk-child.ts", import.meta.url))

test("a full disk refuses bulk data, fails the journal, and breaks nothing that was kept", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-full-"))
  t.after(() => rm(folder, { recursive: true }))
  const mounted = 'mount -t tmpfs -o size=3m none "$1" && exec "$2" "$3" "$1"'
  const { stdout } = await promisify(execFile)("unshare", [
    "--mount",
    "sh",
    "-c",
    mounted,
    "sh",
    folder,
    process.execPath,
    child,
  ])
  const said = JSON.parse(stdout)
  assert.ok(said.kept > 0)
  assert.deepEqual(said, { ...said, readable: said.kept, refusal: "no-space", durable: false })
  assert.match(said.failed, /full/)
})
