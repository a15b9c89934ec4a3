// Opening what an earlier run or an earlier release left: the same rows in the same order, brought up to date,
// and refused when they are not ours to read.
import assert from "node:assert/strict"
import { test } from "node:test"
import { silentLog } from "../kernel/index.ts"
import { DataFolderCorrupt, DataFolderTooNew } from "./journal/errors.ts"
import { type MemoryDisk, memoryDisk, memoryJournal } from "./journal/memory.ts"
import { openStore } from "./open-store.ts"
import { defineTable } from "./table.ts"
import type { Schema } from "./types.ts"

interface ShipV1 {
  readonly name: string
  readonly tons: string
}
const shipsV1 = defineTable<ShipV1>()({ name: "ships", version: 1, key: (s) => s.name, indexes: {} })

interface Ship {
  readonly id: string
  readonly tons: number
  readonly port: string
}
const ships = defineTable<Ship>()({
  name: "ships",
  version: 3,
  key: (s) => s.id,
  indexes: { port: (s) => s.port },
  upgrades: {
    1: (old: ShipV1) => ({ id: `ship/${old.name}`, tons: Number(old.tons) }),
    2: (old: Omit<Ship, "port">) => ({ ...old, port: "Kiel" }),
  },
})

const open = <const S extends Schema>(disk: MemoryDisk, schema: S) =>
  openStore({ schema, journal: memoryJournal(disk), log: silentLog, onFailure: assert.fail })

const leftByV1 = async () => {
  const disk = memoryDisk()
  const store = await open(disk, { ships: shipsV1 })
  store.transact((tx) => {
    for (const name of ["c", "a", "b"]) tx.ships.insert({ name, tons: "5" })
  })
  await store.close()
  return disk
}

test("rows come back in the order of their insertion, at the position where they stood", async () => {
  const disk = await leftByV1()
  const store = await open(disk, { ships: shipsV1 })
  assert.equal(store.position, 1)
  assert.deepEqual(
    store.view((view) => [...view.ships.all()].map((s) => s.name)),
    ["c", "a", "b"],
  )
  const row = store.view((view) => view.ships.get("c"))
  assert.throws(() => Object.assign(row ?? {}, { tons: "6" }), TypeError)
})

test("rows of older versions pass through every upgrade, and are found under their new keys and indexes", async () => {
  const disk = await leftByV1()
  const store = await open(disk, { ships })
  store.view((view) => {
    assert.deepEqual(
      [...view.ships.by("port", "Kiel")],
      [
        { id: "ship/c", tons: 5, port: "Kiel" },
        { id: "ship/a", tons: 5, port: "Kiel" },
        { id: "ship/b", tons: 5, port: "Kiel" },
      ],
    )
  })
})

test("indexes of rows from the journal are right at the first look at them, whatever was changed, taken back or begun before", async () => {
  const disk = await leftByV1()
  const store = await open(disk, { ships })
  const kept = { id: "ship/d", tons: 1, port: "Kiel" }
  assert.throws(() =>
    store.transact((tx) => {
      tx.ships.delete("ship/a")
      throw new Error("not today")
    }),
  )
  store.transact((tx) => {
    tx.ships.patch("ship/c", { port: "Lübeck" })
    tx.ships.delete("ship/b")
    assert.deepEqual(
      tx.ships.by("port", "Kiel").map((s) => s.id),
      ["ship/a"],
    )
    tx.ships.insert(kept)
  })
  assert.throws(() =>
    store.transact((tx) => {
      tx.ships.patch("ship/a", { port: "Lübeck" })
      throw new Error("nor today")
    }),
  )
  const found = store.view((view) => ["Kiel", "Lübeck"].map((port) => view.ships.by("port", port).map((s) => s.id)))
  assert.deepEqual(found, [["ship/a", "ship/d"], ["ship/c"]])
})

test("upgraded rows are written back, so that the next opening upgrades nothing", async () => {
  const disk = await leftByV1()
  await (await open(disk, { ships })).close()
  assert.deepEqual(
    [...disk.rows.values()].map(({ key, version }) => [key, version]),
    [
      ["ship/c", 3],
      ["ship/a", 3],
      ["ship/b", 3],
    ],
  )
  const unneeded = { ...ships, upgrades: { 1: assert.fail, 2: assert.fail } }
  const store = await open(disk, { ships: unneeded })
  assert.equal(
    store.view((view) => view.ships.size),
    3,
  )
})

test("rows of a newer version, or of a table that we do not know, are refused", async () => {
  const disk = await leftByV1()
  await (await open(disk, { ships })).close()
  await assert.rejects(open(disk, { ships: shipsV1 }), (error) => {
    assert.ok(error instanceof DataFolderTooNew)
    assert.match(error.message, /ships has version 3, and we know 1/)
    return true
  })
  await assert.rejects(open(disk, {}), DataFolderTooNew)
})

test("a row that is no JSON is refused by name", async () => {
  const disk = await leftByV1()
  disk.rows.set("ships\nz", { table: "ships", key: "z", version: 1, json: '{"name":' })
  await assert.rejects(open(disk, { ships: shipsV1 }), (error) => {
    assert.ok(error instanceof DataFolderCorrupt)
    assert.match(error.message, /row z of table ships/)
    return true
  })
})

test("a version that nothing leads to is a bug that is named", async () => {
  const disk = await leftByV1()
  await assert.rejects(open(disk, { ships: { ...ships, upgrades: {} } }), /lacks the upgrade from version 1/)
})
