// Roadstead as an ordinary user in the engine's group: no root, no capability, the agent in a helper container.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { ordinaryUser } from "../support/ordinary-user.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const someone = ordinaryUser(engine, 61_101)

const data = join(someone.home, "data")
const up = () =>
  startUp(["--port", "4571", "--data", data, "--docker-host", `unix://${someone.socketPath}`], {
    as: { uid: someone.uid, gid: someone.gid },
    cwd: someone.home,
    env: someone.env,
  })
const roadstead = await up()
const user = fargateUser(roadstead.endpoint)
after(async () => {
  user.close()
  await roadstead.stop()
  docker.close()
  someone.remove()
})

test("a Fargate task of an ordinary user runs, apart from the others on the link network", async () => {
  const status = readFileSync(`/proc/${roadstead.process.pid}/status`, "utf8")
  assert.match(status, new RegExp(`^Uid:\\s+${someone.uid}\\s+${someone.uid}\\s`, "m"))
  assert.match(status, /^CapEff:\s+0+$/m)
  assert.match(status, /^CapPrm:\s+0+$/m)
  await user.createCluster()
  const arn = await user.start([shell("main", "trap 'exit 0' TERM; while true; do sleep 0.1; done")])
  await user.running(arn)
  assert.doesNotMatch(roadstead.printed.join("\n"), /could not be isolated|limited per container/)
  await user.stop(arn)
  await user.stopped(arn)
})
