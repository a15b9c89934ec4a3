// ECS as the AWS SDK and the AWS CLI see it, over the wire: what unit tests cannot show is how inputs, answers and
// errors travel.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { fargateDefinition, runWeb, subnets } from "../support/ecs-harness.ts"

let aws: EcsEndpoint
let client: ecs.ECSClient

before(async () => {
  aws = await ecsEndpoint()
  client = aws.client
})

after(() => aws.close())

/** As the task controller does when a task is over. */
const stopped = (arn: string) =>
  aws.patchTask(arn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: Date.now() })

test("a task's life as the SDK sees it: cluster, definition, run, describe, list, stop", async () => {
  const { cluster } = await client.send(new ecs.CreateClusterCommand({}))
  assert.equal(cluster?.clusterArn, "arn:aws:ecs:us-east-1:123456789012:cluster/default")
  const { taskDefinition } = await client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition()))
  assert.equal(taskDefinition?.revision, 1)
  assert.ok(taskDefinition.registeredAt instanceof Date)

  const { tasks: [task] = [], failures } = await client.send(new ecs.RunTaskCommand(runWeb()))
  assert.deepEqual(failures, [])
  assert.equal(task?.lastStatus, "PROVISIONING")
  assert.ok(Math.abs(Date.now() - (task.createdAt?.getTime() ?? 0)) < 60_000, "times travel in seconds")

  const described = await client.send(new ecs.DescribeTasksCommand({ tasks: [task.taskArn ?? ""] }))
  assert.deepEqual(described.tasks, [task])
  const listed = await client.send(new ecs.ListTasksCommand({ family: "web" }))
  assert.deepEqual(listed.taskArns, [task.taskArn])
  const { task: stopping } = await client.send(new ecs.StopTaskCommand({ task: task.taskArn }))
  assert.equal(stopping?.desiredStatus, "STOPPED")
})

test("errors are the SDK's own classes with status 400 and AWS's messages", async () => {
  const unknown = await errorOf(client.send(new ecs.RunTaskCommand(runWeb({ cluster: "none" }))))
  assert.ok(unknown instanceof ecs.ClusterNotFoundException)
  assert.deepEqual([unknown.message, unknown.$metadata.httpStatusCode], ["Cluster not found.", 400])
  const bad = await errorOf(client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition({ cpu: "257" }))))
  assert.ok(bad instanceof ecs.ClientException)
  assert.match(bad.message, /^No Fargate configuration exists for given values/)
})

test("a conflict names the tasks of the first call", async () => {
  const first = await client.send(new ecs.RunTaskCommand(runWeb({ clientToken: "once" })))
  const again = await client.send(new ecs.RunTaskCommand(runWeb({ clientToken: "once" })))
  assert.deepEqual(again.tasks, first.tasks)
  const conflict = await errorOf(client.send(new ecs.RunTaskCommand(runWeb({ clientToken: "once", count: 2 }))))
  assert.ok(conflict instanceof ecs.ConflictException)
  assert.deepEqual(
    conflict.resourceIds,
    first.tasks?.map((task) => task.taskArn),
  )
})

test("the SDK's paginators walk through lists", async () => {
  for (let i = 0; i < 5; i++) await client.send(new ecs.CreateClusterCommand({ clusterName: `many-${i}` }))
  const seen: string[] = []
  for await (const page of ecs.paginateListClusters({ client, pageSize: 2 }, {})) seen.push(...(page.clusterArns ?? []))
  assert.equal(seen.filter((arn) => arn.includes("/many-")).length, 5)
  assert.equal(new Set(seen).size, seen.length)
})

test("the SDK's waiter for stopped tasks ends once a task has stopped", async () => {
  const { tasks: [task] = [] } = await client.send(new ecs.RunTaskCommand(runWeb()))
  stopped(task?.taskArn ?? "")
  const waited = await ecs.waitUntilTasksStopped(
    { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { tasks: [task?.taskArn ?? ""] },
  )
  assert.equal(waited.state, "SUCCESS")
})

test("what is not built says so with 501, naming service and operation", async () => {
  const absent = await errorOf(client.send(new ecs.DescribeExpressGatewayServiceCommand({ serviceArn: "s" })))
  assert.deepEqual([absent.name, absent.$metadata.httpStatusCode], ["NotImplemented", 501])
  assert.match(absent.message, /ecs:DescribeExpressGatewayService/)
})

test("accounts and regions do not see each other", async () => {
  const elsewhere = new ecs.ECSClient({ ...aws.sdk, region: "eu-west-1" })
  const { clusters, failures } = await elsewhere.send(new ecs.DescribeClustersCommand({}))
  elsewhere.destroy()
  assert.deepEqual(clusters, [])
  assert.equal(failures?.[0]?.arn, "arn:aws:ecs:eu-west-1:123456789012:cluster/default")
})

test("the AWS CLI registers, runs and describes, and shows a refusal", async () => {
  const definition = JSON.stringify(fargateDefinition({ family: "cli" }))
  const registered = await aws.cli("ecs", "register-task-definition", "--cli-input-json", definition)
  assert.equal(registered.code, 0, registered.stderr)
  const network = `awsvpcConfiguration={subnets=[${subnets.join(",")}]}`
  const run = ["ecs", "run-task", "--task-definition", "cli", "--launch-type", "FARGATE"]
  const ran = await aws.cli(...run, "--network-configuration", network)
  assert.equal(ran.code, 0, ran.stderr)
  const [task] = (ran.json as { tasks: { taskArn: string; createdAt: string }[] }).tasks
  assert.match(task?.createdAt ?? "", /^20\d\d-/)
  const described = await aws.cli("ecs", "describe-tasks", "--tasks", task?.taskArn ?? "")
  assert.deepEqual((described.json as { tasks: object[] }).tasks, [task])
  const refused = await aws.cli(...run)
  assert.equal(refused.code, 254)
  assert.match(
    refused.stderr,
    /\(InvalidParameterException\) when calling the RunTask operation: Network Configuration must be provided when networkMode 'awsvpc' is specified\./,
  )
})
