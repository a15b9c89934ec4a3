// Everything that RunTask refuses, by what is wrong and what ECS says to it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { runWeb, scope, subnets, vpc, withWeb } from "../../../test/support/ecs-harness.ts"
import type { Input } from "../../gate/index.ts"

type RunTaskInput = Input<"ecs", "RunTask">

// source: R = reference/aws-behaviour.md 1.5-1.7 and 8, F = public logs and issues, M = from memory
const subnet = subnets[0] ?? ""
const network = (over: object): Partial<RunTaskInput> => ({
  networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], ...over } },
})
const invalid = "InvalidParameterException"
const { launchType: _launchType, ...withoutLaunchType } = runWeb()
const refusals: readonly (readonly [source: string, what: string, RunTaskInput, code: string, message: string])[] = [
  ["R", "an unknown cluster", runWeb({ cluster: "none" }), "ClusterNotFoundException", "Cluster not found."],
  ["R", "an unknown family", runWeb({ taskDefinition: "none" }), "ClientException", "TaskDefinition not found."],
  ["M", "eleven tasks", runWeb({ count: 11 }), invalid, "count must be between 1 and 10."],
  ["M", "no tasks", runWeb({ count: 0 }), invalid, "count must be between 1 and 10."],
  [
    "R",
    "EC2 in an empty cluster",
    runWeb({ launchType: "EC2" }),
    invalid,
    "No Container Instances were found in your cluster.",
  ],
  [
    "R",
    "no launch type in an empty cluster",
    withoutLaunchType,
    invalid,
    "No Container Instances were found in your cluster.",
  ],
  [
    "F",
    "a launch type and a strategy",
    runWeb({ capacityProviderStrategy: [{ capacityProvider: "FARGATE" }] }),
    invalid,
    "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
  ],
  [
    "F",
    "a definition that Fargate cannot run",
    runWeb({ taskDefinition: "bridge" }),
    invalid,
    "Task definition does not support launch_type FARGATE.",
  ],
  [
    "R",
    "no network",
    { taskDefinition: "web", launchType: "FARGATE" },
    invalid,
    "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
  ],
  [
    "R",
    "a network where there is none",
    runWeb({ taskDefinition: "bridge", launchType: "EC2" }),
    invalid,
    "Network Configuration is not valid for the given networkMode of this task definition.",
  ],
  ["R", "no subnets", runWeb(network({ subnets: [] })), invalid, "subnets can not be empty."],
  [
    "R",
    "an unknown subnet",
    runWeb(network({ subnets: ["subnet-1"] })),
    invalid,
    "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
  ],
  [
    "R",
    "an unknown security group",
    runWeb(network({ securityGroups: ["sg-1"] })),
    invalid,
    "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)",
  ],
  [
    "R",
    "too many subnets",
    runWeb(network({ subnets: Array.from({ length: 17 }, (_, i) => `subnet-${i}`) })),
    invalid,
    "subnets can have at most 16 items.",
  ],
  [
    "R",
    "too many security groups",
    runWeb(network({ securityGroups: ["1", "2", "3", "4", "5", "6"] })),
    invalid,
    "securityGroups can have at most 5 items.",
  ],
  [
    "F",
    "an override of no container",
    runWeb({ overrides: { containerOverrides: [{ name: "none" }] } }),
    invalid,
    "Override for container named none is not a container in the TaskDefinition.",
  ],
  [
    "M",
    "an override with a variable without a name",
    runWeb({ overrides: { containerOverrides: [{ name: "app", environment: [{ name: "", value: "x" }] }] } }),
    "ClientException",
    "Environment variable name should not be null or empty.",
  ],
  [
    "M",
    "a role that cannot be one",
    runWeb({ overrides: { taskRoleArn: "arn:aws:iam::1:user/ann" } }),
    "ClientException",
    "Role is not valid",
  ],
  [
    "R",
    "a GPU for a task on Fargate",
    runWeb({
      overrides: { containerOverrides: [{ name: "app", resourceRequirements: [{ type: "GPU", value: "1" }] }] },
    }),
    "ClientException",
    "Tasks using the Fargate launch type do not support GPU resource requirements.",
  ],
  [
    "F",
    "an environment file that is none",
    runWeb({
      overrides: { containerOverrides: [{ name: "app", environmentFiles: [{ type: "s3", value: "my.env" }] }] },
    }),
    "ClientException",
    "Invalid arn syntax",
  ],
  [
    "M",
    "an accelerator that is no more",
    runWeb({ overrides: { inferenceAcceleratorOverrides: [{ deviceName: "d", deviceType: "eia2.medium" }] } }),
    invalid,
    "Unsupported field 'inferenceAcceleratorOverrides'",
  ],
  [
    "R",
    "a container of more CPU than the task",
    runWeb({ overrides: { containerOverrides: [{ name: "app", cpu: 257 }] } }),
    "ClientException",
    "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
  ],
  [
    "R",
    "an override to no Fargate size",
    runWeb({ overrides: { cpu: "1024" } }),
    "ClientException",
    "No Fargate configuration exists for given values: 1024 CPU, 512 memory. See the Amazon ECS documentation for the valid values.",
  ],
  [
    "R",
    "overrides of more than 8192 characters",
    runWeb({ overrides: { containerOverrides: [{ name: "app", command: ["x".repeat(8200)] }] } }),
    invalid,
    "Container Overrides length must be at most 8192",
  ],
  [
    "R",
    "tags of a service",
    runWeb({ propagateTags: "SERVICE" }),
    invalid,
    "propagateTags SERVICE is not valid for a task that is not part of a service.",
  ],
  [
    "M",
    "an unknown platform",
    runWeb({ platformVersion: "9.9.9" }),
    "PlatformUnknownException",
    "The specified platform does not exist.",
  ],
  [
    "M",
    "a token with a space",
    runWeb({ clientToken: "a b" }),
    invalid,
    "clientToken must be 1 to 64 ASCII characters between 33 and 126.",
  ],
  [
    "M",
    "a container overridden twice",
    runWeb({ overrides: { containerOverrides: [{ name: "app" }, { name: "app" }] } }),
    invalid,
    "Container app is overridden more than once.",
  ],
  [
    "M",
    "a word that propagateTags does not know",
    runWeb({ propagateTags: "ALL" as "NONE" }),
    invalid,
    "propagateTags should be one of [TASK_DEFINITION,SERVICE,NONE]",
  ],
  [
    "F",
    "a command that nobody may execute",
    runWeb({ enableExecuteCommand: true }),
    invalid,
    "The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again.",
  ],
  [
    "F",
    "who started it in too many words",
    runWeb({ startedBy: "x".repeat(129) }),
    invalid,
    "startedBy longer than 128.",
  ],
  [
    "M",
    "more tags than a task can have",
    runWeb({
      tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: "" })),
    }),
    invalid,
    "The number of tags exceeds the maximum of 50.",
  ],
  [
    "M",
    "placement on Fargate",
    runWeb({ placementStrategy: [{ type: "random" }] }),
    invalid,
    "Placement strategies are not supported with FARGATE launch type.",
  ],
]

