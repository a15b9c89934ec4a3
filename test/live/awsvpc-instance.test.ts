// Tasks in awsvpc mode on EC2 instances for real: each has an address of its own in the subnet that was asked for, which
// answers from the host, from tasks on the same instance, on another one and on Fargate, and from the instance itself.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  type NetworkInterface,
  RebootInstancesCommand,
  type Subnet,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  ListTasksCommand,
  RunTaskCommand,
  StartTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam"
import { addressOf, engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { ask, instanceUser, logGroup, telling } from "../support/live-instances.ts"
import { withEngine } from "../support/namespace.ts"
import { killAll } from "../support/processes.ts"
import { down, type RunningRoadstead, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const up = () =>
  startUp(["--port", "4574", "--data", data, "--docker-host", `unix://${engine.socketPath}`, "--log-format", "json"])

let roadstead: RunningRoadstead = await up()
const user = fargateUser(roadstead.endpoint)
await user.createCluster()
await user.createLogGroup(logGroup)
const { until, launch, privateAddress, joined, agentGone, define, start, end, succeeds } = instanceUser(
  user,
  () => roadstead.printed,
)
const iam = new IAMClient({
  endpoint: roadstead.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
})
after(async () => {
  iam.destroy()
  user.close()
  await roadstead.stop()
  if (existsSync(data)) await down(data)
  docker.close()
})

const { Subnets = [] } = await user.ec2.send(new DescribeSubnetsCommand({}))
const [home, elsewhere] = Subnets as [Subnet, Subnet]
assert.notEqual(home.AvailabilityZone, elsewhere.AvailabilityZone)
const inside = (...subnets: Subnet[]) => ({
  awsvpcConfiguration: { subnets: subnets.map((subnet) => subnet.SubnetId ?? "") },
})

/** Instances of this type have three interfaces: two for tasks. */
const ids = (await launch({ MinCount: 2, MaxCount: 2, SubnetId: home.SubnetId })) as [string, string]
const [here, there] = [await joined(ids[0]), await joined(ids[1])]

const serve = "mkdir /www; hostname > /www/index.html; exec httpd -f -p 80 -h /www"
const web = await define([telling("web", serve, { portMappings: [{ containerPort: 80 }] })])
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
    const fargate = await user.register([shell("web", serve)])
    const [fargateArn = ""] = await user.run(fargate)
    const published = telling("web", serve, { portMappings: [{ containerPort: 80, hostPort: 8080 }] })
    const bridged = await start(await define([published], "bridge"), here)
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
    const client = await define([telling("client", line)])
    await succeeds(await start(client, here, inside(home)))

    // And the other way round: from Fargate, from the instance in host mode, and from behind the instance's bridge.
    const tasks = ask(`http://${addressOf(near)}/`, `http://${addressOf(far)}/`)
    const [asking = ""] = await user.run(await user.register([shell("client", tasks)]))
    await succeeds(asking)
    for (const mode of ["host", "bridge"] as const) {
      await succeeds(await start(await define([telling("client", tasks)], mode), here))
    }
    await end(fargateArn, bridged)
  })

  test("have the credentials of their role and their metadata to themselves", async () => {
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "tasks",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      }),
    )
    const uri = "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    // What one task tells of its own endpoints, another on the same instance asks in vain.
    const line = [
      "mkdir /www",
      `wget -q -O - ${uri} | grep -q '"AccessKeyId":"ASIA' && echo yes > /www/own`,
      `echo ${uri} > /www/credentials; echo $ECS_CONTAINER_METADATA_URI_V4/task > /www/metadata`,
      "ip -4 -o address > /www/addresses",
      "exec httpd -f -p 80 -h /www",
    ].join("\n")
    const told = await user.running(
      await start(await define([telling("told", line)], "awsvpc", { taskRoleArn: Role?.Arn }), here, inside(home)),
    )
    const page = (name: string) =>
      until(`the page ${name}`, async () => {
        const answer = await fetch(`http://${addressOf(told)}/${name}`)
        return answer.ok ? (await answer.text()).trim() : undefined
      })
    assert.equal(await page("own"), "yes")
    const addresses = [...(await page("addresses")).matchAll(/inet ([0-9.]+)/g)].map(([, address]) => address ?? "")
    const linked = addresses.find((address) => address.startsWith("169.254."))
    assert.deepEqual(new Set(addresses), new Set(["127.0.0.1", addressOf(told), linked]))
    await end(near.taskArn ?? "")
    const foreign = [
      `wget -q -O - ${await page("credentials")} && exit 1`,
      `wget -q -O - ${await page("metadata")} && exit 2`,
      `timeout 3 wget -q -O - http://${linked}/own && exit 3`,
      `wget -q -O - http://${addressOf(told)}/own`,
    ]
    await succeeds(await start(await define([telling("other", foreign.join("\n"))]), here, inside(home)))
    await end(told.taskArn ?? "")
    near = await user.running(await start(web, here, inside(home)))
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
    assert.equal(await interfaceOf(over), undefined)
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
    const arn = await there.start(definition, await there.joined(id), inside(subnet))
    const over = await far.stopped(arn)
    assert.deepEqual([over.containers?.[0]?.exitCode, over.stoppedReason], [0, "Essential container in task exited"])
  } finally {
    far.close()
  }
})
