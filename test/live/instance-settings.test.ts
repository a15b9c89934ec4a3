// What the user data of an EC2 instance says to its agent, for real; tasks in host mode, and host paths of tasks, which are
// below the instance's own root and nowhere else.
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { glob } from "node:fs/promises"
import { join } from "node:path"
import { after, test } from "node:test"
import { type ContainerDefinition, DescribeContainerInstancesCommand, StartTaskCommand } from "@aws-sdk/client-ecs"
import { engineWithImage, fargateUser, shell as shellOf } from "../support/live-fargate.ts"
import { instanceUser } from "../support/live-instances.ts"
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
const { page, launch, privateAddress, joined, define, start, end } = instanceUser(user, () => roadstead.printed)
after(async () => {
  user.close()
  await roadstead.stop()
  if (existsSync(data)) await down(data)
  docker.close()
})

const settings = {
  ECS_CLUSTER: "default",
  ECS_INSTANCE_ATTRIBUTES: '{"rack":"seven"}',
  ECS_CONTAINER_INSTANCE_TAGS: '{"team":"blue"}',
  ECS_RESERVED_MEMORY: "512",
  ECS_RESERVED_PORTS: "[22, 9999]",
  ECS_AVAILABLE_LOGGING_DRIVERS: '["json-file"]',
  ECS_DISABLE_PRIVILEGED: "true",
  ECS_ENABLE_TASK_ENI: "false",
}
const file = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
const script = ["#!/bin/bash", "cat <<'EOT' >> /etc/ecs/ecs.config", ...file, "EOT", ""].join("\n")
const UserData = Buffer.from(script).toString("base64")
const [plain = "", told = ""] = [...(await launch()), ...(await launch({ UserData }))]
const [here, there] = [await joined(plain), await joined(told)]

const shell = (name: string, line: string, more: Partial<ContainerDefinition> = {}) =>
  shellOf(name, line, { memory: 32, stopTimeout: 2, ...more })
const serve = "mkdir /www; echo here > /www/index.html; exec httpd -f -p 8090 -h /www"

test("settings of user data change what an instance registers, and what is placed on it", async () => {
  const { containerInstances } = await user.ecs.send(
    new DescribeContainerInstancesCommand({ containerInstances: [there], include: ["TAGS"] }),
  )
  const [shown] = containerInstances ?? []
  const resources = new Map(shown?.registeredResources?.map((one) => [one.name, one]))
  assert.equal(resources.get("MEMORY")?.integerValue, 2048 - 512)
  assert.ok(resources.get("PORTS")?.stringSetValue?.includes("9999"))
  assert.deepEqual(
    shown?.tags?.map(({ key, value }) => [key, value]),
    [["team", "blue"]],
  )
  assert.equal(shown?.attributes?.find(({ name }) => name === "rack")?.value, "seven")

  const refused = async (taskDefinition: string, on: readonly string[], subnet?: string) => {
    const networkConfiguration = subnet === undefined ? undefined : { awsvpcConfiguration: { subnets: [subnet] } }
    const { failures = [] } = await user.ecs.send(
      new StartTaskCommand({ taskDefinition, containerInstances: [...on], networkConfiguration }),
    )
    return failures.map(({ arn, reason }) => [arn, reason])
  }
  const mapped = (hostPort: number) => shell("web", serve, { portMappings: [{ containerPort: 8090, hostPort }] })
  assert.deepEqual(await refused(await define([mapped(9999)], "bridge"), [there]), [[there, "RESOURCE:PORTS"]])
  const syslog = shell("main", "true", { logConfiguration: { logDriver: "syslog" } })
  assert.deepEqual(await refused(await define([syslog], "bridge"), [there]), [[there, "ATTRIBUTE"]])
  assert.deepEqual(await refused(await define([shell("main", "true", { memory: 1600 })], "bridge"), [there]), [
    [there, "RESOURCE:MEMORY"],
  ])
  const subnet = shown?.attributes?.find(({ name }) => name === "ecs.subnet-id")?.value
  assert.deepEqual(await refused(await define([shell("main", "true")]), [there], subnet), [[there, "ATTRIBUTE"]])
})

test("a task in host mode listens on the instance's address, and ECS shows no bindings of it", async () => {
  const web = shell("web", serve, { portMappings: [{ containerPort: 8090 }] })
  const definition = await define([web], "host")
  const arns = [await start(definition, here), await start(definition, there)]
  const tasks = await Promise.all(arns.map(user.running))
  for (const [i, id] of [plain, told].entries()) {
    assert.equal(await page(`http://${await privateAddress(id)}:8090/`), "here")
    // Of these modes agents report none: aws/amazon-ecs-agent pull request 3479.
    assert.deepEqual(tasks[i]?.containers?.[0]?.networkBindings, [])
    assert.deepEqual(tasks[i]?.containers?.[0]?.networkInterfaces, [])
  }
  // The port is taken on each, although Docker knows nothing of it.
  const { failures } = await user.ecs.send(
    new StartTaskCommand({ taskDefinition: definition, containerInstances: [here, there] }),
  )
  assert.deepEqual(
    failures?.map(({ reason }) => reason),
    ["RESOURCE:PORTS", "RESOURCE:PORTS"],
  )
  await end(...arns)
})

test("a host path of a task is below its own instance's root: another task there has it, the machine has not", async () => {
  const path = `/srv/roadstead-test-${process.pid}`
  const volumes = [{ name: "files", host: { sourcePath: path } }]
  const mountPoints = [{ sourceVolume: "files", containerPath: "/files" }]
  const write = await define([shell("main", "hostname > /files/word", { mountPoints })], "bridge", { volumes })
  const read = await define([shell("main", "test -s /files/word", { mountPoints })], "bridge", { volumes })
  const exitOf = async (definition: string, on: string) =>
    (await user.stopped(await start(definition, on))).containers?.[0]?.exitCode
  assert.equal(await exitOf(write, here), 0)
  assert.equal(await exitOf(read, here), 0)
  assert.equal(await exitOf(read, there), 1)
  assert.equal(existsSync(path), false)
  const found: string[] = []
  for await (const one of glob(`${data}/**/root${path}/word`)) found.push(one)
  assert.equal(found.length, 1, found.join(" "))
  assert.notEqual(readFileSync(found[0] ?? "", "utf8"), "")
})
