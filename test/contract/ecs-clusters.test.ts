// Clusters and capacity providers as the AWS SDK and the AWS CLI see them.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { fargateDefinition, runWeb } from "../support/ecs-harness.ts"

let aws: EcsEndpoint
before(async () => {
  aws = await ecsEndpoint()
  await aws.client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition()))
})
after(() => aws.close())

const everything = Object.values(ecs.ClusterField)

test("a cluster is made, changed and described with everything that can be included", async () => {
  const { client, patchTask } = aws
  await client.send(
    new ecs.CreateClusterCommand({
      clusterName: "full",
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
      tags: [{ key: "team", value: "blue" }],
    }),
  )
  await client.send(
    new ecs.UpdateClusterCommand({
      cluster: "full",
      settings: [{ name: "containerInsights", value: "enhanced" }],
      configuration: {
        executeCommandConfiguration: { logging: "OVERRIDE", logConfiguration: { s3BucketName: "b", s3KeyPrefix: "p" } },
      },
    }),
  )
  const { launchType: _launchType, ...byDefault } = runWeb({ cluster: "full", count: 3 })
  const { tasks = [] } = await client.send(new ecs.RunTaskCommand(byDefault))
  assert.deepEqual(
    tasks.map((task) => task.capacityProviderName),
    ["FARGATE_SPOT", "FARGATE_SPOT", "FARGATE_SPOT"],
  )
  patchTask(tasks[0]?.taskArn, { lastStatus: "RUNNING" })
  await client.send(new ecs.RegisterContainerInstanceCommand({ cluster: "full" }))
  const { clusters: [cluster] = [] } = await client.send(
    new ecs.DescribeClustersCommand({ clusters: ["full"], include: everything }),
  )
  assert.deepEqual(cluster, {
    clusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/full",
    clusterName: "full",
    status: "ACTIVE",
    registeredContainerInstancesCount: 1,
    runningTasksCount: 1,
    pendingTasksCount: 2,
    activeServicesCount: 0,
    statistics: [
      { name: "runningEC2TasksCount", value: "0" },
      { name: "runningFargateTasksCount", value: "1" },
      { name: "pendingEC2TasksCount", value: "0" },
      { name: "pendingFargateTasksCount", value: "2" },
      { name: "runningExternalTasksCount", value: "0" },
      { name: "pendingExternalTasksCount", value: "0" },
      { name: "activeEC2ServiceCount", value: "0" },
      { name: "activeFargateServiceCount", value: "0" },
      { name: "drainingEC2ServiceCount", value: "0" },
      { name: "drainingFargateServiceCount", value: "0" },
      { name: "activeExternalServiceCount", value: "0" },
      { name: "drainingExternalServiceCount", value: "0" },
    ],
    tags: [{ key: "team", value: "blue" }],
    settings: [{ name: "containerInsights", value: "enhanced" }],
    configuration: {
      executeCommandConfiguration: {
        logging: "OVERRIDE",
        logConfiguration: {
          cloudWatchEncryptionEnabled: false,
          s3BucketName: "b",
          s3EncryptionEnabled: false,
          s3KeyPrefix: "p",
        },
      },
    },
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }],
    attachments: [],
  })
  const bad = await errorOf(client.send(new ecs.DescribeClustersCommand({ include: ["ALL" as "TAGS"] })))
  assert.equal(bad.message, "include should be one of [ATTACHMENTS,CONFIGURATIONS,SETTINGS,STATISTICS,TAGS]")
})

test("a provider in use, a cluster with tasks and a strategy of strangers are refused by the SDK's own errors", async () => {
  const { client } = aws
  const put = (capacityProviders: string[], provider?: string) =>
    new ecs.PutClusterCapacityProvidersCommand({
      cluster: "full",
      capacityProviders,
      defaultCapacityProviderStrategy: provider ? [{ capacityProvider: provider, weight: 1 }] : [],
    })
  const inUse = await errorOf(client.send(put(["FARGATE"])))
  assert.ok(inUse instanceof ecs.ResourceInUseException)
  assert.equal(inUse.message, "The specified capacity provider is in use and cannot be removed.")
  const stranger = await errorOf(client.send(put(["FARGATE", "FARGATE_SPOT"], "mine")))
  assert.ok(stranger instanceof ecs.InvalidParameterException)
  const full = await errorOf(client.send(new ecs.DeleteClusterCommand({ cluster: "full" })))
  assert.ok(full instanceof ecs.ClusterContainsContainerInstancesException)
})

test("the AWS CLI changes and describes a cluster and its providers", async () => {
  await aws.client.send(new ecs.CreateClusterCommand({ clusterName: "cli" }))
  const named = ["--cluster", "cli"]
  const settings = await aws.cli(
    "ecs",
    "update-cluster-settings",
    ...named,
    "--settings",
    "name=containerInsights,value=enabled",
  )
  assert.equal(settings.code, 0, settings.stderr)
  const strategy = "capacityProvider=FARGATE,weight=1,base=2"
  const providers = ["--capacity-providers", "FARGATE", "FARGATE_SPOT"]
  const put = await aws.cli(
    ...["ecs", "put-cluster-capacity-providers", ...named, ...providers],
    ...["--default-capacity-provider-strategy", strategy],
  )
  assert.equal(put.code, 0, put.stderr)
  const described = await aws.cli("ecs", "describe-clusters", "--clusters", "cli", "none", "--include", "SETTINGS")
  const { clusters, failures } = described.json as { clusters: ecs.Cluster[]; failures: ecs.Failure[] }
  assert.deepEqual(clusters[0]?.settings, [{ name: "containerInsights", value: "enabled" }])
  assert.deepEqual(clusters[0]?.defaultCapacityProviderStrategy, [{ capacityProvider: "FARGATE", weight: 1, base: 2 }])
  assert.deepEqual(failures, [{ arn: "arn:aws:ecs:us-east-1:123456789012:cluster/none", reason: "MISSING" }])
  const shown = await aws.cli("ecs", "describe-capacity-providers", "--max-results", "1")
  assert.equal((shown.json as { capacityProviders: ecs.CapacityProvider[] }).capacityProviders[0]?.name, "FARGATE")
  const unset = await aws.cli(
    "ecs",
    "put-cluster-capacity-providers",
    ...named,
    "--capacity-providers",
    "[]",
    "--default-capacity-provider-strategy",
    "[]",
  )
  assert.equal(unset.code, 0, unset.stderr)
  assert.deepEqual((unset.json as { cluster: ecs.Cluster }).cluster.capacityProviders, [])
})
