// EC2 instances for real: launched by RunInstances, joined by their user data, each with an engine and an address of its
// own; tasks and services on them, and what becomes of both when instances stop, end, or Roadstead is killed.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import {
  DescribeInstancesCommand,
  type Instance,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  type ContainerInstance,
  CreateServiceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, shell as shellOf } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { pageOf } from "../support/page.ts"
import { killAll } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const up = () =>
  startUp(["--port", "4570", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"])

let roadstead: RunningRoadstead = await up()
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
after(async () => {
  user.close()
  await roadstead.stop()
  if (existsSync(data)) await down(data)
  docker.close()
})

const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const over = realClock.now() + 90_000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (realClock.now() > over)
      throw new Error(`${what} did not come about:\n${roadstead.printed.slice(-30).join("\n")}`)
    await delay(realClock, 100)
  }
}

const userData = (lines: string) => Buffer.from(`#!/bin/bash\n${lines}\n`).toString("base64")

const launch = async (count: number, lines = "echo ECS_CLUSTER=default >> /etc/ecs/ecs.config"): Promise<string[]> => {
  const { Instances } = await user.ec2.send(
    new RunInstancesCommand({
      ImageId: "ami-0123456789abcdef0",
      InstanceType: "t3.small",
      MinCount: count,
      MaxCount: count,
      UserData: userData(lines),
    }),
  )
  return (Instances ?? []).map((one) => one.InstanceId ?? "")
}

const describeInstance = async (id: string): Promise<Instance> => {
  const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  return Reservations?.[0]?.Instances?.[0] ?? {}
}

const inState = (id: string, name: string) =>
  until(`${id} ${name}`, async () => {
    const found = await describeInstance(id)
    return found.State?.Name === name ? found : undefined
  })

const containerInstances = async (): Promise<ContainerInstance[]> => {
  const { containerInstanceArns } = await user.ecs.send(new ListContainerInstancesCommand({}))
  if (!containerInstanceArns?.length) return []
  const found = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
  )
  return found.containerInstances ?? []
}

const joined = (id: string): Promise<ContainerInstance> =>
  until(`${id} joins`, async () =>
    (await containerInstances()).find((one) => one.ec2InstanceId === id && one.agentConnected === true),
  )

const shell = (name: string, line: string, more: Partial<ContainerDefinition> = {}) =>
  shellOf(name, line, { memory: 32, stopTimeout: 2, ...more })
let families = 0
const register = async (containerDefinitions: ContainerDefinition[]): Promise<string> => {
  families += 1
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({ family: `instances-${families}`, containerDefinitions }),
  )
  return taskDefinition?.taskDefinitionArn ?? ""
}

const page = "mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"

let ids: readonly string[] = []

describe("two instances by RunInstances", () => {
  test("run with addresses of their subnets, and join the cluster that their user data names", async () => {
    ids = await launch(2)
    for (const id of ids) {
      const instance = await inState(id, "running")
      assert.match(instance.PrivateIpAddress ?? "", /^172\.31\./)
      const member = await joined(id)
      const attribute = (name: string) => member.attributes?.find((one) => one.name === name)?.value
      assert.equal(attribute("ecs.instance-type"), "t3.small")
      assert.equal(attribute("ecs.availability-zone"), instance.Placement?.AvailabilityZone)
      assert.equal(attribute("ecs.subnet-id"), instance.SubnetId)
      const sizes = new Map(member.registeredResources?.map((r) => [r.name, r.integerValue]))
      assert.deepEqual([sizes.get("CPU"), sizes.get("MEMORY")], [2048, 2048])
    }
  })

  test("run a task in bridge mode whose port answers on the instance's address", async () => {
    const definition = await register([shell("web", page, { portMappings: [{ containerPort: 80 }] })])
    const member = await joined(ids[0] ?? "")
    const { tasks } = await user.ecs.send(
      new StartTaskCommand({ taskDefinition: definition, containerInstances: [member.containerInstanceArn ?? ""] }),
    )
    const task = await user.running(tasks?.[0]?.taskArn ?? "")
    const port = task.containers?.[0]?.networkBindings?.[0]?.hostPort
    const { PrivateIpAddress } = await describeInstance(ids[0] ?? "")
    await pageOf(`http://${PrivateIpAddress}:${port}/`)
    await user.stop(task.taskArn ?? "")
    await user.stopped(task.taskArn ?? "")
  })

  test("each give the same static host port to a task of their own, and a task on one reaches the other", async () => {
    const definition = await register([shell("web", page, { portMappings: [{ containerPort: 80, hostPort: 8080 }] })])
    const members = await Promise.all(ids.map(joined))
    const { tasks } = await user.ecs.send(
      new StartTaskCommand({
        taskDefinition: definition,
        containerInstances: members.map((one) => one.containerInstanceArn ?? ""),
      }),
    )
    const running = await Promise.all((tasks ?? []).map((task) => user.running(task.taskArn ?? "")))
    const names = new Set<string>()
    for (const id of ids) {
      const { PrivateIpAddress } = await describeInstance(id)
      names.add(await pageOf(`http://${PrivateIpAddress}:8080/`))
    }
    assert.equal(names.size, 2)
    const [here, there] = ids
    const { PrivateIpAddress: far } = await describeInstance(there ?? "")
    const client = await register([
      shell("client", `wget -q -O - http://${far}:8080/ && wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task`),
    ])
    const member = members.find((one) => one.ec2InstanceId === here)
    const asked = await user.ecs.send(
      new StartTaskCommand({ taskDefinition: client, containerInstances: [member?.containerInstanceArn ?? ""] }),
    )
    const over = await user.stopped(asked.tasks?.[0]?.taskArn ?? "")
    assert.equal(over.containers?.[0]?.exitCode, 0)
    for (const { taskArn } of running) await user.stop(taskArn ?? "")
    await Promise.all(running.map(({ taskArn }) => user.stopped(taskArn ?? "")))
  })
})

