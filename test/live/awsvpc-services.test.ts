// Services in awsvpc mode on EC2 instances for real, and an instance in a VPC whose addresses are taken on this machine.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  RebootInstancesCommand,
  type Subnet,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import { CreateServiceCommand, DeleteServiceCommand, ListTasksCommand, type Task } from "@aws-sdk/client-ecs"
import { addressOf, engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { ask, instanceUser } from "../support/live-instances.ts"
import { withEngine } from "../support/namespace.ts"
import { down, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const roadstead = await startUp([
  ...["--port", "4574", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"],
])
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
const { until, page, launch, joined, agentGone, define } = instanceUser(user, () => roadstead.printed)
after(async () => {
  user.close()
  await roadstead.stop()
  if (existsSync(data)) await down(data)
  docker.close()
})

const { Subnets } = await user.ec2.send(new DescribeSubnetsCommand({}))
const [home] = Subnets as [Subnet]
const network = { awsvpcConfiguration: { subnets: [home.SubnetId ?? ""] } }
const ids = (await launch({ MinCount: 2, MaxCount: 2, SubnetId: home.SubnetId })) as [string, string]
const [here, there] = [await joined(ids[0]), await joined(ids[1])]
const serve = "mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"
const web = await define([shell("web", serve, { memory: 32, portMappings: [{ containerPort: 80 }], stopTimeout: 2 })])

describe("services in awsvpc mode on two instances", () => {
  const tasksOf = async (serviceName: string): Promise<Task[]> => {
    const { taskArns = [] } = await user.ecs.send(new ListTasksCommand({ serviceName }))
    return Promise.all(taskArns.map(user.describe))
  }
  /** One running task on each of these, whose address answers. */
  const serves = (serviceName: string, on: readonly string[]) =>
    until(`${serviceName} on ${on.length} instances`, async () => {
      const tasks = (await tasksOf(serviceName)).filter((task) => task.lastStatus === "RUNNING")
      const places = tasks.map((task) => task.containerInstanceArn ?? "")
      if (tasks.length !== on.length || !on.every((arn) => places.includes(arn))) return
      for (const task of tasks) await page(`http://${addressOf(task)}/`)
      return tasks
    })
  const create = (serviceName: string, more: object) =>
    user.ecs.send(
      new CreateServiceCommand({
        serviceName,
        taskDefinition: web,
        launchType: "EC2",
        networkConfiguration: network,
        ...more,
      }),
    )

  test("a REPLICA and a DAEMON have a task with an address on each", async () => {
    await create("replica", { desiredCount: 2, placementStrategy: [{ type: "spread", field: "instanceId" }] })
    await create("daemon", { schedulingStrategy: "DAEMON" })
    await Promise.all([serves("replica", [here, there]), serves("daemon", [here, there])])
    await user.ecs.send(new DeleteServiceCommand({ service: "daemon", force: true }))
  })

  test("a REPLICA is whole again after an instance was rebooted, and leaves one that is terminated", async () => {
    await user.ec2.send(new RebootInstancesCommand({ InstanceIds: [ids[0]] }))
    await agentGone(ids[0])
    await joined(ids[0])
    await until("two running tasks", async () => {
      const running = (await tasksOf("replica")).filter((task) => task.lastStatus === "RUNNING")
      return running.length === 2 || undefined
    })
    const gone = (await tasksOf("replica")).find((task) => task.containerInstanceArn === there)
    await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: [ids[1]] }))
    const over = await user.stopped(gone?.taskArn ?? "")
    assert.equal(over.stopCode, "TerminationNotice")
    await serves("replica", [here, here])
    const { NetworkInterfaces } = await user.ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters: [{ Name: "private-ip-address", Values: [addressOf(over)] }] }),
    )
    assert.deepEqual(NetworkInterfaces, [])
  })
})

test("one in a VPC whose addresses are taken on this machine has its metadata and the APIs too", async () => {
  const far = fargateUser(roadstead.endpoint, "eu-west-1")
  try {
    await far.createCluster()
    const { Subnets: others } = await far.ec2.send(new DescribeSubnetsCommand({}))
    const [subnet] = others as [Subnet]
    const there = instanceUser(far, () => roadstead.printed)
    const [id = ""] = await there.launch({ SubnetId: subnet.SubnetId })
    const line = ask("$ECS_CONTAINER_METADATA_URI_V4", "$AWS_ENDPOINT_URL/_roadstead/health")
    const definition = await there.define([shell("main", line, { memory: 32 })])
    const arn = await there.start(definition, await there.joined(id), {
      awsvpcConfiguration: { subnets: [subnet.SubnetId ?? ""] },
    })
    const over = await far.stopped(arn)
    assert.deepEqual([over.containers?.[0]?.exitCode, over.stoppedReason], [0, "Essential container in task exited"])
  } finally {
    far.close()
  }
})
