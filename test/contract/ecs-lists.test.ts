// The lists of ECS as the AWS SDK and the AWS CLI walk through them: every filter, pages, bounds and their errors; and the
// end of task definitions, which lists show.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { fargateDefinition, runWeb } from "../support/ecs-harness.ts"

let aws: EcsEndpoint
const families = ["web", "web-admin", "worker"]

before(async () => {
  aws = await ecsEndpoint()
  await aws.client.send(new ecs.CreateClusterCommand({}))
  for (const family of [...families, "web", "web"]) {
    await aws.client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition({ family })))
  }
})
after(() => aws.close())

const arn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`
const definitions = async (input: ecs.ListTaskDefinitionsCommandInput) =>
  (await aws.client.send(new ecs.ListTaskDefinitionsCommand(input))).taskDefinitionArns
const familiesOf = async (input: ecs.ListTaskDefinitionFamiliesCommandInput) =>
  (await aws.client.send(new ecs.ListTaskDefinitionFamiliesCommand(input))).families
const tasks = async (input: ecs.ListTasksCommandInput) =>
  (await aws.client.send(new ecs.ListTasksCommand(input))).taskArns ?? []

test("definitions are listed by a whole family name, in either order, and page by page", async () => {
  assert.deepEqual(await definitions({}), ["web:1", "web:2", "web:3", "web-admin:1", "worker:1"].map(arn))
  assert.deepEqual(await definitions({ familyPrefix: "web", sort: "DESC" }), ["web:3", "web:2", "web:1"].map(arn))
  assert.deepEqual(await definitions({ familyPrefix: "we" }), [])
  const seen: string[] = []
  const pages = ecs.paginateListTaskDefinitions({ client: aws.client, pageSize: 2 }, { sort: "DESC" })
  for await (const page of pages) {
    assert.ok((page.taskDefinitionArns?.length ?? 0) <= 2)
    seen.push(...(page.taskDefinitionArns ?? []))
  }
  assert.deepEqual(seen, ["worker:1", "web-admin:1", "web:3", "web:2", "web:1"].map(arn))
})

test("a definition is ACTIVE, then INACTIVE, then DELETE_IN_PROGRESS, and each list shows its own", async () => {
  const { client } = aws
  const early = await client.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: ["worker:1", "none:1"] }))
  assert.deepEqual(early.failures, [
    {
      arn: arn("worker:1"),
      reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
    },
    {
      arn: arn("none:1"),
      reason: "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
    },
  ])
  const { taskDefinition } = await client.send(new ecs.DeregisterTaskDefinitionCommand({ taskDefinition: "worker:1" }))
  assert.equal(taskDefinition?.status, "INACTIVE")
  assert.ok(taskDefinition.deregisteredAt instanceof Date)
  assert.deepEqual(await definitions({ status: "INACTIVE" }), [arn("worker:1")])
  assert.deepEqual(await familiesOf({ status: "INACTIVE" }), ["worker"])
  assert.deepEqual(await familiesOf({ status: "ACTIVE" }), ["web", "web-admin"])
  assert.deepEqual(await familiesOf({ familyPrefix: "w" }), families)
  const inactive = await errorOf(client.send(new ecs.RunTaskCommand(runWeb({ taskDefinition: "worker:1" }))))
  assert.ok(inactive instanceof ecs.ClientException)
  assert.equal(inactive.message, "TaskDefinition is inactive")
  const { taskDefinitions } = await client.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: ["worker:1"] }))
  assert.equal(taskDefinitions?.[0]?.status, "DELETE_IN_PROGRESS")
  assert.ok(taskDefinitions[0]?.deleteRequestedAt instanceof Date)
  assert.deepEqual(await definitions({ status: "INACTIVE" }), [])
  assert.deepEqual(await definitions({ status: "DELETE_IN_PROGRESS" }), [arn("worker:1")])
  const many = Array.from({ length: 11 }, (_, i) => `web:${i + 1}`)
  const tooMany = await errorOf(client.send(new ecs.DeleteTaskDefinitionsCommand({ taskDefinitions: many })))
  assert.equal(tooMany.message, "Size of TaskDefinition references list cannot exceed 10")
})

test("tasks are listed by family, starter, launch type and wish, and startedBy stands alone", async () => {
  const { client } = aws
  const run = async (over: Partial<ecs.RunTaskCommandInput>) =>
    (await client.send(new ecs.RunTaskCommand(runWeb(over)))).tasks?.map((task) => task.taskArn ?? "") ?? []
  const web = await run({ count: 5, startedBy: "ann" })
  const admin = await run({ taskDefinition: "web-admin" })
  const all = [...web, ...admin].sort()
  assert.deepEqual(await tasks({}), all)
  assert.deepEqual(await tasks({ family: "web-admin" }), admin)
  assert.deepEqual((await tasks({ startedBy: "ann" })).sort(), web.toSorted())
  assert.deepEqual(await tasks({ launchType: "FARGATE" }), all)
  assert.deepEqual(await tasks({ launchType: "EC2" }), [])
  assert.deepEqual(await tasks({ desiredStatus: "PENDING" }), [])
  await client.send(new ecs.StopTaskCommand({ task: web[0] ?? "" }))
  assert.deepEqual(await tasks({ desiredStatus: "STOPPED", family: "web" }), [web[0]])
  const seen: string[] = []
  for await (const page of ecs.paginateListTasks({ client, pageSize: 2 }, {})) seen.push(...(page.taskArns ?? []))
  assert.deepEqual(
    seen,
    all.filter((task) => task !== web[0]),
  )
  const both = await errorOf(client.send(new ecs.ListTasksCommand({ startedBy: "ann", family: "web" })))
  assert.ok(both instanceof ecs.InvalidParameterException)
})

test("a token of another list, too large a page and a word that is no status are refused", async () => {
  const { client } = aws
  const { nextToken } = await client.send(new ecs.ListTasksCommand({ maxResults: 1 }))
  assert.ok(nextToken)
  const refused = async (sent: Promise<unknown>, message: string) => {
    const error = await errorOf(sent)
    assert.ok(error instanceof ecs.InvalidParameterException)
    assert.equal(error.message, message)
  }
  await refused(client.send(new ecs.ListTaskDefinitionsCommand({ nextToken })), "Invalid token.")
  await refused(client.send(new ecs.ListTasksCommand({ nextToken, family: "web" })), "Invalid token.")
  const bounds = "maxResults must be between 1 and 100."
  await refused(client.send(new ecs.ListClustersCommand({ maxResults: 0 })), bounds)
  await refused(client.send(new ecs.ListTaskDefinitionFamiliesCommand({ maxResults: 101 })), bounds)
  const status = "ALL" as ecs.TaskDefinitionStatus
  const words = "status should be one of [ACTIVE,INACTIVE,DELETE_IN_PROGRESS]"
  await refused(client.send(new ecs.ListTaskDefinitionsCommand({ status })), words)
  await refused(client.send(new ecs.DescribeTasksCommand({ tasks: ["web"] })), "taskId length should be one of [32,36]")
})

test("an hour after they stopped tasks are in no list and MISSING", async () => {
  const { client, patchTask } = aws
  const { tasks: [task] = [] } = await client.send(new ecs.RunTaskCommand(runWeb({ startedBy: "late" })))
  const taskArn = task?.taskArn ?? ""
  const over = { lastStatus: "STOPPED", desiredStatus: "STOPPED" } as const
  patchTask(taskArn, { ...over, stoppedAt: Date.now() - 59 * 60 * 1000 })
  const late = { startedBy: "late", desiredStatus: "STOPPED" } as const
  assert.deepEqual(await tasks(late), [taskArn])
  patchTask(taskArn, { ...over, stoppedAt: Date.now() - 61 * 60 * 1000 })
  assert.deepEqual(await tasks(late), [])
  const described = await client.send(new ecs.DescribeTasksCommand({ tasks: [taskArn] }))
  assert.deepEqual([described.tasks, described.failures], [[], [{ arn: taskArn, reason: "MISSING" }]])
})

test("the AWS CLI pages through tasks and families by itself", async () => {
  const listed = await aws.cli("ecs", "list-tasks", "--page-size", "2")
  assert.equal((listed.json as { taskArns: string[] }).taskArns.length, 5)
  const named = await aws.cli("ecs", "list-task-definition-families", "--family-prefix", "web", "--max-items", "1")
  assert.deepEqual((named.json as { families: string[] }).families, ["web"])
  const over = await aws.cli("ecs", "deregister-task-definition", "--task-definition", "web:1")
  assert.equal((over.json as { taskDefinition: ecs.TaskDefinition }).taskDefinition.status, "INACTIVE")
})
