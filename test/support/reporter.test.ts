// The reporter is what "all tests passed" rests on: each way in which a file can go wrong must be a failure.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run, test } from "node:test"
import { summary, type TestEvent, tally } from "./reporter.ts"

/** Runs `source` as a test file of its own and tallies what node:test said about it. */
const tallyOf = async (source: string, signal?: AbortSignal) => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-reporter-"))
  try {
    const file = join(folder, "sample.mjs")
    writeFileSync(file, `import test, { describe } from "node:test"\n${source}`)
    // node:test marks the processes that it starts and refuses to run files from within one.
    const context = process.env.NODE_TEST_CONTEXT
    delete process.env.NODE_TEST_CONTEXT
    const events = run({ files: [file], concurrency: 1, ...(signal ? { signal } : {}) })
    if (context !== undefined) process.env.NODE_TEST_CONTEXT = context
    return await tally(file, events as AsyncIterable<TestEvent>)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test("leaf tests are counted once, their suites and parents not at all", async () => {
  const { passed, failures } = await tallyOf(`
    describe("suite", () => { test("one", () => {}); describe("inner", () => test("two", () => {})) })
    test("parent", async (t) => { await t.test("three", () => {}); await t.test("four", () => {}) })
    describe("empty", () => {})
  `)
  assert.equal(passed, 4)
  assert.deepEqual(failures, [])
})

test("a failing test is named with its suites and says why", async () => {
  const { passed, failures } = await tallyOf(`
    describe("suite", () => { test("good", () => {}); test("bad", () => { throw new Error("no ship came") }) })
  `)
  assert.equal(passed, 1)
  assert.deepEqual(
    failures.map((f) => f.name),
    ["suite > bad"],
  )
  assert.match(failures[0]?.reason ?? "", /no ship came/)
})

test("a parent that fails after its subtests passed is a failure of its own", async () => {
  const { passed, failures } = await tallyOf(`
    test("parent", async (t) => { await t.test("child", () => {}); throw new Error("afterwards") })
  `)
  assert.equal(passed, 1)
  assert.deepEqual(
    failures.map((f) => f.name),
    ["parent"],
  )
})

test("skipped tests and tests to do are failures", async () => {
  const { passed, failures } = await tallyOf(
    `test("a", { skip: "no time" }, () => {}); test("b", { todo: true }, () => {})`,
  )
  assert.equal(passed, 0)
  assert.deepEqual(
    failures.map((f) => f.reason),
    ["Skipped: no time.", "Marked as to do."],
  )
})

test("a file that does not load is a failure, with what it printed", async () => {
  const { passed, failures, output } = await tallyOf(`import "./nowhere.mjs"`)
  assert.equal(passed, 0)
  assert.equal(failures.length, 1)
  assert.match(output, /nowhere\.mjs/)
})

test("a file without tests is a failure", async () => {
  assert.deepEqual(
    (await tallyOf("")).failures.map((f) => f.reason),
    ["The file has no tests."],
  )
})

test("an error after the last test is a failure", async () => {
  const { passed, failures } = await tallyOf(`test("a", () => {}); process.on("exit", () => { process.exitCode = 3 })`)
  assert.equal(passed, 1)
  assert.equal(failures.length, 1)
})

test("a file that does not end in time is a failure, whatever passed before", async () => {
  const { failures } = await tallyOf(`test("a", () => {}); setInterval(() => {}, 1000)`, AbortSignal.timeout(1500))
  assert.deepEqual(
    failures.map((f) => f.reason),
    ["The file did not come to its end in time."],
  )
})

test("the last line counts what passed and what failed", () => {
  assert.equal(summary(12, 0), "12 passed, 0 failed")
})

test("what a passing test notes is kept, and nothing else that node:test says", async () => {
  const { notes } = await tallyOf(`
    test("good", (t) => { t.diagnostic("note: 7 inputs"); t.diagnostic("something else") })
  `)
  assert.deepEqual(notes, ["7 inputs"])
})
