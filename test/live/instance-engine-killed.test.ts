// The engine of an EC2 instance killed under its agent: containers run on, the engine is started again, the agent finds it,
// and a service loses and doubles nothing.
import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2"
import {
  CreateServiceCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { down, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const roadstead = await startUp([
  "--port",
  "4570",
  "--data",
  data,
  "--docker-host",
  `unix://${engine.socketPath}`,
  "--log-format",
  "json",
])
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
after(async () => {
  user.close()
  await roadstead.stop()
  await down(data)
  docker.close()
})

const until = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  const over = realClock.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (realClock.now() > over)
      throw new Error(`${what} did not come about:\n${roadstead.printed.slice(-30).join("\n")}`)
    await delay(realClock, 100)
  }
}

/** The engine's process of the one instance, by the folder that it works in. */
const enginePid = (): number | undefined => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
      const isDaemon = words.some((word) => /(^|\/)dockerd$/.test(word))
      if (isDaemon && words.some((word) => word.startsWith(`--data-root=${data}/`))) return Number(pid)
    } catch {
      // It has ended since the folder was read.
    }
  }
  return undefined
}

const member = () =>
  until("the instance joins", async () => {
    const { containerInstanceArns } = await user.ecs.send(new ListContainerInstancesCommand({}))
    if (!containerInstanceArns?.length) return undefined
    const { containerInstances } = await user.ecs.send(
      new DescribeContainerInstancesCommand({
        containerInstances: containerInstanceArns,
        include: ["CONTAINER_INSTANCE_HEALTH"],
      }),
    )
    return containerInstances?.find((one) => one.agentConnected)
  })

const steady = (count: number) =>
  until(`${count} tasks run`, async () => {
    const { services } = await user.ecs.send(new DescribeServicesCommand({ services: ["web"] }))
    const service = services?.[0]
    return service?.runningCount === count && service.pendingCount === 0 ? service : undefined
  })

const runtimes = async (): Promise<Map<string, string | undefined>> => {
  const { taskArns } = await user.ecs.send(new ListTasksCommand({ serviceName: "web" }))
  const tasks = await Promise.all((taskArns ?? []).map((arn) => user.describe(arn)))
  return new Map(tasks.map((task) => [task.taskArn ?? "", task.containers?.[0]?.runtimeId]))
}

test("a dockerd that is killed under its agent costs no task, and the next ones start on the engine that came after it", async () => {
  const { Instances } = await user.ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: "ami-0123456789abcdef0", InstanceType: "t3.small", MinCount: 1, MaxCount: 1 },
      UserData: Buffer.from("#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config\n").toString("base64"),
    }),
  )
  const id = Instances?.[0]?.InstanceId ?? ""
  await member()
  await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: "web",
      containerDefinitions: [shell("app", "exec sleep 3600", { memory: 32, stopTimeout: 2 })],
    }),
  )
  await user.ecs.send(new CreateServiceCommand({ serviceName: "web", taskDefinition: "web", desiredCount: 2 }))
  await steady(2)
  const before = await runtimes()

  const killed = enginePid() ?? assert.fail("the instance has no engine")
  process.kill(killed, "SIGKILL")
  const next = await until("another engine", () => {
    const pid = enginePid()
    return pid === killed ? undefined : pid
  })
  assert.notEqual(next, killed)
  // Tasks can be started there again, and those that ran are the same.
  await user.ecs.send(new UpdateServiceCommand({ service: "web", desiredCount: 3 }))
  await steady(3)
  const now = await runtimes()
  for (const [arn, runtimeId] of before) assert.equal(now.get(arn), runtimeId)
  assert.equal(now.size, 3)

  await user.ecs.send(new UpdateServiceCommand({ service: "web", desiredCount: 0 }))
  await steady(0)
  await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
})
