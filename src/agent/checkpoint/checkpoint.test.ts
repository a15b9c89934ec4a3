// One case file for both checkpoints, and what only the one on disk does: survive, and keep a second agent out.
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import type { Checkpoint, StoredTask } from "../types.ts"
import { CheckpointError, memoryCheckpoint, openCheckpoint } from "./index.ts"

const arn = "arn:aws:ecs:us-east-1:000000000000:task/c/1"
const task = (known: StoredTask["snapshot"]["known"]): StoredTask => ({
  arn,
  snapshot: {
    arn,
    definition: { arn, desiredStatus: "RUNNING", family: "f" },
    known,
    desired: "RUNNING",
    containers: [],
    linkAddresses: [],
  },
})
const folder = (t: { after(fn: () => void): void }) => {
  const path = mkdtempSync(join(tmpdir(), "checkpoint-"))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

const cases: Record<string, (checkpoint: Checkpoint) => void> = {
  "an agent that never registered has sequence -1 and no instance": (c) => {
    assert.deepEqual(c.identity(), { cluster: "c", sequence: -1 })
  },
  "saving a task keeps what was reported of it": (c) => {
    c.saveTask(task("CREATED"))
    c.saveReported(arn, { status: "PENDING", containers: { a: "PENDING" } })
    c.saveTask(task("RUNNING"))
    assert.equal(c.tasks()[0]?.snapshot.known, "RUNNING")
    assert.deepEqual(c.tasks()[0]?.reported, { status: "PENDING", containers: { a: "PENDING" } })
  },
  "a report about a task that is gone stores nothing": (c) => {
    c.saveReported(arn, { status: "STOPPED", containers: {} })
    assert.deepEqual(c.tasks(), [])
  },
  "log positions come and go by container": (c) => {
    assert.equal(c.logPosition("r"), undefined)
    c.saveLogPosition("r", { committed: 10, decodeFrom: 4, file: { base: 0, mark: "m" } })
    assert.equal(c.logPosition("r")?.committed, 10)
    c.removeLogPosition("r")
    assert.equal(c.logPosition("r"), undefined)
  },
}
for (const [name, check] of Object.entries(cases)) {
  test(`memory: ${name}`, () => check(memoryCheckpoint("c")))
  test(`sqlite: ${name}`, (t) => {
    const checkpoint = openCheckpoint(folder(t), "c")
    t.after(() => checkpoint.close())
    check(checkpoint)
  })
}

test("what was saved is there when the folder is opened again", (t) => {
  const path = folder(t)
  const first = openCheckpoint(path, "c")
  first.saveIdentity({ cluster: "c", containerInstanceArn: "i", sequence: 7 })
  first.saveTask(task("RUNNING"))
  first.saveReported(arn, { status: "RUNNING", containers: {} })
  first.saveLogPosition("r", { committed: 3, decodeFrom: 3 })
  first.close()
  const second = openCheckpoint(path, "c")
  t.after(() => second.close())
  assert.deepEqual(second.identity(), { cluster: "c", containerInstanceArn: "i", sequence: 7 })
  assert.deepEqual(second.tasks(), [{ ...task("RUNNING"), reported: { status: "RUNNING", containers: {} } }])
  assert.deepEqual(second.logPosition("r"), { committed: 3, decodeFrom: 3 })
})

test("no key of a role reaches the disk", (t) => {
  const path = folder(t)
  const checkpoint = openCheckpoint(path, "c")
  const secret = {
    credentialsId: "id",
    roleArn: "r",
    accessKeyId: "ASIA",
    secretAccessKey: "WONDER",
    sessionToken: "t",
    expiration: "e",
  }
  const with_ = task("RUNNING")
  checkpoint.saveTask({
    ...with_,
    snapshot: {
      ...with_.snapshot,
      definition: { ...with_.snapshot.definition, roleCredentials: secret, executionRoleCredentials: secret },
    },
  })
  checkpoint.close()
  assert.equal(readFileSync(join(path, "agent.db"), "latin1").includes("WONDER"), false)
})

test("a second agent on the same folder is refused, and so is another cluster", (t) => {
  const path = folder(t)
  const first = openCheckpoint(path, "c")
  first.saveIdentity({ cluster: "c", sequence: 0 })
  assert.throws(
    () => openCheckpoint(path, "c"),
    (e) => e instanceof CheckpointError && /another agent/.test(e.message),
  )
  first.close()
  assert.throws(
    () => openCheckpoint(path, "other"),
    (e) => e instanceof CheckpointError && /belongs to an agent of cluster c/.test(e.message),
  )
})
