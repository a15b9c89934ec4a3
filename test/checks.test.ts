// The checks of `npm run check` are what keeps the plan of the house true: each rule must catch what it is there for.
// Every case is a small source tree of its own with one thing wrong.
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { inStep } from "../scripts/ready/packages.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The names of the rules that a tree of files breaks. */
const brokenLayers = (files: Readonly<Record<string, string>>): string[] => {
  const folder = mkdtempSync(join(tmpdir(), "roadstead-layers-"))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    for (const shared of ["tsconfig.json", ".dependency-cruiser.cjs", "node_modules"]) {
      symlinkSync(join(root, shared), join(folder, shared))
    }
    const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs")
    const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "src"]
    const { stdout, stderr } = spawnSync(process.execPath, [cruiser, ...args], { cwd: folder, encoding: "utf8" })
    assert.notEqual(stdout, "", stderr)
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } }
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test("a room that imports downward through the front door is fine", () => {
  const files = {
    "src/services/ecs/index.ts": `import { a } from "../../state/index.ts"\nimport type { b } from "../../model/operations.ts"\nexport const c = [a] as b\n`,
    "src/state/index.ts": `export const a = 1\n`,
    "src/model/operations.ts": `export type b = unknown\n`,
  }
  assert.deepEqual(brokenLayers(files), [])
})

test("an import that goes up is refused, of a type too", () => {
  const files = {
    "src/kernel/index.ts": `import type { A } from "../state/index.ts"\nexport type B = A\n`,
    "src/state/index.ts": `export type A = 1\n`,
  }
  assert.deepEqual(brokenLayers(files), ["down-only-kernel"])
})

test("services do not know each other", () => {
  const files = {
    "src/services/ecs/index.ts": `import type { A } from "../ec2/index.ts"\nexport type B = A\n`,
    "src/services/ec2/index.ts": `export type A = 1\n`,
  }
  assert.deepEqual(brokenLayers(files), ["siblings-services"])
})

test("a circle of types is a circle", () => {
  const files = {
    "src/kernel/a.ts": `import type { B } from "./b.ts"\nexport type A = B | 1\n`,
    "src/kernel/b.ts": `import type { A } from "./a.ts"\nexport type B = A | 2\n`,
  }
  assert.deepEqual(brokenLayers(files), ["no-circles"])
})

test("a room is not entered through a window", () => {
  const files = {
    "src/gate/index.ts": `import type { A } from "../state/store.ts"\nexport type B = A\n`,
    "src/state/store.ts": `export type A = 1\n`,
  }
  assert.deepEqual(brokenLayers(files), ["front-door"])
})

test("the agent shares no code with the state, and of the wire only the client half", () => {
  const files = {
    "src/agent/index.ts": `import type { A } from "../state/index.ts"\nimport type { C } from "../wire/index.ts"\nimport type { D } from "../wire/client/index.ts"\nexport type B = A | C | D\n`,
    "src/state/index.ts": `export type A = 1\n`,
    "src/wire/index.ts": `export type C = 1\n`,
    "src/wire/client/index.ts": `export type D = 1\n`,
  }
  assert.deepEqual(brokenLayers(files), ["client-half", "down-only-agent"])
})

test("files and sockets stay in the rooms that own them", () => {
  assert.deepEqual(brokenLayers({ "src/services/ecs/index.ts": `import "node:fs"\n` }), ["io-has-its-places"])
  assert.deepEqual(brokenLayers({ "src/machines/index.ts": `import "node:fs"\n` }), [])
})

test("the program imports no test code", () => {
  const files = {
    "src/kernel/index.ts": `import { a } from "../../test/support/a.ts"\nexport const b = a\n`,
    "test/support/a.ts": `export const a = 1\n`,
  }
  assert.deepEqual(brokenLayers(files), ["tests-stay-outside"])
})

test("packages are in step when every version of the lock is installed; optional ones may be missing", () => {
  const locked = {
    "": { version: "1.0.0" },
    "node_modules/a": { version: "1.2.3" },
    "node_modules/for-another-system": { version: "1.0.0", optional: true },
    "node_modules/of-the-workspace": { link: true },
  }
  assert.equal(inStep(locked, { "node_modules/a": { version: "1.2.3" } }), true)
  assert.equal(inStep(locked, { "node_modules/a": { version: "1.2.2" } }), false)
  assert.equal(inStep(locked, {}), false)
})
