// A test of node:test for a target: a million inputs, in parts that each end within the bound of one test, and one line of
// output that says how fast it went. FUZZ_INPUTS and FUZZ_SEED choose otherwise; FUZZ_KEEP=1 writes what is found to cases/.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { test } from "node:test"
import { type Finding, fuzz } from "./engine.ts"
import type { Target } from "./target.ts"

const inputs = Number(process.env.FUZZ_INPUTS ?? 1_000_000)
const seed = Number(process.env.FUZZ_SEED ?? 20_261_126)
/** Quarters of a million stay far below a minute also where four test files share two cores. */
const parts = 4

/** The folder of a target's kept cases. */
export const casesOf = (name: string): URL => new URL(`./cases/${name}/`, import.meta.url)

const keep = (name: string, { bytes }: Finding): string => {
  const folder = casesOf(name)
  mkdirSync(folder, { recursive: true })
  const file = new URL(createHash("sha256").update(bytes).digest("hex").slice(0, 12), folder)
  writeFileSync(file, bytes)
  return file.pathname
}

const tell = (name: string, finding: Finding): string =>
  [
    `${finding.kind} of ${name} with seed ${finding.seed}, input ${finding.number}:`,
    finding.why,
    `input as text: ${JSON.stringify(Buffer.from(finding.bytes).toString("latin1"))}`,
    `input as base64: ${Buffer.from(finding.bytes).toString("base64")}`,
    process.env.FUZZ_KEEP === "1" ? `kept in ${keep(name, finding)}` : "FUZZ_KEEP=1 keeps it in test/fuzz/cases",
  ].join("\n")

/** The tests of a target. */
export const fuzzTest = <I>(target: Target<I>): void => {
  for (let part = 0; part < parts; part++) {
    const count = Math.ceil(inputs / parts)
    test(`${target.name} takes anything, part ${part + 1} of ${parts}`, async (t) => {
      const report = await fuzz(target, { inputs: count, seed: seed + part })
      const [finding] = report.findings
      if (finding) assert.fail(tell(target.name, finding))
      assert.equal(report.inputs, count)
      const rate = Math.round(count / report.seconds)
      t.diagnostic(`note: ${target.name}: ${count} inputs in ${report.seconds.toFixed(1)} s of CPU, ${rate} a second`)
    })
  }
}
