// The journal in a SQLite file: the cases of all journals, and what can only happen to a file.
import assert from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type TestContext, test } from "node:test"
import { fileURLToPath, pathToFileURL } from "node:url"
import { build } from "esbuild"
import { journalCases } from "./cases.ts"
import { DataFolderCorrupt, DataFolderInUse, DataFolderTooNew } from "./errors.ts"
import { sqliteJournal } from "./sqlite.ts"

const newFolder = () => mkdtemp(join(tmpdir(), "roadstead-journal-"))

journalCases("sqlite", async () => {
  const folder = await newFolder()
  return {
    journal: () => sqliteJournal({ file: join(folder, "state.db") }),
    remove: () => rm(folder, { recursive: true }),
  }
})

/** A folder for one test, and journals in it that are closed after it. */
const place = async (t: TestContext) => {
  const folder = await newFolder()
  const file = join(folder, "state.db")
  t.after(() => rm(folder, { recursive: true, force: true }))
  const journal = (at = file) => {
    const made = sqliteJournal({ file: at })
    t.after(() => made.close())
    return made
  }
  return { folder, file, journal }
}

test("a second opener hears who has the file, and the first goes on", async (t) => {
  const { file, journal } = await place(t)
  const first = journal()
  const { epoch } = await first.open()
  await assert.rejects(journal().open(), (error) => {
    assert.ok(error instanceof DataFolderInUse)
    assert.deepEqual([error.file, error.pid], [file, process.pid])
    return true
  })
  assert.equal((await first.append({ epoch, position: 1, puts: [], deletes: [] })).outcome, "durable")
  await first.close()
  assert.equal((await journal().open()).position, 1)
})

test("a file that is not a database is refused by name and left as it is", async (t) => {
  const { file, journal } = await place(t)
  const text = "This is no database. ".repeat(100)
  await writeFile(file, text)
  await assert.rejects(journal().open(), (error) => error instanceof DataFolderCorrupt && error.message.includes(file))
  assert.equal(await readFile(file, "utf8"), text)
})

test("a damaged page is refused by name", async (t) => {
  const { file, journal } = await place(t)
  const first = journal()
  const { epoch } = await first.open()
  const json = `"${"x".repeat(200)}"`
  const puts = Array.from({ length: 500 }, (_, i) => ({ table: "t", key: `k${i}`, version: 1, json }))
  await first.append({ epoch, position: 1, puts, deletes: [] })
  await first.close()
  const bytes = await readFile(file)
  await writeFile(file, bytes.fill(0xff, 4 * 4096))
  const damaged = journal()
  const readAll = async () => {
    await damaged.open()
    for await (const _row of damaged.load());
  }
  await assert.rejects(readAll(), (error) => error instanceof DataFolderCorrupt && error.message.includes(file))
})

test("a database of something else is refused and left alone", async (t) => {
  const { file, journal } = await place(t)
  const other = new DatabaseSync(file)
  other.exec("CREATE TABLE recipes (name TEXT)")
  other.close()
  await assert.rejects(journal().open(), DataFolderCorrupt)
})

test("a file of a newer form is refused", async (t) => {
  const { file, journal } = await place(t)
  const newer = journal()
  await newer.open()
  await newer.close()
  const db = new DatabaseSync(file)
  db.exec("INSERT INTO migrations (version) VALUES (1000)")
  db.close()
  await assert.rejects(journal().open(), (error) => error instanceof DataFolderTooNew && error.message.includes(file))
})

test("a folder that is not there is an error that names the file", async (t) => {
  const { folder, journal } = await place(t)
  const file = join(folder, "missing", "state.db")
  await assert.rejects(journal(file).open(), (error) => error instanceof Error && error.message.includes(file))
})

test("when the thread dies, what waits has failed and nothing more is taken", async (t) => {
  const dyingThread = `
    import { parentPort } from "node:worker_threads"
    parentPort.on("message", ({ id, question }) => {
      if (question.ask !== "open") process.exit(3)
      parentPort.postMessage({ id, answer: { epoch: 1, position: 0 } })
    })`
  const dying = sqliteJournal({
    file: "unused",
    worker: new URL(`data:text/javascript,${encodeURIComponent(dyingThread)}`),
  })
  t.after(() => dying.close())
  const { epoch } = await dying.open()
  const answers = await Promise.all([1, 2].map((position) => dying.append({ epoch, position, puts: [], deletes: [] })))
  answers.push(await dying.append({ epoch, position: 3, puts: [], deletes: [] }))
  for (const answer of answers) {
    assert.ok(answer.outcome === "failed")
    assert.match(answer.error.message, /ended with code 3/)
  }
})

test("the thread runs from a bundle as it does from source", async (t) => {
  const { folder, file } = await place(t)
  const outfile = join(folder, "journal-worker.js")
  const entry = fileURLToPath(new URL("./worker.ts", import.meta.url))
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", logLevel: "silent" })
  await writeFile(join(folder, "package.json"), '{"type":"module"}')
  const bundled = sqliteJournal({ file, worker: pathToFileURL(outfile) })
  t.after(() => bundled.close())
  assert.equal((await bundled.open()).position, 0)
})