for (const [source, what, input, code, message] of refusals) {
  test(`RunTask with ${what} is refused and starts nothing (${source})`, async () => {
    const { call, refuses, state } = await withWeb()
    await call("RegisterTaskDefinition", {
      family: "bridge",
      containerDefinitions: [{ name: "app", image: "app:1", memory: 64 }],
    })
    await refuses("RunTask", input, code, message)
    assert.deepEqual(
      state.view((view) => [view.tasks.size, view.runTaskTokens.size, view.vpcs.size]),
      [0, 0, 0],
    )
  })
}

test("subnets and security groups of two VPCs do not go together", async () => {
  const { refuses, state } = await withWeb()
  const owned = { ...scope, tags: [] }
  state.transact((tx) => {
    const [first] = vpc.subnets
    assert.ok(first)
    tx.subnets.insert({ ...first, ...owned, id: "subnet-2", vpcId: "vpc-2" })
    tx.securityGroups.insert({ ...vpc.securityGroup, ...owned, id: "sg-2", vpcId: "vpc-2" })
  })
  await refuses(
    "RunTask",
    runWeb(network({ subnets: [subnet, "subnet-2"] })),
    invalid,
    "The provided subnets do not belong to the same VPC.",
  )
  await refuses(
    "RunTask",
    runWeb(network({ securityGroups: ["sg-2"] })),
    invalid,
    "Security group sg-2 does not appear to belong to the same VPC as the input subnets.",
  )
})

test("what is not built says so: volumes at launch", async () => {
  const { refuses } = await withWeb()
  const isNotBuilt = (what: string) => ["NotImplemented", `Roadstead does not implement ${what} yet.`] as const
  const volumeConfigurations = [{ name: "v" }]
  await refuses(
    "RunTask",
    runWeb({ volumeConfigurations }),
    ...isNotBuilt("volumes that are configured at launch (volumeConfigurations)"),
  )
})
