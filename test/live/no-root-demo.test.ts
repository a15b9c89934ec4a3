// The demo as an ordinary user in the engine's group: what can be made without root is done, and the rest says why not.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { engineWithImage } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { ordinaryUser, runAs } from "../support/ordinary-user.ts"
import { namesOfOurs } from "../support/ours.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const root = join(import.meta.dirname, "../..")
const someone = ordinaryUser(engine, 61_103)
after(() => {
  docker.close()
  someone.remove()
})

const cli = join(root, "src/main/cli.ts")

test("the simulated demo is complete for an ordinary user, without a temporary folder of the session", async () => {
  const env = { XDG_RUNTIME_DIR: undefined }
  const demo = await runAs(someone, [process.execPath, cli, "demo", "--engine", "simulated"], env)
  assert.equal(demo.code, 0, demo.printed)
  assert.match(demo.printed, /^The demo is complete \(SIMULATED\): /m)
})

test("the demo is complete for an ordinary user", async () => {
  const demo = await runAs(someone, ["npm", "run", "demo", "--silent"], {}, root)
  assert.equal(demo.code, 0, demo.printed)
  // EC2 instances are made by root only, and each of their steps says so.
  assert.match(demo.printed, /skip {2}start two EC2 instances.*\n.*only as root/)
  assert.match(demo.printed, /^The demo is complete but for 15 steps: /m)
  assert.deepEqual(await namesOfOurs(docker), [])
})
