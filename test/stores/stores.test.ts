// Stores that earlier releases left open in this one, with everything that was in them.
import assert from "node:assert/strict"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type TestContext, test } from "node:test"
import { silentLog } from "../../src/kernel/index.ts"
import { openStore, schema, sqliteBulkStore, sqliteJournal } from "../../src/state/index.ts"

/** The database file that `<name>.sql` describes. */
const restored = async (t: TestContext, name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-stores-"))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, `${name}.db`)
  const db = new DatabaseSync(file)
  db.exec(await readFile(new URL(`./${name}.sql`, import.meta.url), "utf8"))
  db.close()
  return file
}

test("the journal of the first release opens with its rows, their order and its position", async (t) => {
  const journal = sqliteJournal({ file: await restored(t, "state-1") })
  const store = await openStore({ schema, journal, log: silentLog, onFailure: assert.fail })
  t.after(() => store.close())
  assert.ok(store.position >= 41)
  store.view((view) => {
    assert.deepEqual(
      view.clusters.by("scope", "000000000000/us-east-1").map((c) => [c.name, c.status, c.tags]),
      [
        ["zeta", "ACTIVE", []],
        ["alpha", "INACTIVE", [{ key: "team", value: "größe" }]],
      ],
    )
    assert.equal(view.families.get("000000000000/us-east-1/app")?.lastRevision, 7)
    assert.equal(view.settings.get("installation")?.value, "a1b2c3")
  })
})

test("the bulk store of the first release opens with its items", async (t) => {
  const store = await sqliteBulkStore({ file: await restored(t, "bulk-1"), bytes: 1e6 })
  t.after(() => store.close())
  assert.deepEqual(await store.series(), ["000000000000/us-east-1/a"])
  assert.deepEqual(await store.range("000000000000/us-east-1/a", { limit: 10, order: "time" }), [
    { seq: 2, time: 1_700_000_000_000, data: "last" },
    { seq: 1, time: 1_700_000_000_001, data: "first" },
  ])
})
