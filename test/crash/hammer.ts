// The process that crash.test.ts kills: commits transactions whose rows belong together and puts bulk items, as fast
// as it can, and says on stdout what it was told is durable. Started with the folder; runs until it is killed.
import { writeSync } from "node:fs"
import { join } from "node:path"
import { silentLog } from "../../src/kernel/index.ts"
import { openStore, sqliteBulkStore, sqliteJournal } from "../../src/state/index.ts"
import { files, pairs, schema } from "./ledger.ts"

const folder = process.argv[2] ?? "."
const journal = sqliteJournal({ file: join(folder, files.journal) })
const onFailure = (error: Error) => {
  throw error
}
const store = await openStore({ schema, journal, log: silentLog, onFailure })
const bulk = await sqliteBulkStore({ file: join(folder, files.bulk), bytes: 1e9 })

// Straight into the pipe: what was said before the kill is there after it. A full pipe takes a part of it, or none for now.
const say = (line: string) => {
  let rest: Uint8Array = Buffer.from(`${line}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (thrown) {
      if ((thrown as { code?: string }).code !== "EAGAIN") throw thrown
    }
  }
}

const commit = (pair: string) =>
  store.transact((tx) => {
    const count = (tx.sides.get(`${pair} left`)?.count ?? 0) + 1
    // Removed and made again now and then: removals are part of a transaction as well.
    if (count % 7 === 0) tx.sides.delete(`${pair} right`)
    for (const side of ["left", "right"]) tx.sides.put({ pair, side, count, ballast: "x".repeat(count % 500) })
    const total = tx.totals.get("total")?.count ?? 0
    tx.totals.put({ name: "total", count: total + 1 })
    return count
  })

const keepCommitting = async (pair: string): Promise<never> => {
  for (;;) {
    const { value, position } = commit(pair)
    await store.durable(position)
    say(`pair ${pair} ${value}`)
  }
}

const keepPutting = async (from: number): Promise<never> => {
  for (let seq = from; ; seq += 10) {
    await bulk.put(
      "lines",
      Array.from({ length: 10 }, (_, i) => ({ seq: seq + i, time: seq, data: `line ${seq + i}` })),
    )
    say(`bulk ${seq + 9}`)
  }
}

const [last] = await bulk.range("lines", { limit: 1, order: "seq", descending: true })
say("ready")
await Promise.all([...pairs.map(keepCommitting), keepPutting((last?.seq ?? 0) + 1)])
