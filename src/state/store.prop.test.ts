// Random transactions with savepoints and rollbacks against a plain model of arrays, and a store opened again from
// what its journal kept: always the same rows, in the same order, under the same index values.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { silentLog } from "../kernel/index.ts"
import { memoryDisk, memoryJournal } from "./journal/memory.ts"
import { openStore } from "./open-store.ts"
import { defineTable } from "./table.ts"
import type { Commit, Store } from "./types.ts"

interface Ship {
  readonly name: string
  readonly port?: string
  readonly flags: readonly string[]
}
const ships = defineTable<Ship>()({
  name: "ships",
  version: 1,
  key: (s) => s.name,
  indexes: { port: (s) => s.port, flag: (s) => s.flags, all: () => "all" },
})
type Ships = Store<{ readonly ships: typeof ships }>
type ShipsTx = Parameters<Parameters<Ships["transact"]>[0]>[0]

type Step =
  | { readonly do: "put"; readonly row: Ship }
  | { readonly do: "patch"; readonly key: string; readonly port: string | undefined }
  | { readonly do: "delete"; readonly key: string }
  | { readonly do: "savepoint"; readonly steps: readonly Step[]; readonly fails: boolean }

interface Transaction {
  readonly steps: readonly Step[]
  readonly fails: boolean
}

const key = fc.constantFrom("a", "b", "c", "d", "e", "f")
const port = fc.constantFrom("Kiel", "Bremen", undefined)
const flags = fc.subarray(["red", "blue", "green"])
const row = fc
  .record({ name: key, port, flags })
  .map(({ name, port, flags }): Ship => (port === undefined ? { name, flags } : { name, port, flags }))
const { step } = fc.letrec<{ step: Step }>((again) => ({
  step: fc.oneof(
    { maxDepth: 3 },
    fc.record({ do: fc.constant("put" as const), row }),
    fc.record({ do: fc.constant("patch" as const), key, port }),
    fc.record({ do: fc.constant("delete" as const), key }),
    fc.record({
      do: fc.constant("savepoint" as const),
      steps: fc.array(again("step"), { maxLength: 4 }),
      fails: fc.boolean(),
    }),
  ),
}))
const transactions: fc.Arbitrary<Transaction[]> = fc.array(
  fc.record({ steps: fc.array(step, { maxLength: 6 }), fails: fc.boolean() }),
  { maxLength: 12 },
)

/** The model of one step: rows in the order of their insertion, and a new list each time. */
const modelStep = (now: readonly Ship[], step: Step): readonly Ship[] => {
  switch (step.do) {
    case "put":
      return now.some((r) => r.name === step.row.name)
        ? now.map((r) => (r.name === step.row.name ? step.row : r))
        : [...now, step.row]
    case "patch":
      return now.map(({ port: old, ...r }) => {
        const port = r.name === step.key ? step.port : old
        return port === undefined ? r : { ...r, port }
      })
    case "delete":
      return now.filter((r) => r.name !== step.key)
    case "savepoint":
      return step.fails ? now : model(now, step.steps)
  }
}

const model = (rows: readonly Ship[], steps: readonly Step[]): readonly Ship[] => steps.reduce(modelStep, rows)

class Storm extends Error {}

const run = (store: Ships, tx: ShipsTx, steps: readonly Step[]): void => {
  for (const step of steps) {
    if (step.do === "put") tx.ships.put(step.row)
    else if (step.do === "patch" && tx.ships.has(step.key)) tx.ships.patch(step.key, { port: step.port })
    else if (step.do === "delete") tx.ships.delete(step.key)
    else if (step.do === "savepoint") attempt(() => store.savepoint(() => runThen(store, tx, step)))
  }
}

const runThen = (store: Ships, tx: ShipsTx, { steps, fails }: Transaction): void => {
  run(store, tx, steps)
  // Caches are made inside, so that a rollback has to clear them.
  tx.ships.by("all", "all")
  if (fails) throw new Storm()
}

const attempt = (act: () => void): void => {
  try {
    act()
  } catch (thrown) {
    if (!(thrown instanceof Storm)) throw thrown
  }
}

const checkSame = (store: Ships, expected: readonly Ship[]): void =>
  store.view((view) => {
    assert.deepEqual([...view.ships.all()], expected)
    assert.equal(view.ships.size, expected.length)
    const indexes = { port: (s: Ship) => (s.port ? [s.port] : []), flag: (s: Ship) => s.flags, all: () => ["all"] }
    for (const [index, of] of Object.entries(indexes) as [keyof typeof indexes, (s: Ship) => readonly string[]][]) {
      for (const value of ["Kiel", "Bremen", "red", "blue", "green", "all"]) {
        const under = expected.filter((s) => of(s).includes(value))
        assert.deepEqual(view.ships.by(index, value), under)
        assert.equal(view.ships.count(index, value), under.length)
        assert.deepEqual(view.ships.first(index, value), under[0])
        const sorted = under.toSorted((a, b) => (a.name < b.name ? -1 : 1))
        assert.deepEqual(view.ships.page(index, value, { limit: 2 }).rows, sorted.slice(0, 2))
      }
    }
  })

/** What a watcher that only ever heard changes holds. */
const follow = (rows: Map<string, Ship>, commit: Commit): void => {
  for (const { key, before, after } of commit.changes) {
    assert.equal(rows.get(key), before)
    if (after) rows.set(key, after as Ship)
    else rows.delete(key)
  }
}

test("random transactions leave what the model says, also in a watcher and after a restart", async () => {
  await fc.assert(
    fc.asyncProperty(transactions, async (all) => {
      const disk = memoryDisk()
      const open = () =>
        openStore({ schema: { ships }, journal: memoryJournal(disk), log: silentLog, onFailure: assert.fail })
      const store = await open()
      const followed = new Map<string, Ship>()
      store.watch(
        "committed",
        () => {},
        (commit) => follow(followed, commit),
      )
      let expected: readonly Ship[] = []
      for (const transaction of all) {
        const before = store.position
        attempt(() => void store.transact((tx) => runThen(store, tx, transaction)))
        if (transaction.fails) assert.equal(store.position, before)
        else expected = model(expected, transaction.steps)
        checkSame(store, expected)
        assert.deepEqual(new Set(followed.values()), new Set(expected))
      }
      const { position } = store
      await store.close()
      const again = await open()
      assert.equal(again.position, position)
      checkSame(again, expected)
    }),
    { numRuns: 300 },
  )
})
