// Tasks in awsvpc mode on EC2 instances for real: each has an address of its own in the subnet that was asked for, which
// answers from the host, from tasks on the same instance, on another one and on Fargate, and from the instance itself.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  type NetworkInterface,
  RebootInstancesCommand,
  RunInstancesCommand,
  type Subnet,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import {
  type ContainerDefinition,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StartTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import { delay } from "../../src/kernel/index.ts"
import { addressOf, engineWithImage, fargateUser, idOf, shell as shellOf } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { killAll } from "../support/processes.ts"
import { realClock } from "../support/real-clock.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const up = () =>
  startUp(["--port", "4574", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"])

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

const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const [home, elsewhere] = Subnets as [Subnet, Subnet]
assert.notEqual(home.AvailabilityZone, elsewhere.AvailabilityZone)
const inside = (...subnets: Subnet[]) => ({
  awsvpcConfiguration: { subnets: subnets.map((subnet) => subnet.SubnetId ?? "") },
})

/** Instances of this type have three interfaces: two for tasks. */
const launched = await user.ec2.send(
  new RunInstancesCommand({
    ImageId: "ami-0123456789abcdef0",
    InstanceType: "t3.small",
    MinCount: 2,
    MaxCount: 2,
    ...(home.SubnetId && { SubnetId: home.SubnetId }),
  }),
)
const ids = (launched.Instances ?? []).map((one) => one.InstanceId ?? "") as [string, string]
const privateAddress = async (id: string): Promise<string> => {
  const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  return Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress ?? ""
}

const members = async () => {
  const { containerInstanceArns = [] } = await user.ecs.send(new ListContainerInstancesCommand({}))
  if (containerInstanceArns.length === 0) return []
  const found = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
  )
  return found.containerInstances ?? []
}
const joined = (id: string): Promise<string> =>
  until(`${id} joins`, async () => {
    const found = (await members()).find((one) => one.ec2InstanceId === id && one.agentConnected === true)
    return found?.containerInstanceArn
  })
const [here, there] = [await joined(ids[0]), await joined(ids[1])]

await user.createLogGroup("said")
const shell = (name: string, line: string, more: Partial<ContainerDefinition> = {}) =>
  shellOf(name, line, {
    memory: 32,
    stopTimeout: 2,
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": "said", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "it" },
    },
    ...more,
  })
const onInstances = (
  containers: ContainerDefinition[],
  networkMode: RegisterTaskDefinitionCommandInput["networkMode"] = "awsvpc",
) =>
  user.register(containers, {
    networkMode,
    requiresCompatibilities: ["EC2"],
    cpu: undefined,
    memory: undefined,
    executionRoleArn: undefined,
  })
const start = async (taskDefinition: string, on: string, network?: ReturnType<typeof inside>): Promise<string> => {
  const { tasks, failures } = await user.ecs.send(
    new StartTaskCommand({ taskDefinition, containerInstances: [on], networkConfiguration: network }),
  )
  assert.deepEqual(failures, [])
  return tasks?.[0]?.taskArn ?? ""
}
const end = async (...arns: string[]): Promise<void> => {
  for (const arn of arns) await user.stop(arn)
  await Promise.all(arns.map(user.stopped))
}

const serve = "mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"
const web = await onInstances([shell("web", serve, { portMappings: [{ containerPort: 80 }] })])
/** Asks each of these; its exit code is the number of the first that did not answer. */
const ask = (...urls: string[]) =>
  urls.map((url, i) => `wget -O - ${url} || { echo no ${url}; exit ${i + 1}; }`).join("\n")
const succeeds = async (taskArn: string): Promise<void> => {
  const task = await user.stopped(taskArn)
  const [container] = task.containers ?? []
  if (container?.exitCode === 0) return
  const lines = await user.lines("said", `it/${container?.name}/${idOf(taskArn)}`)
  assert.fail(`${task.stoppedReason}; exit code ${container?.exitCode}:\n${lines.join("\n")}`)
}

const interfaceOf = async (task: Task): Promise<NetworkInterface | undefined> => {
  const { NetworkInterfaces } = await user.ec2.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [{ Name: "private-ip-address", Values: [addressOf(task)] }],
    }),
  )
  return NetworkInterfaces?.[0]
}

