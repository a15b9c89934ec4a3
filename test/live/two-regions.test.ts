// Every region has a default VPC with the same CIDR. The second one gets a machine of its own; tasks run in both.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, test } from "node:test"
import { delay } from "../../src/kernel/index.ts"
import { addressOf, engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const roadstead = await startUp([
  ...["--port", "0", "--data", join(engine.folder, "data"), "--docker-host", `unix://${engine.socketPath}`],
  ...["--log-format", "json", "--ephemeral"],
])
after(async () => {
  await roadstead.stop()
  docker.close()
})

test("tasks run in the default VPCs of two regions at once, each with its metadata, its logs and the APIs", async () => {
  const regions = ["us-east-1", "eu-west-1"] as const
  const found = []
  for (const region of regions) {
    const user = fargateUser(roadstead.endpoint, region)
    await user.createCluster()
    await user.createLogGroup("/live")
    const awslogs = { "awslogs-group": "/live", "awslogs-region": region, "awslogs-stream-prefix": "p" }
    const script = `wget -q -O - "$ECS_CONTAINER_METADATA_URI_V4/task" | grep -o '"AvailabilityZone":"[^"]*"'; wget -q -O - "$AWS_ENDPOINT_URL/_roadstead/health" | grep -o '"version"'; trap 'exit 0' TERM; while true; do sleep 0.1; done`
    const arn = await user.start([
      shell("main", script, { logConfiguration: { logDriver: "awslogs", options: awslogs } }),
    ])
    const task = await user.running(arn)
    found.push({ region, user, arn, address: addressOf(task) })
  }
  for (const { region, user, arn, address } of found) {
    assert.match(address, /^172\.31\./)
    assert.equal((await user.describe(arn)).lastStatus, "RUNNING")
    await user.until(arn, () => true)
    let lines: string[] = []
    const end = realClock.now() + 60_000
    while (lines.length < 2 && realClock.now() < end) {
      lines = await user.lines("/live", `p/main/${idOf(arn)}`)
      await delay(realClock, 50)
    }
    assert.deepEqual(lines, [`"AvailabilityZone":"${region}a"`, '"version"'])
    await user.stop(arn)
  }
  for (const { user, arn } of found) {
    assert.equal((await user.stopped(arn)).containers?.[0]?.exitCode, 0)
    user.close()
  }
})
