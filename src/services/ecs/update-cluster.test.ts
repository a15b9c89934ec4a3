// Changing clusters: settings, configuration and capacity providers.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsArn, ecsHarness, fargateDefinition, runWeb, withWeb } from "../../../test/support/ecs-harness.ts"

const no = "InvalidParameterException"

test("settings and configuration of a cluster change each by itself", async () => {
  const { call } = ecsHarness()
  await call("CreateCluster", {})
  const configuration = { executeCommandConfiguration: { logging: "NONE" } } as const
  const settings = [{ name: "containerInsights", value: "enhanced" } as const]
  const first = await call("UpdateCluster", { cluster: "default", settings })
  assert.deepEqual([first.cluster?.settings, first.cluster?.configuration], [settings, undefined])
  const second = await call("UpdateCluster", { cluster: "default", configuration })
  assert.deepEqual([second.cluster?.settings, second.cluster?.configuration], [settings, configuration])
  const off = [{ name: "containerInsights", value: "disabled" } as const]
  const third = await call("UpdateClusterSettings", { cluster: ecsArn("cluster/default"), settings: off })
  assert.deepEqual([third.cluster?.settings, third.cluster?.configuration], [off, configuration])
})

test("a cluster that is not there, was deleted or is asked for what is not built, is not updated", async () => {
  const { call, refuses } = ecsHarness()
  const gone = "The referenced cluster was inactive."
  await refuses("UpdateCluster", { cluster: "none" }, "ClusterNotFoundException", "Cluster not found.")
  await call("CreateCluster", {})
  const serviceConnectDefaults = { namespace: "n" }
  const words = "Roadstead does not implement serviceConnectDefaults of ecs:UpdateCluster (service discovery) yet."
  await refuses("UpdateCluster", { cluster: "default", serviceConnectDefaults }, "NotImplemented", words)
  await call("DeleteCluster", { cluster: "default" })
  const settings = [{ name: "containerInsights", value: "enabled" } as const]
  await refuses("UpdateClusterSettings", { cluster: "default", settings }, "ClusterNotFoundException", gone)
})

test("the log configuration of ECS Exec goes with OVERRIDE and with nothing else", async () => {
  const { call, refuses } = ecsHarness()
  // source: badmintoncryer/cdk-preflight rules/ecs/pf-ecs-cluster-execute-command-*
  const needsOverride = "You must set logging to 'OVERRIDE' when you supply a log configuration."
  const needsTarget =
    "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration."
  const configured = (executeCommandConfiguration: object) => ({ configuration: { executeCommandConfiguration } })
  const logConfiguration = { cloudWatchLogGroupName: "g" }
  await refuses("CreateCluster", configured({ logConfiguration }), no, needsOverride)
  await refuses("CreateCluster", configured({ logging: "NONE", logConfiguration }), no, needsOverride)
  await refuses("CreateCluster", configured({ logging: "OVERRIDE" }), no, needsTarget)
  await refuses("CreateCluster", configured({ logging: "OVERRIDE", logConfiguration: {} }), no, needsTarget)
  const { cluster } = await call("CreateCluster", configured({ logging: "OVERRIDE", logConfiguration }))
  assert.deepEqual(cluster?.configuration?.executeCommandConfiguration, {
    logging: "OVERRIDE",
    logConfiguration: { ...logConfiguration, cloudWatchEncryptionEnabled: false, s3EncryptionEnabled: false },
  })
})

test("managed storage takes keys of one region only", async () => {
  const { call, refuses } = ecsHarness()
  const stored = (key: string) => ({
    configuration: { managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: key } },
  })
  const mrk = "fargateEphemeralStorageKmsKeyId must be a single Region key."
  await refuses("CreateCluster", stored("mrk-1234567890abcdef1234567890abcdef"), no, mrk)
  await refuses("CreateCluster", stored("no key"), no, "Invalid fargateEphemeralStorageKmsKeyId 'no key'.")
  const key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  const { cluster } = await call("CreateCluster", stored(key))
  assert.equal(cluster?.configuration?.managedStorageConfiguration?.fargateEphemeralStorageKmsKeyId, key)
})

test("providers and default strategy are replaced as a whole, and the default is what tasks then run on", async () => {
  const { call } = await withWeb()
  const strategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }]
  const { cluster } = await call("PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: ["FARGATE", ecsArn("capacity-provider/FARGATE_SPOT")],
    defaultCapacityProviderStrategy: strategy,
  })
  assert.deepEqual(cluster?.capacityProviders, ["FARGATE", "FARGATE_SPOT"])
  assert.deepEqual(cluster?.defaultCapacityProviderStrategy, strategy)
  const { launchType: _launchType, ...byDefault } = runWeb()
  const { tasks: [task] = [] } = await call("RunTask", byDefault)
  assert.deepEqual([task?.launchType, task?.capacityProviderName], ["FARGATE", "FARGATE_SPOT"])
})

