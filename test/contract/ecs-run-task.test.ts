// RunTask on Fargate as the AWS SDK and the AWS CLI see it: platforms, strategies, overrides, tags and tokens.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { fargateDefinition, runWeb, subnets } from "../support/ecs-harness.ts"

let aws: EcsEndpoint
before(async () => {
  aws = await ecsEndpoint()
  const capacityProviders = ["FARGATE", "FARGATE_SPOT"]
  await aws.client.send(new ecs.CreateClusterCommand({ capacityProviders }))
  const tags = [
    { key: "from", value: "definition" },
    { key: "both", value: "definition" },
  ]
  await aws.client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition({ tags })))
})
after(() => aws.close())

const run = async (over: Partial<ecs.RunTaskCommandInput> = {}) => {
  const { tasks = [], failures } = await aws.client.send(new ecs.RunTaskCommand(runWeb(over)))
  assert.deepEqual(failures, [])
  return tasks
}

const refused = (over: Partial<ecs.RunTaskCommandInput>) =>
  errorOf(aws.client.send(new ecs.RunTaskCommand(runWeb(over))))

test("platforms: LATEST is 1.4.0, an unknown one and one that cannot do the work are the SDK's own errors", async () => {
  assert.equal((await run({ platformVersion: "LATEST" }))[0]?.platformVersion, "1.4.0")
  assert.ok((await refused({ platformVersion: "1.4" })) instanceof ecs.PlatformUnknownException)
  const overrides = { ephemeralStorage: { sizeInGiB: 50 } }
  const tooOld = await refused({ platformVersion: "1.3.0", overrides })
  assert.ok(tooOld instanceof ecs.PlatformTaskDefinitionIncompatibilityException)
})

test("a strategy shares its tasks out, and each says which provider has it", async () => {
  const tasks = await run({
    launchType: undefined,
    count: 4,
    capacityProviderStrategy: [
      { capacityProvider: "FARGATE", base: 1, weight: 1 },
      { capacityProvider: "FARGATE_SPOT", weight: 2 },
    ],
  })
  const providers = tasks.map((task) => task.capacityProviderName).sort()
  assert.deepEqual(providers, ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"])
  assert.deepEqual([...new Set(tasks.map((task) => task.launchType))], ["FARGATE"])
})

test("tags come from the call, the definition and ECS, are listed, and go with the task", async () => {
  const { client, patchTask } = aws
  const [task] = await run({
    propagateTags: "TASK_DEFINITION",
    enableECSManagedTags: true,
    tags: [{ key: "both", value: "call" }],
  })
  const expected = [
    { key: "aws:ecs:clusterName", value: "default" },
    { key: "from", value: "definition" },
    { key: "both", value: "call" },
  ]
  assert.deepEqual(task?.tags, expected)
  const listed = await client.send(new ecs.ListTagsForResourceCommand({ resourceArn: task.taskArn }))
  assert.deepEqual(listed.tags, expected)
  const named = { tasks: [task.taskArn ?? ""], include: ["TAGS" as const] }
  assert.deepEqual((await client.send(new ecs.DescribeTasksCommand(named))).tasks?.[0]?.tags, expected)
  patchTask(task.taskArn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: Date.now() })
  assert.deepEqual((await client.send(new ecs.DescribeTasksCommand(named))).tasks?.[0]?.tags, [])
  const ofService = await refused({ propagateTags: "SERVICE" })
  assert.ok(ofService instanceof ecs.InvalidParameterException)
})

test("overrides are echoed for every container, and those of no container or too long are refused", async () => {
  const environment = [{ name: "A", value: "1" }]
  const [task] = await run({
    group: "batch",
    startedBy: "nightly",
    referenceId: "r-1",
    overrides: { cpu: "512", memory: "1024", containerOverrides: [{ name: "app", command: ["x"], environment }] },
  })
  assert.deepEqual([task?.cpu, task?.memory, task?.group, task?.startedBy], ["512", "1024", "batch", "nightly"])
  assert.deepEqual(task?.overrides, {
    cpu: "512",
    memory: "1024",
    containerOverrides: [{ name: "app", command: ["x"], environment }],
    inferenceAcceleratorOverrides: [],
  })
  const nobody = await refused({ overrides: { containerOverrides: [{ name: "db" }] } })
  assert.equal(nobody.message, "Override for container named db is not a container in the TaskDefinition.")
  const long = await refused({ overrides: { containerOverrides: [{ name: "app", command: ["x".repeat(8192)] }] } })
  assert.equal(long.message, "Container Overrides length must be at most 8192")
})

test("a token answers what it has started, a stopped task by its statuses only, and is good in each cluster by itself", async () => {
  const { client, patchTask } = aws
  const clientToken = "nightly-1"
  const [first, second] = await run({ clientToken, count: 2 })
  patchTask(first?.taskArn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: Date.now() })
  assert.deepEqual(await run({ clientToken, count: 2 }), [
    { taskArn: first?.taskArn, lastStatus: "STOPPED", desiredStatus: "STOPPED" },
    second,
  ])
  await client.send(new ecs.CreateClusterCommand({ clusterName: "other" }))
  const [elsewhere] = await run({ clientToken, cluster: "other" })
  assert.match(elsewhere?.taskArn ?? "", /:task\/other\//)
})

test("the AWS CLI runs with a strategy, tags and overrides in its own forms", async () => {
  const ran = await aws.cli(
    ...["ecs", "run-task", "--task-definition", "web", "--count", "1", "--started-by", "cli"],
    ...["--network-configuration", `awsvpcConfiguration={subnets=[${subnets[0]}],assignPublicIp=ENABLED}`],
    ...["--capacity-provider-strategy", "capacityProvider=FARGATE_SPOT,weight=1"],
    ...["--overrides", '{"containerOverrides":[{"name":"app","cpu":64}],"ephemeralStorage":{"sizeInGiB":42}}'],
    ...["--tags", "key=a,value=1", "key=b,value=2", "--enable-ecs-managed-tags"],
  )
  assert.equal(ran.code, 0, ran.stderr)
  const [task] = (ran.json as { tasks: ecs.Task[] }).tasks
  assert.deepEqual([task?.capacityProviderName, task?.startedBy], ["FARGATE_SPOT", "cli"])
  assert.deepEqual(task?.ephemeralStorage, { sizeInGiB: 42 })
  assert.equal(task?.containers?.[0]?.cpu, "64")
  assert.deepEqual(
    task?.tags?.map(({ key }) => key),
    ["aws:ecs:clusterName", "a", "b"],
  )
  const listed = await aws.cli("ecs", "list-tasks", "--started-by", "cli")
  assert.deepEqual((listed.json as { taskArns: string[] }).taskArns, [task?.taskArn])
})
