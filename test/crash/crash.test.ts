// A process is killed with SIGKILL at random moments under load: every write that it had answered is there afterwards,
// and no half of a transaction.
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { silentLog } from "../../src/kernel/index.ts"
import { openStore, sqliteBulkStore, sqliteJournal } from "../../src/state/index.ts"
import { testIds } from "../support/test-ids.ts"
import { files, pairs, schema } from "./ledger.ts"

const hammer = fileURLToPath(new URL("./hammer.ts", import.meta.url))

/** What was answered so far, over all rounds. */
interface Answered {
  readonly pairs: Map<string, number>
  bulk: number
  count: number
}

/** Lets the hammer work until it has answered `lines` times, kills it, and notes all that it had answered. */
const hammerUntil = async (folder: string, lines: number, answered: Answered): Promise<void> => {
  const child = spawn(process.execPath, [hammer, folder], { stdio: ["ignore", "pipe", "inherit"] })
  const exited = once(child, "exit")
  let heard = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (heard++ === lines) child.kill("SIGKILL")
    const [kind, ...rest] = line.split(" ")
    if (kind === "pair") answered.pairs.set(rest[0] ?? "", Number(rest[1]))
    if (kind === "bulk") answered.bulk = Number(rest[0])
    if (kind === "pair" || kind === "bulk") answered.count++
  }
  assert.deepEqual(await exited, [null, "SIGKILL"])
}

const checkRecords = async (folder: string, answered: Answered): Promise<void> => {
  const journal = sqliteJournal({ file: join(folder, files.journal) })
  const store = await openStore({ schema, journal, log: silentLog, onFailure: assert.fail })
  try {
    store.view((view) => {
      const total = view.totals.get("total")?.count ?? 0
      assert.equal(store.position, total, "every transaction adds one to the total")
      let sum = 0
      for (const pair of pairs) {
        const [left, right] = ["left", "right"].map((side) => view.sides.get(`${pair} ${side}`)?.count ?? 0)
        assert.equal(left, right, `the two sides of ${pair}`)
        assert.ok(
          (left ?? 0) >= (answered.pairs.get(pair) ?? 0),
          `${pair}: answered ${answered.pairs.get(pair)}, kept ${left}`,
        )
        sum += left ?? 0
      }
      assert.equal(sum, total)
    })
  } finally {
    await store.close()
  }
}

const checkBulk = async (folder: string, answered: Answered): Promise<void> => {
  const bulk = await sqliteBulkStore({ file: join(folder, files.bulk), bytes: 1e9 })
  try {
    const items = await bulk.range("lines", { limit: 1e6, order: "seq" })
    assert.ok(items.length >= answered.bulk, `answered ${answered.bulk}, kept ${items.length}`)
    assert.equal(items.length % 10, 0, "a put is whole or not there")
    for (const [i, item] of items.entries()) assert.deepEqual([item.seq, item.data], [i + 1, `line ${i + 1}`])
  } finally {
    await bulk.close()
  }
}

test("SIGKILL at random moments loses nothing that was answered and leaves no half transaction", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "roadstead-crash-"))
  t.after(() => rm(folder, { recursive: true }))
  const answered: Answered = { pairs: new Map(), bulk: 0, count: 0 }
  const ids = testIds(process.pid)
  // The first is killed as soon as it is ready, the others somewhere in the middle.
  for (const most of [0, 300, 3000, 3000, 3000]) {
    const lines = most === 0 ? 0 : ids.below(most)
    await t.test(`killed after ${lines} answers`, async () => {
      await hammerUntil(folder, lines, answered)
      await checkRecords(folder, answered)
      await checkBulk(folder, answered)
    })
  }
  assert.ok(answered.count > 0)
})
