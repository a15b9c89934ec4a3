// Task definitions as their callers see them: what is filled in, how they are found, listed and ended.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsArn, ecsHarness, fargateDefinition, root, runWeb, withWeb } from "../../../test/support/ecs-harness.ts"

test("a registered task definition comes back with everything that ECS fills in", async () => {
  const { call, clock } = ecsHarness()
  const { taskDefinition, tags } = await call(
    "RegisterTaskDefinition",
    fargateDefinition({
      cpu: ".25 vCPU",
      memory: "0.5 GB",
      containerDefinitions: [
        {
          name: "app",
          image: "app:1",
          portMappings: [{ containerPort: 80 }],
          healthCheck: { command: ["CMD-SHELL", "true"] },
        },
      ],
      tags: [{ key: "team", value: "a" }],
    }),
  )
  assert.deepEqual(tags, [{ key: "team", value: "a" }])
  // source: reference/aws-behaviour.md 1.8, filled defaults
  assert.deepEqual(taskDefinition, {
    taskDefinitionArn: ecsArn("task-definition/web:1"),
    family: "web",
    revision: 1,
    status: "ACTIVE",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    compatibilities: ["EC2", "MANAGED_INSTANCES", "FARGATE"],
    cpu: "256",
    memory: "512",
    volumes: [],
    placementConstraints: [],
    registeredAt: new Date(clock.now()),
    registeredBy: root.arn,
    requiresAttributes: [
      { name: "ecs.capability.container-health-check" },
      { name: "com.amazonaws.ecs.capability.docker-remote-api.1.24" },
      { name: "ecs.capability.task-eni" },
      { name: "com.amazonaws.ecs.capability.docker-remote-api.1.18" },
    ],
    containerDefinitions: [
      {
        name: "app",
        image: "app:1",
        cpu: 0,
        essential: true,
        environment: [],
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
        healthCheck: { command: ["CMD-SHELL", "true"], interval: 30, timeout: 5, retries: 3 },
      },
    ],
  })
})

test("in bridge mode a host port that is not given is chosen later", async () => {
  const { call } = ecsHarness()
  const { taskDefinition } = await call("RegisterTaskDefinition", {
    family: "bridge",
    containerDefinitions: [
      { name: "a", image: "a", memory: 64, portMappings: [{ containerPort: 80, protocol: "udp" }] },
    ],
  })
  assert.deepEqual(taskDefinition?.containerDefinitions?.[0]?.portMappings, [
    { containerPort: 80, hostPort: 0, protocol: "udp" },
  ])
  assert.deepEqual(taskDefinition?.compatibilities, ["EXTERNAL", "EC2"])
  assert.equal(taskDefinition !== undefined && "networkMode" in taskDefinition, false)
})

test("what the task needs of its host is listed by name, each once", async () => {
  const { call } = ecsHarness()
  const { taskDefinition } = await call("RegisterTaskDefinition", {
    family: "needy",
    taskRoleArn: "arn:aws:iam::123456789012:role/task",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions: [
      {
        name: "a",
        image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/a:1",
        memory: 64,
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-region": "us-east-1" } },
        secrets: [{ name: "S", valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:s" }],
      },
      { name: "b", image: "b", memory: 64, dependsOn: [{ containerName: "a", condition: "START" }] },
    ],
  })
  // source: reference/aws-behaviour.md 1.8, requiresAttributes
  assert.deepEqual(taskDefinition?.requiresAttributes?.map((attribute) => attribute.name).sort(), [
    "com.amazonaws.ecs.capability.docker-remote-api.1.19",
    "com.amazonaws.ecs.capability.ecr-auth",
    "com.amazonaws.ecs.capability.logging-driver.awslogs",
    "com.amazonaws.ecs.capability.task-iam-role",
    "ecs.capability.container-ordering",
    "ecs.capability.execution-role-awslogs",
    "ecs.capability.execution-role-ecr-pull",
    "ecs.capability.secrets.asm.environment-variables",
  ])
})

test("a family alone means its latest ACTIVE revision", async () => {
  const { call, refuses } = await withWeb()
  await call("RegisterTaskDefinition", fargateDefinition())
  await call("RegisterTaskDefinition", fargateDefinition())
  await call("DeregisterTaskDefinition", { taskDefinition: "web:3" })
  const revision = async (taskDefinition: string) =>
    (await call("DescribeTaskDefinition", { taskDefinition })).taskDefinition?.revision
  assert.equal(await revision("web"), 2)
  assert.equal(await revision("web:3"), 3)
  assert.equal(await revision(ecsArn("task-definition/web:1")), 1)
  assert.equal(await revision(ecsArn("task-definition/web")), 2)
  // source: hashicorp/terraform#17746
  const malformed = "Invalid revision number. Number: latest"
  await refuses("DescribeTaskDefinition", { taskDefinition: "web:latest" }, "InvalidParameterException", malformed)
  await refuses("RunTask", runWeb({ taskDefinition: "web:latest" }), "InvalidParameterException", malformed)
  const blank = "TaskDefinition can not be blank."
  await refuses("DescribeTaskDefinition", { taskDefinition: "" }, "InvalidParameterException", blank)
  await refuses("DeregisterTaskDefinition", { taskDefinition: "web" }, "ClientException", "Revision is missing.")
  const none = "The specified task definition does not exist."
  await refuses("DeregisterTaskDefinition", { taskDefinition: "web:9" }, "ClientException", none)
  for (const taskDefinition of ["none", "web:9", "a b", ecsArn("cluster/web")]) {
    await refuses(
      "DescribeTaskDefinition",
      { taskDefinition },
      "ClientException",
      "Unable to describe task definition.",
    )
  }
})

test("tags are described only when they are asked for, beside the definition", async () => {
  const { call } = ecsHarness()
  await call("RegisterTaskDefinition", fargateDefinition({ tags: [{ key: "k", value: "v" }] }))
  assert.equal("tags" in (await call("DescribeTaskDefinition", { taskDefinition: "web" })), false)
  const { tags } = await call("DescribeTaskDefinition", { taskDefinition: "web", include: ["TAGS"] })
  assert.deepEqual(tags, [{ key: "k", value: "v" }])
})

test("an empty list of tags, or more than 50, registers nothing", async () => {
  const { call, refuses } = ecsHarness()
  await refuses("RegisterTaskDefinition", fargateDefinition({ tags: [] }), "ClientException", "Tags can not be empty.")
  const many = Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: "v" }))
  await assert.rejects(call("RegisterTaskDefinition", fargateDefinition({ tags: many })), /tags/)
  assert.deepEqual((await call("ListTaskDefinitionFamilies", {})).families, [])
})

