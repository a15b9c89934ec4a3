// Container logs of tasks on a container instance: streams of CloudWatch Logs, Docker's own drivers, and what AWS says
// when a log configuration cannot work there.
import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { type LogConfiguration, RegisterTaskDefinitionCommand, RunTaskCommand, type Task } from "@aws-sdk/client-ecs"
import type { Agent } from "../../src/agent/index.ts"
import { fargateUser, idOf, shell } from "../support/live-fargate.ts"
import { joinInstance } from "../support/live-instance.ts"
import { withEngine } from "../support/namespace.ts"
import { prepareHost } from "../support/task-host.ts"
import { type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename, { bridge: "172.17.0.1/16" })
const { docker } = await prepareHost(engine.socketPath)
let roadstead: RunningRoadstead
let agent: Agent
let user: ReturnType<typeof fargateUser>

before(async () => {
  const data = join(engine.folder, "data")
  roadstead = await startUp(["--port", "0", "--data", data, "--engine", "simulated", "--allow-host-access"])
  user = fargateUser(roadstead.endpoint)
  await user.createCluster()
  const { endpoint } = roadstead
  agent = await joinInstance({ endpoint, engine, folder: join(engine.folder, "agent") })
})
after(async () => {
  user?.close()
  await agent?.close()
  await roadstead?.stop()
  docker.close()
})

let families = 0
/** Runs a line of shell with a log configuration until its task has stopped. */
const ended = async (line: string, logConfiguration: LogConfiguration): Promise<Task> => {
  families += 1
  const main = shell("main", line, { image: "busybox:test", memory: 32, logConfiguration })
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `logs-${families}`,
      containerDefinitions: [main],
      networkMode: "none",
      executionRoleArn: "arn:aws:iam::000000000000:role/execution",
    }),
  )
  const { tasks, failures } = await user.ecs.send(
    new RunTaskCommand({ taskDefinition: taskDefinition?.taskDefinitionArn, launchType: "EC2" }),
  )
  assert.deepEqual(failures, [])
  return user.stopped(tasks?.[0]?.taskArn ?? "")
}
const awslogs = (options: Record<string, string>): LogConfiguration => ({
  logDriver: "awslogs",
  options: { "awslogs-group": "/instance", "awslogs-region": "us-east-1", ...options },
})

test("a container without a prefix logs to a stream of its own id, one with a prefix to the task's", async () => {
  await user.createLogGroup("/instance")
  const own = await ended("seq 1 3", awslogs({ mode: "blocking" }))
  assert.equal(own.containers?.[0]?.exitCode, 0, own.containers?.[0]?.reason)
  assert.deepEqual(await user.lines("/instance", own.containers?.[0]?.runtimeId ?? ""), ["1", "2", "3"])
  const prefixed = await ended(
    "printf 'S a\\n b\\nS c\\n'",
    awslogs({ "awslogs-stream-prefix": "p", "awslogs-multiline-pattern": "^S" }),
  )
  assert.deepEqual(await user.lines("/instance", `p/main/${idOf(prefixed.taskArn ?? "")}`), ["S a\n b\n", "S c\n"])
})

test("a missing group fails the container when it starts, and the task with it", async () => {
  const task = await ended("true", awslogs({ "awslogs-group": "/nowhere" }))
  assert.equal(
    task.containers?.[0]?.reason,
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
  )
  assert.deepEqual([task.stopCode, task.stoppedReason], ["TaskFailedToStart", "Task failed to start"])
})

test("a driver of Docker's gets the lines, and its refusals are the container's reason", async (t) => {
  let heard = (_: string) => {}
  const line = new Promise<string>((resolve) => {
    heard = resolve
  })
  const server = createServer((socket) => socket.on("data", (data) => heard(data.toString()))).listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(() => server.close())
  const address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  await ended("echo to syslog", { logDriver: "syslog", options: { "syslog-address": address } })
  assert.match(await line, /to syslog/)
  const refused = await ended("true", { logDriver: "gelf", options: {} })
  assert.match(
    refused.containers?.[0]?.reason ?? "",
    /^Cannot(Create|Start)ContainerError: Error response from daemon: .*gelf/,
  )
})
