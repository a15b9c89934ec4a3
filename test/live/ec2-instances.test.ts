// EC2 instances for real: launched by RunInstances, joined by their user data, each with an engine and an address of its
// own; tasks and services on them, and what becomes of both when instances stop, end, or Roadstead is killed.
import assert from "node:assert/strict"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import {
  DescribeInstancesCommand,
  type Instance,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, shell as shellOf } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const up = () =>
  startUp(["--port", "4570", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"])

const roadstead: RunningRoadstead = await up()
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
after(async () => {
  user.close()
  await roadstead.stop()
  await down(data)
  docker.close()
})

const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  const over = realClock.now() + 30_000
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
    assert.equal((await fetch(`http://${PrivateIpAddress}:${port}/`)).status, 200)
    await user.stop(task.taskArn ?? "")
    await user.stopped(task.taskArn ?? "")
  })

  test("are gone when they are terminated, with their container instances", async () => {
    await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }))
    for (const id of ids) await inState(id, "terminated")
    assert.deepEqual(await containerInstances(), [])
  })
})
