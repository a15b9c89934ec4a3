// Instance profiles for real: what an EC2 instance shows at 169.254.169.254, to containers on it too, and that its agent
// signs with the profile's role: one without the permissions of ECS does not join, and says why.
import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import {
  DescribeIamInstanceProfileAssociationsCommand,
  ModifyInstanceMetadataOptionsCommand,
  ReplaceIamInstanceProfileAssociationCommand,
} from "@aws-sdk/client-ec2"
import type { Task } from "@aws-sdk/client-ecs"
import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam"
import { engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
import { instanceUser } from "../support/live-instances.ts"
import { withEngine } from "../support/namespace.ts"
import { trustOf } from "../support/rows.ts"
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

const instances = instanceUser(user, () => roadstead.printed)

/** A role and a profile of the same name. */
const profile = async (name: string, service: string, policy?: string): Promise<void> => {
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trustOf(service) }))
  if (policy) await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: policy }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: name }))
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName: name }))
}

const launch = async (Name: string, setting = ""): Promise<string> => {
  const UserData = Buffer.from(`#!/bin/bash\necho ${setting} >> /etc/ecs/ecs.config\n`).toString("base64")
  const [id = ""] = await instances.launch({ IamInstanceProfile: { Name }, UserData })
  return id
}

/** A task that runs one line of shell on an instance, at its end. */
const ask = async (id: string, line: string, mode: "awsvpc" | "bridge" | "host"): Promise<Task> => {
  const subnets = [(await instances.describe(id)).SubnetId ?? ""]
  const definition = await instances.define([shell("asks", line, { memory: 32, stopTimeout: 2 })], mode)
  const network = mode === "awsvpc" ? { awsvpcConfiguration: { subnets } } : undefined
  return user.stopped(await instances.start(definition, await instances.joined(id), network))
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
  await instances.joined(id)
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
  const { MetadataOptions: shown } = await instances.describe(id)
  assert.deepEqual([shown?.HttpTokens, shown?.HttpPutResponseHopLimit], ["required", 2])
})

test("an instance whose role may not register never joins and says why, until it gets another role", async () => {
  const id = await launch("powerless", "ECS_AWSVPC_BLOCK_IMDS=true")
  const said = await instances.until("the reason", async () =>
    roadstead.printed.find((line) => line.includes("cannot join its cluster") && line.includes(id)),
  )
  assert.match(said, /assumed-role\/powerless\/i-[0-9a-f]+ is not authorized to perform: ecs:RegisterContainerInstance/)
  assert.ok(!(await instances.members()).some((one) => one.ec2InstanceId === id))
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
  await instances.joined(id)
  // ECS_AWSVPC_BLOCK_IMDS keeps tasks with an address of their own from it, and nobody else.
  const line = get("meta-data/instance-id")
  assert.equal(exitCode(await ask(id, line, "host")), 0)
  assert.notEqual(exitCode(await ask(id, line, "awsvpc")), 0)
})
