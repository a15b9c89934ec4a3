// Instance profiles for real: what an EC2 instance shows at 169.254.169.254, to containers on it too, and that its agent
// signs with the profile's role: one without the permissions of ECS does not join, and says why.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import {
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstancesCommand,
  ModifyInstanceMetadataOptionsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2"
import {
  type ContainerInstance,
  DescribeContainerInstancesCommand,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs"
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam"
import { delay } from "../../src/kernel/index.ts"
import { engineWithImage, fargateUser, shell as shellOf } from "../support/live-fargate.ts"
import { withEngine } from "../support/namespace.ts"
import { realClock } from "../support/real-clock.ts"
import { down, startUp } from "../support/up.ts"

const engine = await withEngine(import.meta.filename)
const docker = await engineWithImage(engine.socketPath)
const data = join(engine.folder, "data")
const options = ["--port", "4571", "--data", data, "--docker-host", `unix://${engine.socketPath}`]
const roadstead = await startUp([...options, "--log-format", "json"])
const user = fargateUser(roadstead.endpoint)
const iam = new IAMClient({
  endpoint: roadstead.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "000000000000", secretAccessKey: "test" },
})
after(async () => {
  user.close()
  iam.destroy()
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

const trust = (Service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  })

/** A role and a profile of the same name. */
const profile = async (name: string, service: string, policy?: string): Promise<void> => {
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust(service) }))
  if (policy) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: policy }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }))
}

const launch = async (Name: string, setting = ""): Promise<string> => {
  const { Instances } = await user.ec2.send(
    new RunInstancesCommand({
      ...{ ImageId: "ami-0123456789abcdef0", InstanceType: "t3.small", MinCount: 1, MaxCount: 1 },
      IamInstanceProfile: { Name },
      UserData: Buffer.from(`#!/bin/bash\necho ${setting} >> /etc/ecs/ecs.config\n`).toString("base64"),
    }),
  )
  return Instances?.[0]?.InstanceId ?? ""
}

const memberOf = async (instanceId: string): Promise<ContainerInstance | undefined> => {
  const { containerInstanceArns = [] } = await user.ecs.send(new ListContainerInstancesCommand({}))
  if (containerInstanceArns.length === 0) return undefined
  const found = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: containerInstanceArns }),
  )
  return found.containerInstances?.find((one) => one.ec2InstanceId === instanceId && one.agentConnected)
}

/** An interface in the subnet of the instance. */
const besides = async (instanceId: string) => {
  const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))
  return { awsvpcConfiguration: { subnets: [Reservations?.[0]?.Instances?.[0]?.SubnetId ?? ""] } }
}

/** A task that runs one line of shell on an instance, at its end. */
const ask = async (instanceId: string, line: string, networkMode: "awsvpc" | "bridge" | "host"): Promise<Task> => {
  const member = await until(`${instanceId} joins`, () => memberOf(instanceId))
  const { taskDefinition } = await user.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: "asks", networkMode },
      containerDefinitions: [shellOf("asks", line, { memory: 32, stopTimeout: 2 })],
    }),
  )
  const { tasks } = await user.ecs.send(
    new StartTaskCommand({
      taskDefinition: taskDefinition?.taskDefinitionArn ?? "",
      containerInstances: [member.containerInstanceArn ?? ""],
      ...(networkMode === "awsvpc" && { networkConfiguration: await besides(instanceId) }),
    }),
  )
  return user.stopped(tasks?.[0]?.taskArn ?? "")
}

const exitCode = (task: Task) => task.containers?.[0]?.exitCode
const base = "http://169.254.169.254/latest"
const get = (path: string, more = "") => `wget -q -O - ${more} ${base}/${path}`
const put = (path: string, header: string) =>
  `printf 'PUT /latest/${path} HTTP/1.0\\r\\n${header}\\r\\n\\r\\n' | nc -w 3 169.254.169.254 80 | tail -n 1`

before(async () => {
  await user.createCluster()
  const policy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
  await profile("ecsInstanceRole", "ec2.amazonaws.com", policy)
  await profile("powerless", "ec2.amazonaws.com")
})

test("an instance signs with the role of its profile, and shows it and itself to its containers", async () => {
  const id = await launch("ecsInstanceRole")
  const member = await until(`${id} joins`, () => memberOf(id))
  assert.equal(member.ec2InstanceId, id)
  const role = `"$(${get("meta-data/iam/security-credentials/")})" = ecsInstanceRole`
  const lines = [
    `test "$(${get("meta-data/instance-id")})" = ${id}`,
    `test ${role}`,
    `${get("meta-data/iam/security-credentials/ecsInstanceRole")} | grep '"AccessKeyId": "ASIA'`,
    `${get("dynamic/instance-identity/document")} | grep '"instanceType": "t3.small"'`,
  ]
    .map((line, i) => `{ ${line}; } || exit ${10 + i}`)
    .join("; ")
  for (const mode of ["awsvpc", "bridge", "host"] as const) assert.equal(exitCode(await ask(id, lines, mode)), 0, mode)

  // Version 2 alone, for one hop and then for two: a container in bridge mode is a hop away.
  const token = put("api/token", "X-aws-ec2-metadata-token-ttl-seconds: 60")
  const second = `t=$(${token}); test -n "$t" && ${get("meta-data/instance-id", `--header "X-aws-ec2-metadata-token: $t"`)}`
  const strict = { InstanceId: id, HttpTokens: "required" as const }
  await user.ec2.send(new ModifyInstanceMetadataOptionsCommand(strict))
  assert.notEqual(exitCode(await ask(id, get("meta-data/instance-id"), "host")), 0)
  assert.equal(exitCode(await ask(id, second, "host")), 0)
  assert.notEqual(exitCode(await ask(id, second, "bridge")), 0)
  await user.ec2.send(new ModifyInstanceMetadataOptionsCommand({ ...strict, HttpPutResponseHopLimit: 2 }))
  assert.equal(exitCode(await ask(id, second, "bridge")), 0)
  const { Reservations } = await user.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  const shown = Reservations?.[0]?.Instances?.[0]?.MetadataOptions
  assert.deepEqual([shown?.HttpTokens, shown?.HttpPutResponseHopLimit], ["required", 2])
})

test("an instance whose role may not register never joins and says why, until it gets another role", async () => {
  const id = await launch("powerless", "ECS_AWSVPC_BLOCK_IMDS=true")
  const said = await until("the reason", async () =>
    roadstead.printed.find((line) => line.includes("cannot join its cluster") && line.includes(id)),
  )
  assert.match(said, /assumed-role\/powerless\/i-[0-9a-f]+ is not authorized to perform: ecs:RegisterContainerInstance/)
  assert.equal(await memberOf(id), undefined)
  const Filters = [{ Name: "instance-id", Values: [id] }]
  const { IamInstanceProfileAssociations: found } = await user.ec2.send(
    new DescribeIamInstanceProfileAssociationsCommand({ Filters }),
  )
  await user.ec2.send(
    new ReplaceIamInstanceProfileAssociationCommand({
      AssociationId: found?.[0]?.AssociationId,
      IamInstanceProfile: { Name: "ecsInstanceRole" },
    }),
  )
  await until(`${id} joins`, () => memberOf(id))
  // ECS_AWSVPC_BLOCK_IMDS keeps tasks with an address of their own from it, and nobody else.
  const line = get("meta-data/instance-id")
  assert.equal(exitCode(await ask(id, line, "host")), 0)
  assert.notEqual(exitCode(await ask(id, line, "awsvpc")), 0)
})
