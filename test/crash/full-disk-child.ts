// The process of full-disk.test.ts: fills the small disk that it is started with through a bulk store, then commits a
// record. Says on stdout, as one line of JSON, what it was answered.
import { join } from "node:path"
import { silentLog } from "../../src/kernel/index.ts"
import { BulkFull, openStore, sqliteBulkStore, sqliteJournal } from "../../src/state/index.ts"
import { files, schema } from "./ledger.ts"

const folder = process.argv[2] ?? "."
const failure = Promise.withResolvers<string>()
const store = await openStore({
  schema,
  journal: sqliteJournal({ file: join(folder, files.journal) }),
  log: silentLog,
  onFailure: (error) => failure.resolve(error.message),
})
const bulk = await sqliteBulkStore({ file: join(folder, files.bulk), bytes: 1e9 })

let kept = 0
let refusal: unknown
while (refusal === undefined && kept < 1000) {
  try {
    await bulk.put("s", [{ seq: kept + 1, time: 1, data: "x".repeat(100_000) }])
    kept++
  } catch (thrown) {
    refusal = thrown instanceof BulkFull ? thrown.refusal : String(thrown)
  }
}
const readable = (await bulk.range("s", { limit: 1000, order: "seq" })).length

const { position } = store.transact((tx) =>
  tx.sides.put({ pair: "p", side: "left", count: 1, ballast: "x".repeat(4_000_000) }),
)
let durable = false
void store.durable(position).then(() => {
  durable = true
})
const failed = await failure.promise
await new Promise(setImmediate)
console.log(JSON.stringify({ kept, readable, refusal, failed, durable }))
await bulk.close()
await store.close()
