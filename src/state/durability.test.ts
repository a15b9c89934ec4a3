// Who hears what when: answers wait for the disk, durable watchers see only what is on it, and a journal that fails
// lets nothing leave any more.
import assert from "node:assert/strict"
import { test } from "node:test"
import { heldJournal } from "../../test/support/held-journal.ts"
import { silentLog } from "../kernel/index.ts"
import { memoryDisk, memoryJournal } from "./journal/memory.ts"
import { openStore } from "./open-store.ts"
import { defineTable } from "./table.ts"

interface Ship {
  readonly name: string
  readonly port?: string
}
const ships = defineTable<Ship>()({ name: "ships", version: 1, key: (s) => s.name, indexes: { port: (s) => s.port } })
const names = (rows: Iterable<Ship>) => Array.from(rows, (row) => row.name)

const open = async (disk = memoryDisk()) => {
  const journal = heldJournal(memoryJournal(disk))
  const failures: Error[] = []
  const store = await openStore({
    schema: { ships },
    journal,
    log: silentLog,
    onFailure: (error) => failures.push(error),
  })
  return { store, journal, failures }
}
type Opened = Awaited<ReturnType<typeof open>>

/** Whether a commit counts as durable once everything that could happen by itself has happened. */
const isDurable = async ({ store }: Opened, position: number): Promise<boolean> => {
  let durable = false
  void store.durable(position).then(() => {
    durable = true
  })
  await new Promise(setImmediate)
  return durable
}

const insert = ({ store }: Opened, name: string, port = "Kiel") =>
  store.transact((tx) => tx.ships.insert({ name, port }))

test("a commit is durable when its batch is on disk, and not before", async () => {
  const opened = await open()
  opened.journal.hold()
  const first = insert(opened, "a")
  const second = insert(opened, "b")
  assert.equal(await isDurable(opened, 0), true)
  assert.equal(await isDurable(opened, first.position), false)
  await opened.journal.release(1)
  assert.equal(await isDurable(opened, first.position), true)
  assert.equal(await isDurable(opened, second.position), false)
  await opened.journal.release()
  assert.equal(await isDurable(opened, second.position), true)
})

test("a reader that may have seen a pending commit learns its position to wait for", async () => {
  const opened = await open()
  opened.journal.hold()
  insert(opened, "a")
  const read = opened.store.transact((tx) => names(tx.ships.all()))
  assert.deepEqual(read.value, ["a"])
  assert.equal(await isDurable(opened, read.position), false)
  await opened.journal.release()
  assert.equal(await isDurable(opened, read.position), true)
})

test("durable watchers hear of a commit when it is on disk, committed ones at once", async () => {
  const opened = await open()
  const heard: string[] = []
  for (const moment of ["committed", "durable"] as const) {
    opened.store.watch(
      moment,
      () => {},
      (commit) => heard.push(`${moment} ${commit.position}`),
    )
  }
  opened.journal.hold()
  insert(opened, "a")
  insert(opened, "b")
  await new Promise(setImmediate)
  assert.deepEqual(heard, ["committed 1", "committed 2"])
  await opened.journal.release()
  assert.deepEqual(heard, ["committed 1", "committed 2", "durable 1", "durable 2"])
})

test("a durable watch begins with what is on disk and hears of every commit that was on its way", async () => {
  const opened = await open()
  insert(opened, "a")
  insert(opened, "b")
  await opened.store.durable(2)
  opened.journal.hold()
  opened.store.transact((tx) => {
    tx.ships.delete("a")
    tx.ships.patch("b", { port: "Bremen" })
    tx.ships.insert({ name: "c" })
  })
  insert(opened, "d")
  const heard: number[] = []
  const { seen } = opened.store.watch(
    "durable",
    (view) => ({ all: names(view.ships.all()), kiel: names(view.ships.by("port", "Kiel")) }),
    (commit) => heard.push(commit.position),
  )
  assert.deepEqual(seen, { all: ["a", "b"], kiel: ["a", "b"] })
  opened.store.view((view) => {
    assert.deepEqual(names(view.ships.all()), ["b", "c", "d"])
    assert.deepEqual(names(view.ships.by("port", "Kiel")), ["d"])
  })
  await opened.journal.release()
  assert.deepEqual(heard, [3, 4])
})

test("after a failed commit nothing becomes durable, nothing is taken, and it is reported once", async () => {
  const opened = await open()
  const heard: number[] = []
  opened.store.watch(
    "durable",
    () => {},
    (commit) => heard.push(commit.position),
  )
  opened.journal.hold()
  const { position } = insert(opened, "a")
  insert(opened, "b")
  opened.journal.refuse({ outcome: "failed", error: new Error("disk on fire") })
  assert.equal(await isDurable(opened, position), false)
  assert.deepEqual(
    opened.failures.map((error) => error.message),
    ["disk on fire"],
  )
  assert.deepEqual(heard, [])
  assert.throws(() => insert(opened, "c"), /journal has failed/)
  await opened.store.close()
})

test("close does not wait for a journal that fails meanwhile", async () => {
  const opened = await open()
  opened.journal.hold()
  insert(opened, "a")
  const closed = opened.store.close()
  opened.journal.refuse({ outcome: "failed", error: new Error("disk on fire") })
  await closed
  assert.equal(opened.failures.length, 1)
})

test("a store that was fenced stops as one whose journal failed", async () => {
  const disk = memoryDisk()
  const first = await open(disk)
  await open(disk)
  const { position } = insert(first, "a")
  assert.equal(await isDurable(first, position), false)
  assert.match(first.failures[0]?.message ?? "", /taken over/)
})

test("close waits for what was committed, and nothing is taken afterwards", async () => {
  const disk = memoryDisk()
  const opened = await open(disk)
  opened.journal.hold()
  insert(opened, "a")
  const closed = opened.store.close()
  assert.throws(() => insert(opened, "b"), /closed/)
  await opened.journal.release()
  await closed
  assert.equal(disk.rows.size, 1)
})
