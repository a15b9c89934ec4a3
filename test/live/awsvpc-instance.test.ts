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
  type Subnet,
} from "@aws-sdk/client-ec2"
import { RunTaskCommand, StartTaskCommand, type Task } from "@aws-sdk/client-ecs"
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
const { page, launch, privateAddress, joined, define, start, end, succeeds } = instanceUser(
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
      assert.notEqual(await page(`http://${address}/`), "")
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
    const all = [...[near, far, onFargate].map(addressOf), `${await privateAddress(ids[0])}:8080`].map(
      (host) => `http://${host}/`,
    )
    for (const url of all) await page(url)
    const name = near.attachments?.[0]?.details?.find((one) => one.name === "privateDnsName")?.value
    const line = [
      ask(...all, "$AWS_ENDPOINT_URL/_roadstead/health", "$ECS_CONTAINER_METADATA_URI_V4"),
      // What the metadata says of the network is what the control plane said.
      `wget -q -O - $ECS_CONTAINER_METADATA_URI_V4 | grep -q '"IPv4SubnetCIDRBlock":"${home.CidrBlock}"' || exit 20`,
      `nslookup ${name} | grep -q "Address.*${addressOf(near)}" || exit 22`,
      // The way out is the VPC's.
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
    const task = await user.running(
      await start(await define([telling("told", line)], "awsvpc", { taskRoleArn: Role?.Arn }), here, inside(home)),
    )
    const told = (name: string) => page(`http://${addressOf(task)}/${name}`)
    assert.equal(await told("own"), "yes")
    const addresses = [...(await told("addresses")).matchAll(/inet ([0-9.]+)/g)].map(([, address]) => address ?? "")
    const linked = addresses.find((address) => address.startsWith("169.254."))
    assert.deepEqual(new Set(addresses), new Set(["127.0.0.1", addressOf(task), linked]))
    await end(near.taskArn ?? "")
    const foreign = [
      `wget -q -O - ${await told("credentials")} && exit 1`,
      `wget -q -O - ${await told("metadata")} && exit 2`,
      `timeout 3 wget -q -O - http://${linked}/own && exit 3`,
      `wget -q -O - http://${addressOf(task)}/own`,
    ]
    await succeeds(await start(await define([telling("other", foreign.join("\n"))]), here, inside(home)))
    await end(task.taskArn ?? "")
    near = await user.running(await start(web, here, inside(home)))
  })

  test("go on, with their containers and addresses, when all of Roadstead is killed and started again", async () => {
    await killAll(roadstead)
    roadstead = await up()
    await Promise.all(ids.map(joined))
    for (const before of [near, far]) {
      const now = await user.running(before.taskArn ?? "")
      assert.equal(now.containers?.[0]?.runtimeId, before.containers?.[0]?.runtimeId)
      await page(`http://${addressOf(before)}/`)
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
