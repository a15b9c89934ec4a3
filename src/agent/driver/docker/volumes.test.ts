import assert from "node:assert/strict"
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import type { Docker } from "../../../docker/index.ts"
import { DriverError } from "../../driver.ts"
import { volumeCalls } from "./volumes.ts"

const { hostPath } = volumeCalls({} as Docker)
const rootOf = (t: TestContext): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "root-")))
  t.after(() => rmSync(root, { recursive: true }))
  return root
}

test("a host path is below the instance's root, and what is missing of it is made", async (t) => {
  const root = rootOf(t)
  assert.equal(await hostPath(root, "/srv/data"), join(root, "srv/data"))
  assert.ok(existsSync(join(root, "srv/data")))
  assert.equal(await hostPath(join(root, "new"), "/a"), join(root, "new/a"))
})

test("dots do not lead out of the root, and a file stays a file", async (t) => {
  const root = rootOf(t)
  writeFileSync(join(root, "file"), "x")
  assert.equal(await hostPath(root, "/../../file"), join(root, "file"))
})

test("a symbolic link that a task has left is not followed", async (t) => {
  const root = rootOf(t)
  mkdirSync(join(root, "srv"))
  symlinkSync("/", join(root, "srv/out"))
  for (const path of ["/srv/out", "/srv/out/etc"]) {
    await assert.rejects(
      hostPath(root, path),
      (error) => error instanceof DriverError && error.message === `the host path ${path} leads over a symbolic link`,
    )
  }
})
