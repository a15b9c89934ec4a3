import assert from "node:assert/strict"
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { seededRandom } from "../../test/support/test-ids.ts"
import { memoryStore } from "../state/index.ts"
import { FolderProblem } from "./data-folder.ts"
import { dataKeyFile, openVault } from "./data-key.ts"

const aFolder = (t: { after(fn: () => void): void }) => {
  const data = mkdtempSync(join(tmpdir(), "roadstead-key-"))
  t.after(() => rmSync(data, { recursive: true }))
  return { data }
}
const says = (words: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof FolderProblem)
  assert.match(thrown.message, words)
  return true
}

test("the first start makes a key that only its owner can read, and the next one opens what was sealed", (t) => {
  const folders = aFolder(t)
  const state = memoryStore()
  const sealed = openVault(state, folders, seededRandom(1)).seal("plain", "row")
  assert.equal(statSync(dataKeyFile(folders)).mode & 0o777, 0o600)
  assert.equal(openVault(state, folders, seededRandom(2)).open(sealed, "row").toString(), "plain")
})

test("a key file that others could read after a restore is closed to them", (t) => {
  const folders = aFolder(t)
  const state = memoryStore()
  openVault(state, folders, seededRandom(1))
  chmodSync(dataKeyFile(folders), 0o644)
  openVault(state, folders, seededRandom(1))
  assert.equal(statSync(dataKeyFile(folders)).mode & 0o777, 0o600)
})

test("a lost key ends the start and says which file to restore; no new key is made", (t) => {
  const folders = aFolder(t)
  const state = memoryStore()
  openVault(state, folders, seededRandom(1))
  rmSync(dataKeyFile(folders))
  for (const _ of [1, 2]) {
    assert.throws(() => openVault(state, folders, seededRandom(1)), says(/data-key is missing.*Restore/))
  }
})

test("another folder's key ends the start, naming both keys and no byte of either", (t) => {
  const [ours, theirs] = [aFolder(t), aFolder(t)]
  const state = memoryStore()
  openVault(state, ours, seededRandom(1))
  openVault(memoryStore(), theirs, seededRandom(2))
  const other = readFileSync(dataKeyFile(theirs), "utf8")
  writeFileSync(dataKeyFile(ours), other)
  assert.throws(
    () => openVault(state, ours, seededRandom(3)),
    (thrown) => {
      says(/holds the key [0-9a-f]{16}, but .* the key [0-9a-f]{16}/)(thrown)
      assert.ok(!String(thrown).includes(other.trim().slice(0, 20)))
      return true
    },
  )
})

test("a damaged key file ends the start", (t) => {
  const folders = aFolder(t)
  const state = memoryStore()
  openVault(state, folders, seededRandom(1))
  writeFileSync(dataKeyFile(folders), "short\n")
  assert.throws(() => openVault(state, folders, seededRandom(1)), says(/damaged/))
})