describe("tasks in awsvpc mode on two instances", () => {
  let near: Task
  let far: Task

  test("have addresses of their subnet that answer from the host, and interfaces on their instances", async () => {
    const arns = [await start(web, here, inside(elsewhere, home)), await start(web, there, inside(home))]
    ;[near, far] = (await Promise.all(arns.map(user.running))) as [Task, Task]
    for (const [task, id] of [
      [near, ids[0]],
      [far, ids[1]],
    ] as const) {
      const address = addressOf(task)
      assert.equal((await fetch(`http://${address}/`)).status, 200)
      const [attachment] = task.attachments ?? []
      assert.deepEqual([attachment?.type, attachment?.status], ["ElasticNetworkInterface", "ATTACHED"])
      assert.equal(attachment?.details?.find(({ name }) => name === "subnetId")?.value, home.SubnetId)
      assert.deepEqual(task.containers?.[0]?.networkInterfaces, [
        { attachmentId: attachment?.id, privateIpv4Address: address },
      ])
      assert.deepEqual(task.containers?.[0]?.networkBindings, [])
      const shown = await interfaceOf(task)
      assert.deepEqual(
        [shown?.SubnetId, shown?.Status, shown?.Attachment?.InstanceId, shown?.Attachment?.DeviceIndex],
        [home.SubnetId, "in-use", id, 1],
      )
    }
  })

  test("reach each other on one instance and across, a task on Fargate, their instance, names, the APIs and metadata", async () => {
    const fargate = await user.register([shellOf("web", serve)])
    const [fargateArn = ""] = await user.run(fargate)
    const published = shell("web", serve, { portMappings: [{ containerPort: 80, hostPort: 8080 }] })
    const bridged = await start(await onInstances([published], "bridge"), here)
    const [onFargate] = await Promise.all([user.running(fargateArn), user.running(bridged)])
    const name = near.attachments?.[0]?.details?.find((one) => one.name === "privateDnsName")?.value
    const all = [near, far, onFargate].map((task) => `http://${addressOf(task)}/`)
    const line = [
      ask(
        ...all,
        `http://${await privateAddress(ids[0])}:8080/`,
        "$AWS_ENDPOINT_URL/_roadstead/health",
        "$ECS_CONTAINER_METADATA_URI_V4",
      ),
      // What the metadata says of the network is what the control plane said.
      `wget -q -O - $ECS_CONTAINER_METADATA_URI_V4 | grep -q '"IPv4SubnetCIDRBlock":"${home.CidrBlock}"' || exit 20`,
      `nslookup ${name} | grep -q "Address.*${addressOf(near)}" || exit 22`,
      // Nobody but its own addresses is on its devices, and the way out is the VPC's.
      "ip route | grep -q '^default via 172.31.0.1 dev eth0' || exit 21",
    ].join("\n")
    const client = await onInstances([shell("client", line)])
    await succeeds(await start(client, here, inside(home)))

    // And the other way round: from Fargate, from the instance in host mode, and from behind the instance's bridge.
    const tasks = ask(`http://${addressOf(near)}/`, `http://${addressOf(far)}/`)
    const [asking = ""] = await user.run(await user.register([shellOf("client", tasks)]))
    await succeeds(asking)
    for (const mode of ["host", "bridge"] as const) {
      await succeeds(await start(await onInstances([shell("client", tasks)], mode), here))
    }
    await end(fargateArn, bridged)
  })

  test("go on, with their containers and addresses, when all of Roadstead is killed and started again", async () => {
    await killAll(roadstead)
    roadstead = await up()
    await Promise.all(ids.map(joined))
    for (const before of [near, far]) {
      const now = await user.running(before.taskArn ?? "")
      assert.equal(now.containers?.[0]?.runtimeId, before.containers?.[0]?.runtimeId)
      assert.equal((await fetch(`http://${addressOf(before)}/`)).status, 200)
    }
  })

  test("are as many as the instance's type has interfaces, and are placed in the zones of their subnets only", async () => {
    const second = await start(web, here, inside(home))
    await user.running(second)
    const third = new StartTaskCommand({
      taskDefinition: web,
      containerInstances: [here],
      networkConfiguration: inside(home),
    })
    const full = await user.ecs.send(third)
    assert.deepEqual([full.tasks, full.failures], [[], [{ arn: here, reason: "RESOURCE:ENI" }]])
    const other = await user.ecs.send(
      new RunTaskCommand({ taskDefinition: web, launchType: "EC2", networkConfiguration: inside(elsewhere) }),
    )
    assert.deepEqual(
      other.failures?.map(({ reason }) => reason),
      ["LOCATION", "LOCATION"],
    )
    await end(second)
  })

  test("give their interfaces back when they stop", async () => {
    await end(near.taskArn ?? "", far.taskArn ?? "")
    for (const task of [near, far]) {
      const over = await user.describe(task.taskArn ?? "")
      assert.equal(over.attachments?.[0]?.status, "DELETED")
      assert.equal(await interfaceOf(task), undefined)
    }
    // Their places are free again.
    const again = await start(web, here, inside(home))
    await user.running(again)
    await end(again)
  })
})

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
      for (const task of tasks) assert.equal((await fetch(`http://${addressOf(task)}/`)).status, 200)
      return tasks
    })
  const create = (serviceName: string, more: object) =>
    user.ecs.send(
      new CreateServiceCommand({
        serviceName,
        taskDefinition: web,
        launchType: "EC2",
        networkConfiguration: inside(home),
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
    await until("the agent goes", async () => {
      const found = (await members()).find((one) => one.ec2InstanceId === ids[0])
      return found?.agentConnected === false || undefined
    })
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
    assert.equal(await interfaceOf(over), undefined)
  })
})
