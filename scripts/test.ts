// `npm test`: the checks, then every test file in a process of its own, then one line that counts them all.
// Which machine it runs on is run.mjs's business; what the events of a file mean is test/support/reporter.ts's.
//
//   npm test                    everything
//   npm test -- src/state       the test files under a path, or whose path contains the text; no checks
//   npm run live                only test/live and test/crash
import { globSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, relative } from "node:path"
import { run } from "node:test"
import { fileURLToPath } from "node:url"
import { type FileResult, summary, type TestEvent, tally } from "../test/support/reporter.ts"
import { checks, runCheck } from "./check.ts"

/** One test; and one file, whose processes are killed after it. Live files pull up real engines, fuzz files count to a million, the simulation to thousands. */
const LIMITS = { test: 60_000, file: 180_000, longTest: 180_000, longFile: 300_000 }
/**
 * One at a time: real containers, and kills under load. They mostly wait, so beside them goes what computes, on the other
 * processors; where there is one, nothing does.
 */
const ONE_BY_ONE = /^test\/(live|crash)\//

const LONG = /^test\/(live|crash|fuzz\/million|simulation)\//

const root = fileURLToPath(new URL("..", import.meta.url))
const args = process.argv.slice(2)
const onlyLive = args.includes("--live")
const wanted = args.filter((arg) => !arg.startsWith("--")).map((arg) => relative(root, join(process.cwd(), arg)))
const noEngine = process.env.ROADSTEAD_NO_ENGINE === "1"

// Tests say themselves what they run with: nothing of the caller's AWS or Roadstead settings leaks in.
for (const name of Object.keys(process.env)) {
  if (/^(AWS|ROADSTEAD)_/.test(name) && name !== "ROADSTEAD_NO_ENGINE") delete process.env[name]
}

/** A check or a test file, with the telling of what came of it. */
type Job = () => Promise<void>

let passed = 0
const failed: string[] = []
const started = performance.now()

const files = globSync(["src/**/*.test.ts", "test/**/*.test.ts"], { cwd: root, exclude: ["**/node_modules/**"] })
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.startsWith(part) || file.includes(part)))
  .filter((file) => !onlyLive || ONE_BY_ONE.test(file))
  .sort()
if (files.length === 0 && wanted.length > 0) {
  console.error(`No test file matches ${wanted.join(" ")}`)
  process.exit(1)
}

// What processes of the tests have compiled is compiled once: it is a third of the work of most files.
process.env.NODE_COMPILE_CACHE = join(root, "node_modules/.cache/roadstead/compiled")

const oneByOne = files.filter((file) => ONE_BY_ONE.test(file))
if (noEngine && oneByOne.length > 0) {
  console.log(`Left out, because ROADSTEAD_NO_ENGINE=1: ${oneByOne.splice(0).join(" ")}`)
}
const others = files.filter((file) => !ONE_BY_ONE.test(file))
// Long ones first, so that none is alone at the end.
const inOrder = [...others.filter((file) => LONG.test(file)), ...others.filter((file) => !LONG.test(file))]
await inLanes(
  oneByOne.map(fileJob),
  [...(wanted.length === 0 && !onlyLive ? checks.map(checkJob) : []), ...inOrder.map(fileJob)],
  Math.max(1, Math.min(4, availableParallelism())),
)

if (failed.length > 0) console.log(`\nFailed:\n${failed.map((name) => `  ${name}`).join("\n")}`)
console.log(`\nin ${((performance.now() - started) / 1000).toFixed(1)} s`)
console.log(summary(passed, failed.length))
process.exit(failed.length === 0 ? 0 : 1)

function checkJob(check: (typeof checks)[number]): Job {
  return async () => {
    const { ok } = await runCheck(check)
    if (ok) passed++
    else failed.push(`check: ${check.name}`)
  }
}

function fileJob(file: string): Job {
  return async () => report(await runFile(file))
}

/** One lane does the jobs that go one by one, then others; the rest of the lanes do others from the start. */
async function inLanes(single: readonly Job[], rest: readonly Job[], width: number) {
  const others = [...rest]
  const lane = async (own: readonly Job[]) => {
    for (const job of own) await job()
    for (let job = others.shift(); job; job = others.shift()) await job()
  }
  await Promise.all(Array.from({ length: width }, (_, n) => lane(n === 0 ? single : [])))
}

async function runFile(file: string): Promise<FileResult & { seconds: number }> {
  const long = LONG.test(file)
  const since = performance.now()
  const path = join(root, file)
  const events = run({
    files: [path],
    concurrency: 1,
    timeout: long ? LIMITS.longTest : LIMITS.test,
    signal: AbortSignal.timeout(long ? LIMITS.longFile : LIMITS.file),
  })
  const result = await tally(path, events as AsyncIterable<TestEvent>)
  return { ...result, file, seconds: (performance.now() - since) / 1000 }
}

function report({ file, passed: good, failures, output, notes, seconds }: FileResult & { seconds: number }) {
  passed += good
  const counts = `${good} passed${failures.length > 0 ? `, ${failures.length} failed` : ""}`
  console.log(`${failures.length === 0 ? "ok  " : "FAIL"} ${file}  ${counts}  ${seconds.toFixed(1)} s`)
  for (const note of notes) console.log(`     ${note}`)
  for (const { name, line, reason } of failures) {
    failed.push(name ? `${file}:${line}  ${name}` : file)
    console.log(`\n  ${name || file} (${file}:${line})\n${indent(reason)}\n`)
  }
  if (failures.length > 0 && output.trim() !== "")
    console.log(`  What it printed:\n${indent(lastLines(output, 200))}\n`)
}

function indent(text: string) {
  return text.replace(/^/gm, "    ")
}

function lastLines(text: string, most: number) {
  const lines = text.trimEnd().split("\n")
  return lines.length <= most ? text.trimEnd() : `(the last ${most} lines)\n${lines.slice(-most).join("\n")}`
}