test("a revision is never used again, not even when it was deleted", async () => {
  const { call, state } = await withWeb()
  await call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
  const { taskDefinitions } = await call("DeleteTaskDefinitions", { taskDefinitions: ["web:1"] })
  assert.equal(taskDefinitions?.[0]?.status, "DELETE_IN_PROGRESS")
  state.transact((tx) => tx.taskDefinitions.delete(ecsArn("task-definition/web:1")))
  assert.equal((await call("RegisterTaskDefinition", fargateDefinition())).taskDefinition?.revision, 2)
})

test("an ACTIVE or unknown task definition is a failure of DeleteTaskDefinitions", async () => {
  const { call, refuses } = await withWeb()
  const { taskDefinitions, failures } = await call("DeleteTaskDefinitions", { taskDefinitions: ["web:1", "web:7"] })
  assert.deepEqual(taskDefinitions, [])
  assert.deepEqual(failures, [
    {
      arn: ecsArn("task-definition/web:1"),
      reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
    },
    {
      arn: ecsArn("task-definition/web:7"),
      reason: "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
    },
  ])
  await refuses(
    "DeleteTaskDefinitions",
    { taskDefinitions: Array.from({ length: 11 }, (_, i) => `web:${i + 1}`) },
    "InvalidParameterException",
    "Size of TaskDefinition references list cannot exceed 10",
  )
})

test("an INACTIVE task definition starts no task", async () => {
  const { call, refuses } = await withWeb()
  await call("DeregisterTaskDefinition", { taskDefinition: "web:1" })
  await refuses("RunTask", runWeb({ taskDefinition: "web:1" }), "ClientException", "TaskDefinition is inactive")
  await refuses("RunTask", runWeb(), "ClientException", "TaskDefinition not found.")
})

test("revisions are listed by number, either way round, page by page", async () => {
  const { call } = ecsHarness()
  for (let i = 0; i < 11; i++) await call("RegisterTaskDefinition", fargateDefinition())
  await call("RegisterTaskDefinition", fargateDefinition({ family: "web-2" }))
  await call("RegisterTaskDefinition", fargateDefinition({ family: "api" }))
  const list = async (sort: "ASC" | "DESC", familyPrefix?: string) => {
    const seen: string[] = []
    let nextToken: string | undefined
    do {
      const page = await call("ListTaskDefinitions", { maxResults: 4, nextToken, sort, familyPrefix })
      seen.push(...(page.taskDefinitionArns ?? []).map((arn) => arn.slice(arn.indexOf("/") + 1)))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return seen
  }
  const web = Array.from({ length: 11 }, (_, i) => `web:${i + 1}`)
  assert.deepEqual(await list("ASC"), ["api:1", ...web, "web-2:1"])
  assert.deepEqual(await list("DESC"), ["web-2:1", ...web.toReversed(), "api:1"])
  // familyPrefix is a whole family name here
  assert.deepEqual(await list("ASC", "web"), web)
  assert.deepEqual(await list("ASC", "we"), [])
})

test("families are listed by a true prefix and by whether a revision is ACTIVE", async () => {
  const { call } = await withWeb()
  await call("RegisterTaskDefinition", fargateDefinition({ family: "web-2" }))
  await call("RegisterTaskDefinition", fargateDefinition({ family: "api" }))
  await call("DeregisterTaskDefinition", { taskDefinition: "api:1" })
  const families = async (input: { status?: "ACTIVE" | "INACTIVE" | "ALL"; familyPrefix?: string }) =>
    (await call("ListTaskDefinitionFamilies", input)).families
  assert.deepEqual(await families({}), ["api", "web", "web-2"])
  assert.deepEqual(await families({ familyPrefix: "we" }), ["web", "web-2"])
  assert.deepEqual(await families({ status: "INACTIVE" }), ["api"])
  assert.deepEqual(await families({ status: "ACTIVE" }), ["web", "web-2"])
})