describe("a service over two instances", () => {
  const serviceTasks = async (): Promise<Task[]> => {
    const { taskArns } = await user.ecs.send(new ListTasksCommand({ serviceName: "web" }))
    return Promise.all((taskArns ?? []).map(user.describe))
  }
  /** One running task on each of these instances, each answering on its instance's address. */
  const servedBy = (on: readonly string[]) =>
    until(`the service on ${on.join(" ")}`, async () => {
      const members = new Map((await containerInstances()).map((one) => [one.containerInstanceArn, one.ec2InstanceId]))
      const tasks = (await serviceTasks()).filter((task) => task.lastStatus === "RUNNING")
      const places = tasks.map((task) => members.get(task.containerInstanceArn) ?? "")
      if (tasks.length !== 2 || !on.every((id) => places.includes(id)) || !places.every((id) => on.includes(id))) return
      for (const [i, task] of tasks.entries()) {
        const { PrivateIpAddress } = await describeInstance(places[i] ?? "")
        const port = task.containers?.[0]?.networkBindings?.[0]?.hostPort
        await pageOf(`http://${PrivateIpAddress}:${port}/`)
      }
      return tasks
    })

  const twoRun = () =>
    until("two running tasks", async () => {
      const tasks = (await serviceTasks()).filter((task) => task.lastStatus === "RUNNING")
      return tasks.length === 2 ? tasks : undefined
    })

  test("has a task with a dynamic host port on each", async () => {
    const taskDefinition = await register([shell("web", page, { portMappings: [{ containerPort: 80 }] })])
    await user.ecs.send(
      new CreateServiceCommand({
        serviceName: "web",
        taskDefinition,
        desiredCount: 2,
        launchType: "EC2",
        placementStrategy: [{ type: "spread", field: "instanceId" }],
      }),
    )
    await servedBy(ids)
  })

  test("goes on, with the same containers, when all of Roadstead is killed and started again", async () => {
    const runtimeIds = (tasks: readonly Task[]) => tasks.map((task) => task.containers?.[0]?.runtimeId).toSorted()
    const before = await servedBy(ids)
    await killAll(roadstead)
    roadstead = await up()
    await Promise.all(ids.map(joined))
    for (const id of ids) await inState(id, "running")
    assert.deepEqual(runtimeIds(await servedBy(ids)), runtimeIds(before))
  })

  test("has two tasks again after an instance was rebooted, and after it was stopped and started", async () => {
    const [first = ""] = ids
    const member = await joined(first)
    await user.ec2.send(new RebootInstancesCommand({ InstanceIds: [first] }))
    await until("the agent goes", async () => {
      const found = (await containerInstances()).find((one) => one.ec2InstanceId === first)
      return found?.agentConnected === false ? found : undefined
    })
    assert.equal((await joined(first)).containerInstanceArn, member.containerInstanceArn)
    await twoRun()

    await user.ec2.send(new StopInstancesCommand({ InstanceIds: [first] }))
    const stopped = await inState(first, "stopped")
    assert.equal(stopped.StateReason?.Code, "Client.UserInitiatedShutdown")
    // It stays registered, as on AWS.
    const asleep = (await containerInstances()).find((one) => one.ec2InstanceId === first)
    assert.deepEqual([asleep?.status, asleep?.agentConnected], ["ACTIVE", false])
    await user.ec2.send(new StartInstancesCommand({ InstanceIds: [first] }))
    await inState(first, "running")
    assert.equal((await joined(first)).containerInstanceArn, member.containerInstanceArn)
    await twoRun()
  })

  test("moves to the other when one is terminated, and nothing of that one is left", async () => {
    const [first = "", second = ""] = ids
    const lost = (await containerInstances()).find((one) => one.ec2InstanceId === first)
    const sleeper = await register([shell("sleeper", "trap 'exit 0' TERM; while true; do sleep 0.1; done")])
    const on = [lost?.containerInstanceArn ?? ""]
    const alone = await user.ecs.send(new StartTaskCommand({ taskDefinition: sleeper, containerInstances: on }))
    await user.running(alone.tasks?.[0]?.taskArn ?? "")
    const { taskArns } = await user.ecs.send(
      new ListTasksCommand({ containerInstance: lost?.containerInstanceArn ?? "" }),
    )
    await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: [first] }))
    const terminated = await inState(first, "terminated")
    assert.equal(terminated.PrivateIpAddress, undefined)
    for (const arn of taskArns ?? []) {
      const task = await user.stopped(arn)
      assert.deepEqual(
        [task.stopCode, task.stoppedReason],
        ["TerminationNotice", `Host EC2 (instance ${first}) terminated.`],
      )
    }
    assert.deepEqual(
      (await containerInstances()).map((one) => one.ec2InstanceId),
      [second],
    )
    await servedBy([second])
  })
})

test("`down` leaves no process, namespace, device or control group of an instance", async () => {
  const owner = readFileSync(join(data, "id"), "utf8").trim()
  const group = `roadstead-${createHash("sha256").update(owner).digest("hex").slice(0, 10)}`
  const devices = () => execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).match(/rsi-[0-9a-f]{10}/g) ?? []
  assert.equal(devices().length, 1)
  await roadstead.stop()
  assert.equal(await down(data), 0)
  const processes = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
  assert.equal(processes.includes(`/run/roadstead/${owner}/`), false)
  assert.deepEqual(devices(), [])
  const groups = ["memory", "cpu", ""].map((tree) => join("/sys/fs/cgroup", tree, group))
  assert.deepEqual(groups.filter(existsSync), [])
  assert.equal(existsSync(data), false)
})
