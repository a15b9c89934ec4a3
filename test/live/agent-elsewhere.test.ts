// `roadstead agent` on a host of its own: a control plane in another network namespace, reached over a veth with
// `--auth strict`, and an engine here. Only an endpoint, a cluster and a key are given.
import assert from "node:assert/strict"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { DescribeContainerInstancesCommand, RegisterTaskDefinitionCommand, RunTaskCommand } from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { run } from "../../src/machines/commands.ts"
import { inside, makeNamespace, openRecord, recordPath } from "../../src/machines/index.ts"
import { readRootKey } from "../../src/main/root-key.ts"
import { startAgentCommand } from "../support/agent-command.ts"
import { engineWithImage, fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { killAll } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename, { bridge: "172.17.0.1/16" })
const docker = await engineWithImage(engine.socketPath)

/** The other host: a namespace at the end of a cable. */
const address = "10.99.0.1"
const there = `rscp-${process.pid}`
const made = join(engine.folder, "n")
mkdirSync(made, { recursive: true })
await makeNamespace(openRecord(recordPath(made)), there)
await run("ip", ["link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", there])
await run("ip", ["addr", "add", "10.99.0.2/24", "dev", "cable"])
await run("ip", ["link", "set", "cable", "up"])
const [program, words] = inside(there, "ip", ["addr", "add", `${address}/24`, "dev", "cable"])
await run(program, words)
for (const device of ["lo", "cable"]) {
  const [command, args] = inside(there, "ip", ["link", "set", device, "up"])
  await run(command, args)
}

const data = join(engine.folder, "data")
const source = fileURLToPath(new URL("../../src/main/cli.ts", import.meta.url))
const [nsenter, entered] = inside(there, process.execPath, [source, "up"])
const up = () =>
  startUp(
    [
      ...["--port", "4570", "--host", address, "--auth", "strict", "--insecure-plaintext"],
      ...["--data", data, "--engine", "simulated"],
    ],
    { terminal: [nsenter, ...entered] },
  )
let roadstead = await up()
const key = readRootKey({ data }) ?? { accessKeyId: "", secretAccessKey: "" }
const user = fargateUser(roadstead.endpoint, "us-east-1", "000000000000", key)
await user.createCluster()
await user.createLogGroup("/elsewhere")

const joinHost = (more: readonly string[] = [], folder = "agent") =>
  startAgentCommand(
    [
      ...["--endpoint", roadstead.endpoint, "--cluster", "default", "--data", join(engine.folder, folder)],
      ...["--docker-host", `unix://${engine.socketPath}`, ...more],
    ],
    { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
  )
let agent = await joinHost(["--name", "lighthouse", "--attributes", "rack=b2,ssd"])
after(async () => {
  user.close()
  await agent.stop("SIGKILL")
  await roadstead.stop()
  docker.close()
})

const instance = async () => {
  const { containerInstances } = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: [agent.containerInstanceArn] }),
  )
  return containerInstances?.[0]
}

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  const over = realClock.now() + 60_000
  while (!(await holds().catch(() => false))) {
    assert.ok(realClock.now() < over, `it did not come about: ${what}`)
    await delay(realClock, 100)
  }
}

const connected = async () => (await instance())?.agentConnected === true

let taskArn = ""

test("a host joins with an endpoint, a cluster and a key, and carries the attributes that it was given", async () => {
  const own = await instance()
  assert.equal(own?.agentConnected, true)
  const attributes = new Map(own?.attributes?.map(({ name, value }) => [name, value]))
  assert.deepEqual(
    ["roadstead.name", "rack", "ssd"].map((name) => attributes.get(name)),
    ["lighthouse", "b2", ""],
  )
})

test("a task runs there: metadata and the APIs answer inside, and its logs arrive", async () => {
  const line = [
    'wget -q -O - "$ECS_CONTAINER_METADATA_URI_V4/task" | grep -o \'"TaskARN":"[^"]*"\'',
    'wget -q -O - "$AWS_ENDPOINT_URL/_roadstead/health" | grep -o \'"auth":"[a-z]*"\\|"status":"[a-z]*"\' | head -n 1',
    "echo $AWS_ENDPOINT_URL",
    "trap 'exit 0' TERM; while true; do sleep 0.1; done",
  ].join("; ")
  const options = { "awslogs-group": "/elsewhere", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" }
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "elsewhere",
      containerDefinitions: [shell("main", line, { memory: 32, logConfiguration: { logDriver: "awslogs", options } })],
    }),
  )
  const { tasks, failures } = await user.ecs.send(
    new RunTaskCommand({ taskDefinition: taskDefinition?.taskDefinitionArn, launchType: "EC2" }),
  )
  assert.deepEqual(failures, [])
  taskArn = tasks?.[0]?.taskArn ?? ""
  const task = await user.running(taskArn)
  assert.equal(task.containerInstanceArn, agent.containerInstanceArn)
  let lines: string[] = []
  await until("three lines of log", async () => {
    lines = await user.lines("/elsewhere", `p/main/${idOf(taskArn)}`)
    return lines.length >= 3
  })
  assert.equal(lines[0], `"TaskARN":"${taskArn}"`)
  assert.match(lines[1] ?? "", /"status"/)
  assert.equal(lines[2], roadstead.endpoint)
})

test("a second agent on the same folder is refused with code 2, and so is down", async () => {
  await assert.rejects(joinHost(), /ended with 2:/)
  const down = run(process.execPath, [source, "down", "--data", join(engine.folder, "agent")])
  await assert.rejects(down, /roadstead agent is running on/)
})

test("an agent that was killed finds its task again", async () => {
  const before = (await user.describe(taskArn)).containers?.[0]?.runtimeId
  await agent.stop("SIGKILL")
  await until("the instance is not connected", async () => !(await connected()))
  const again = await joinHost()
  assert.equal(again.containerInstanceArn, agent.containerInstanceArn)
  agent = again
  await until("the instance is connected", connected)
  const task = await user.describe(taskArn)
  assert.deepEqual([task.lastStatus, task.containers?.[0]?.runtimeId], ["RUNNING", before])
})

test("an agent whose control plane was killed comes back to it, and its task can be stopped", async () => {
  await killAll(roadstead)
  roadstead = await up()
  await until("the instance is connected", connected)
  assert.equal((await user.describe(taskArn)).lastStatus, "RUNNING")
  await user.stop(taskArn)
  const stopped = await user.stopped(taskArn)
  assert.deepEqual([stopped.stopCode, stopped.containers?.[0]?.exitCode], ["UserInitiated", 0])
})

test("Ctrl-C ends the agent with code 0 and gives back the address of metadata", async () => {
  assert.match(await run("ip", ["-o", "addr", "show", "dev", "lo"]), /169\.254\.170\.2/)
  assert.equal(await agent.stop(), 0)
  assert.doesNotMatch(await run("ip", ["-o", "addr", "show", "dev", "lo"]), /169\.254\.170\.2/)
})
