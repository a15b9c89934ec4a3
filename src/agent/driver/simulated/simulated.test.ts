// The driver's cases on simulated containers, and what only these do: keep still on their clock, and outlive their process.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { TestClock } from "../../../../test/support/test-clock.ts"
import { testIds } from "../../../../test/support/test-ids.ts"
import type { Clock } from "../../../kernel/index.ts"
import { type Behaviour, driverCases } from "../cases.ts"
import { createSimulatedDriver, worldFile } from "./index.ts"

/** A clock whose time passes as soon as anybody waits for it. */
const eagerClock = (): Clock => {
  let now = 0
  return {
    now: () => now,
    at: (t, fn) => {
      const immediate = setImmediate(() => {
        now = Math.max(now, t)
        fn()
      })
      return () => clearImmediate(immediate)
    },
  }
}

const scripts: Record<Behaviour, Record<string, string>> = {
  runs: {},
  "exits 3": { EXIT_AFTER_MS: "10", EXIT_CODE: "3" },
  "traps and exits 7": { EXIT_CODE: "7" },
  "ignores the stop signal": { STOP_MS: "60000" },
  "becomes healthy": { HEALTH: "healthy@100" },
  "cannot start": { START_ERROR: "executable file not found" },
}

driverCases("simulated", async () => ({
  driver: createSimulatedDriver({ clock: eagerClock(), ids: testIds(), images: ["there"] }),
  image: "there",
  missingImage: "nowhere",
  network: { labels: { net: "1" }, ip: "10.0.0.9" },
  behaviour: (kind) => ({
    Env: Object.entries(scripts[kind]).map(([name, value]) => `ROADSTEAD_SIM_${name}=${value}`),
    ...(kind === "becomes healthy" && { Healthcheck: { Test: ["CMD", "true"] } }),
  }),
}))

test("nothing happens to a simulated container while its clock stands still", async () => {
  const clock = new TestClock()
  const driver = createSimulatedDriver({ clock, ids: testIds() })
  const id = await driver.create({
    name: "a",
    image: "i",
    config: { Env: ["ROADSTEAD_SIM_EXIT_AFTER_MS=500"] },
    hostConfig: {},
  })
  await driver.start(id)
  await clock.advance(499)
  assert.equal((await driver.inspect(id))?.status, "running")
  await clock.advance(1)
  assert.equal((await driver.inspect(id))?.status, "exited")
})

test("with a state file containers go on while nobody looks, and end when they should have", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "rs-sim-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = new TestClock()
  const began = clock.now()
  const open = () => createSimulatedDriver({ clock, ids: testIds(), store: worldFile(join(folder, "world.db")) })
  const first = open()
  const id = await first.create({
    name: "a",
    image: "i",
    config: { Env: ["ROADSTEAD_SIM_EXIT_AFTER_MS=500", "ROADSTEAD_SIM_EXIT_CODE=4"] },
    hostConfig: {},
  })
  await first.start(id)
  await first.close()
  await clock.advance(10_000)
  const second = open()
  await clock.settle()
  const state = await second.inspect(id)
  assert.deepEqual([state?.status, state?.exitCode, state?.finishedAt], ["exited", 4, began + 500])
})
