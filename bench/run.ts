// `npm run bench`: runs each bench file in a process of its own, compares what it measured with bars.json and prints
// both. Exits 1 when a bar is broken. `--write` puts the table, with this machine's description, into docs/performance.md.
//
//   npm run bench                    all
//   npm run bench -- describe        the files whose name contains the word
import { spawn } from "node:child_process"
import { globSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, platform, release, totalmem } from "node:os"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { heard, type Measure } from "./support/measure.ts"

/** What a measure must reach. A ratio is the measure divided by its floor. */
interface Bar {
  /** The number of the bar in the design. */
  readonly design: string
  readonly ratioAtLeast?: number
  readonly ratioAtMost?: number
  /** How much more than the floor, in the measure's unit. */
  readonly overFloorAtMost?: number
  readonly atLeast?: number
  readonly atMost?: number
}

const root = fileURLToPath(new URL("..", import.meta.url))
const bars = JSON.parse(readFileSync(`${root}bench/bars.json`, "utf8")) as Record<string, Bar>
const words = process.argv.slice(2).filter((arg) => !arg.startsWith("--"))
const files = globSync("bench/*.bench.ts", { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()

const rows: { measure: Measure; broken: readonly string[] }[] = []
let failed = 0
for (const file of files) {
  console.log(`${file} …`)
  const measures = await runFile(file)
  if (!measures) {
    failed++
    console.log("  failed: what it printed says why")
    continue
  }
  for (const measure of measures) {
    const broken = brokenBars(measure)
    rows.push({ measure, broken })
    console.log(`  ${line(measure)}  ${broken.length > 0 ? `BROKEN: ${broken.join(", ")}` : verdict(measure)}`)
  }
}
const broken = rows.filter((row) => row.broken.length > 0).length
console.log(`\n${rows.length - broken} held, ${broken} broken, ${failed} failed`)
if (process.argv.includes("--write")) {
  if (words.length > 0 || failed > 0) console.log("docs/performance.md is written by a whole run only")
  else writePage()
}
process.exit(broken + failed === 0 ? 0 : 1)

function runFile(file: string): Promise<readonly Measure[] | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [`${root}${file}`], { cwd: root, stdio: ["ignore", "pipe", "inherit"] })
    let measures: readonly Measure[] | undefined
    createInterface(child.stdout).on("line", (text) => {
      const found = heard(text)
      if (found) measures = found
      else console.log(`  ${text}`)
    })
    child.on("close", (code) => resolve(code === 0 ? measures : undefined))
  })
}

function brokenBars({ name, value, unit, floor }: Measure): string[] {
  const bar = bars[name]
  if (!bar) return ["there is no bar of this name in bars.json"]
  const ratio = floor ? value / floor.value : Number.NaN
  const over = floor ? value - floor.value : Number.NaN
  // Written so that a missing floor breaks a bar that needs one.
  return [
    ...(bar.ratioAtLeast !== undefined && !(ratio >= bar.ratioAtLeast) ? [`ratio below ${bar.ratioAtLeast}`] : []),
    ...(bar.ratioAtMost !== undefined && !(ratio <= bar.ratioAtMost) ? [`ratio above ${bar.ratioAtMost}`] : []),
    ...(bar.overFloorAtMost !== undefined && !(over <= bar.overFloorAtMost)
      ? [`${short(over)} ${unit} over the floor, above ${bar.overFloorAtMost}`]
      : []),
    ...(bar.atLeast !== undefined && !(value >= bar.atLeast) ? [`below ${bar.atLeast}`] : []),
    ...(bar.atMost !== undefined && !(value <= bar.atMost) ? [`above ${bar.atMost}`] : []),
  ]
}

function line({ name, value, unit, floor }: Measure): string {
  const against = floor ? `, ${floor.name}: ${short(floor.value)}, ratio ${(value / floor.value).toFixed(2)}` : ""
  return `${name}: ${short(value)} ${unit}${against}`
}

function verdict({ name }: Measure): string {
  return `(bar ${bars[name]?.design}: ${barText(bars[name])})`
}

function barText(bar: Bar | undefined): string {
  const parts = [
    bar?.ratioAtLeast !== undefined && `ratio ≥ ${bar.ratioAtLeast}`,
    bar?.ratioAtMost !== undefined && `ratio ≤ ${bar.ratioAtMost}`,
    bar?.overFloorAtMost !== undefined && `floor + ${bar.overFloorAtMost}`,
    bar?.atLeast !== undefined && `≥ ${bar.atLeast}`,
    bar?.atMost !== undefined && `≤ ${bar.atMost}`,
  ]
  return parts.filter((part) => part !== false).join(", ")
}

function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1)
}

/** Between the marks of docs/performance.md: the table, and the machine without its name. */
function writePage() {
  const page = `${root}docs/performance.md`
  const machine =
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() || "unknown"}), ` +
    `${Math.round(totalmem() / 1024 ** 3)} GB, ${platform()} ${release()}, Node ${process.version}`
  const table = rows.map(({ measure, broken }) => {
    const { name, value, unit, floor } = measure
    const ratio = floor ? (value / floor.value).toFixed(2) : ""
    const floorText = floor ? `${short(floor.value)} ${unit} (${floor.name})` : ""
    const state = broken.length === 0 ? "held" : `**broken**: ${broken.join(", ")}`
    return `| ${bars[name]?.design} | ${name} | ${short(value)} ${unit} | ${floorText} | ${ratio} | ${barText(bars[name])} | ${state} |`
  })
  const text = [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    "",
    "| bar | what | measured | floor | ratio | must be | |",
    "|---|---|---|---|---|---|---|",
    ...table,
  ].join("\n")
  const between = /(<!-- bench:begin -->\n)[\s\S]*?(\n<!-- bench:end -->)/
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(between, (_, begin, end) => `${begin}${text}${end}`),
  )
}