test("a provider that tasks run on is not taken away until they have stopped", async () => {
  const { call, refuses, patchTask } = await withWeb()
  const put = (capacityProviders: string[]) => ({
    cluster: "default",
    capacityProviders,
    defaultCapacityProviderStrategy: [],
  })
  await call("PutClusterCapacityProviders", put(["FARGATE", "FARGATE_SPOT"]))
  const { launchType: _launchType, ...run } = runWeb({
    capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  })
  const { tasks: [task] = [] } = await call("RunTask", run)
  const inUse = "The specified capacity provider is in use and cannot be removed."
  await refuses("PutClusterCapacityProviders", put([]), "ResourceInUseException", inUse)
  await call("PutClusterCapacityProviders", put(["FARGATE_SPOT"]))
  patchTask(task?.taskArn, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stoppedAt: 0 })
  assert.deepEqual((await call("PutClusterCapacityProviders", put([]))).cluster?.capacityProviders, [])
})

test("unknown and repeated providers, and strategies of providers that are not in the list, are refused", async () => {
  const { call, refuses } = ecsHarness()
  await call("CreateCluster", {})
  const put = (capacityProviders: string[], provider?: string) => ({
    cluster: "default",
    capacityProviders,
    defaultCapacityProviderStrategy: provider ? [{ capacityProvider: provider, weight: 1 }] : [],
  })
  const unknown =
    "The specified capacity provider 'mine' was not found. Specify a valid capacity provider name or ARN and try again."
  await refuses("PutClusterCapacityProviders", put(["FARGATE", "mine"]), no, unknown)
  const twice = "The capacity provider 'FARGATE' is specified more than once."
  await refuses("PutClusterCapacityProviders", put(["FARGATE", "FARGATE"]), no, twice)
  const notAssociated =
    "The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again."
  await refuses("PutClusterCapacityProviders", put(["FARGATE"], "FARGATE_SPOT"), no, notAssociated)
  // source: aws-cloudformation/cloudformation-coverage-roadmap#1086
  const many = Array.from({ length: 21 }, () => "FARGATE")
  const tooMany = "The maximum number of capacity providers per cluster has been exceeded."
  await refuses("PutClusterCapacityProviders", put(many), no, tooMany)
  assert.deepEqual((await call("DescribeClusters", {})).clusters?.[0]?.capacityProviders, [])
})

test("FARGATE and FARGATE_SPOT are there for everybody, and a cluster shows those that it has", async () => {
  const { call, refuses } = ecsHarness()
  const names = async (input: Parameters<typeof call<"DescribeCapacityProviders">>[1]) => {
    const { capacityProviders, failures } = await call("DescribeCapacityProviders", input)
    return [capacityProviders?.map(({ name }) => name), failures?.map(({ arn }) => arn)]
  }
  const { capacityProviders } = await call("DescribeCapacityProviders", {})
  assert.deepEqual(capacityProviders?.[0], {
    capacityProviderArn: ecsArn("capacity-provider/FARGATE"),
    name: "FARGATE",
    status: "ACTIVE",
    tags: [],
    type: "FARGATE",
  })
  const spot = ecsArn("capacity-provider/FARGATE_SPOT")
  assert.deepEqual(await names({ capacityProviders: [spot, "mine"] }), [
    ["FARGATE_SPOT"],
    [ecsArn("capacity-provider/mine")],
  ])
  await call("CreateCluster", { capacityProviders: ["FARGATE_SPOT"] })
  assert.deepEqual(await names({ cluster: "default" }), [["FARGATE_SPOT"], []])
  const page = await call("DescribeCapacityProviders", { maxResults: 1 })
  assert.equal(page.capacityProviders?.length, 1)
  assert.deepEqual(await names({ maxResults: 1, nextToken: page.nextToken }), [["FARGATE_SPOT"], []])
  await refuses("DescribeCapacityProviders", { cluster: "none" }, "ClusterNotFoundException", "Cluster not found.")
})

test("a definition made later runs on what the cluster has by default", async () => {
  const { call } = ecsHarness()
  await call("CreateCluster", {
    capacityProviders: ["FARGATE"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
  })
  await call("RegisterTaskDefinition", fargateDefinition())
  const { launchType: _launchType, ...byDefault } = runWeb()
  assert.equal((await call("RunTask", byDefault)).tasks?.[0]?.capacityProviderName, "FARGATE")
})
