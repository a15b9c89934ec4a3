// EC2 instances that end while tasks start on them, and a reset of a Roadstead that has instances: nothing goes on running,
// and nothing is said to run that does not.
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2"
import { CreateServiceCommand, DescribeClustersCommand, ListTasksCommand } from "@aws-sdk/client-ecs"
import { addressOf, engineWithImage, fargateUser, shell } from "../support/live-fargate.ts"
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
const {
  until,
  page,
  describe: instance,
  launch,
  members,
  joined,
  define,
  start,
} = instanceUser(user, () => roadstead.printed)
after(async () => {
  user.close()
  await roadstead.stop()
  if (existsSync(data)) await down(data)
  docker.close()
})

const inState = (id: string, name: string) =>
  until(`${id} ${name}`, async () => ((await instance(id)).State?.Name === name ? name : undefined))
const serve = "mkdir /www; echo here > /www/index.html; exec httpd -f -p 80 -h /www"
const web = await define([shell("web", serve, { memory: 32, stopTimeout: 2 })])
const subnetOf = async (id: string) => ({
  awsvpcConfiguration: { subnets: [(await instance(id)).SubnetId ?? ""] },
})
/** Devices of instances that the test's network namespace still has: one for each that is plugged in. */
const plugs = () => execFileSync("ip", ["-o", "link"], { encoding: "utf8" }).match(/rsi-[0-9a-f]{10}/g) ?? []
/** Processes of the engines of instances. */
const engines = (): number => {
  const machines = `/run/roadstead/${readFileSync(join(data, "id"), "utf8").trim()}/m/`
  const all = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n")
  return all.filter((line) => line.includes(machines)).length
}

test("a task that starts on an instance while that is stopped is told truly when the instance is back", async () => {
  const [id = ""] = await launch()
  const arn = await start(web, await joined(id), await subnetOf(id))
  await user.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))
  await inState(id, "stopped")
  await user.ec2.send(new StartInstancesCommand({ InstanceIds: [id] }))
  await joined(id)
  // It had not begun and runs now, or it had and ended with the instance.
  const task = await user.until(arn, ({ lastStatus }) => lastStatus === "RUNNING" || lastStatus === "STOPPED")
  if (task.lastStatus === "RUNNING") assert.equal(await page(`http://${addressOf(task)}/`), "here")
  else assert.ok(task.stoppedReason)
})

test("a task that starts on an instance while that is terminated ends with it", async () => {
  const [id = ""] = await launch()
  const arn = await start(web, await joined(id), await subnetOf(id))
  const before = plugs().length
  await user.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
  const task = await user.stopped(arn)
  assert.deepEqual(
    [task.stopCode, task.stoppedReason, task.attachments?.[0]?.status],
    ["TerminationNotice", `Host EC2 (instance ${id}) terminated.`, "DELETED"],
  )
  await inState(id, "terminated")
  assert.equal(plugs().length, before - 1)
})

test("a reset ends instances with their services and tasks, and new ones can be launched afterwards", async () => {
  const [id = ""] = await launch()
  await joined(id)
  const networkConfiguration = await subnetOf(id)
  await user.ecs.send(
    new CreateServiceCommand({
      ...{ serviceName: "web", taskDefinition: web, launchType: "EC2", desiredCount: 1, networkConfiguration },
    }),
  )
  await until("the service runs", async () => {
    const { taskArns = [] } = await user.ecs.send(new ListTasksCommand({ serviceName: "web" }))
    const [task] = await Promise.all(taskArns.map(user.describe))
    return task?.lastStatus === "RUNNING" || undefined
  })
  assert.notEqual(engines(), 0)
  const answer = await fetch(`${roadstead.endpoint}/_roadstead/reset`, {
    method: "POST",
    headers: { "X-Roadstead": "reset" },
  })
  assert.equal(answer.ok, true, await answer.text())
  assert.deepEqual(plugs(), [])
  assert.equal(engines(), 0)
  assert.deepEqual((await user.ecs.send(new DescribeClustersCommand({}))).clusters, [])
  assert.deepEqual((await user.ec2.send(new DescribeInstancesCommand({}))).Reservations, [])
  assert.deepEqual((await user.ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces, [])

  await user.createCluster()
  const [again = ""] = await launch()
  const arn = await joined(again)
  assert.deepEqual(
    (await members()).map((one) => one.containerInstanceArn),
    [arn],
  )
  const anew = await define([shell("web", serve, { memory: 32, stopTimeout: 2 })])
  const task = await user.running(await start(anew, arn, await subnetOf(again)))
  assert.equal(await page(`http://${addressOf(task)}/`), "here")
})
