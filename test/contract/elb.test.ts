// Classic load balancers as the SDK and the AWS CLI see them, beside those of version 2, which share their endpoint and the name
// that they are signed for.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AccessPointNotFoundException,
  CreateLoadBalancerCommand,
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
  InvalidConfigurationRequestException,
  ModifyLoadBalancerAttributesCommand,
  paginateDescribeLoadBalancers,
  RegisterInstancesWithLoadBalancerCommand,
  waitUntilAnyInstanceInService,
  waitUntilInstanceDeregistered,
} from "@aws-sdk/client-elastic-load-balancing"
import {
  DescribeLoadBalancersCommand as DescribeV2,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { classicKey, defaultVpcId, type TargetHealthRow } from "../../src/state/index.ts"
import { allServices } from "../support/all-services.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { anInstance } from "../support/rows.ts"

let aws: AwsEndpoint
let client: ElasticLoadBalancingClient
before(async () => {
  aws = await awsEndpoint(allServices())
  client = new ElasticLoadBalancingClient(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const scope = { account, region }
const Listeners = [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }]
const AvailabilityZones = [`${region}a`]
const id = "i-0123456789abcdef0"

test("the SDK makes one, fills it, and waits for its instances", async () => {
  await client.send(new CreateLoadBalancerCommand({ LoadBalancerName: "sdk", Listeners, AvailabilityZones }))
  aws.state.transact((tx) => tx.instances.insert(anInstance({ ...scope, id, vpcId: defaultVpcId(scope) })))
  const instances = { LoadBalancerName: "sdk", Instances: [{ InstanceId: id }] }
  await client.send(new RegisterInstancesWithLoadBalancerCommand(instances))
  const before = await client.send(new DescribeInstanceHealthCommand({ LoadBalancerName: "sdk" }))
  assert.deepEqual(before.InstanceStates, [
    {
      InstanceId: id,
      State: "OutOfService",
      ReasonCode: "ELB",
      Description: "Instance registration is still in progress.",
    },
  ])
  const waits = { client, maxWaitTime: 60, minDelay: 1 }
  assert.equal((await waitUntilInstanceDeregistered(waits, instances)).state, "SUCCESS")
  const healthy: TargetHealthRow = {
    ...scope,
    groupArn: classicKey(scope, "sdk"),
    id,
    port: 0,
    state: "healthy",
    since: 0,
  }
  aws.state.transact((tx) => tx.targetHealth.insert(healthy))
  assert.equal((await waitUntilAnyInstanceInService(waits, { LoadBalancerName: "sdk" })).state, "SUCCESS")
})

test("lists come page by page, and errors are the SDK's own classes", async () => {
  await client.send(new CreateLoadBalancerCommand({ LoadBalancerName: "second", Listeners, AvailabilityZones }))
  const names: (string | undefined)[] = []
  for await (const page of paginateDescribeLoadBalancers({ client, pageSize: 1 }, {})) {
    names.push(...(page.LoadBalancerDescriptions ?? []).map(({ LoadBalancerName }) => LoadBalancerName))
  }
  assert.deepEqual(names, ["sdk", "second"])
  const none = client.send(new DescribeLoadBalancersCommand({ LoadBalancerNames: ["none"] }))
  await assert.rejects(none, AccessPointNotFoundException)
  const bad = new ModifyLoadBalancerAttributesCommand({
    LoadBalancerName: "sdk",
    LoadBalancerAttributes: { AccessLog: { Enabled: true } },
  })
  await assert.rejects(client.send(bad), (thrown) => {
    assert.ok(thrown instanceof InvalidConfigurationRequestException)
    assert.equal(thrown.$metadata.httpStatusCode, 409)
    return true
  })
})

test("the same action of the other version is the other service's", async () => {
  const other = new ElasticLoadBalancingV2Client(aws.sdk)
  after(() => other.destroy())
  const answer = await other.send(new DescribeV2({})).catch((thrown: { name: string }) => thrown.name)
  // Classic ones are not among them.
  assert.ok(answer === "NotImplemented" || (typeof answer === "object" && answer.LoadBalancers?.length === 0))
})

// Each start of the CLI takes seconds on a busy machine.
test("aws elb and aws elbv2 reach their own services on one endpoint", { timeout: 300_000 }, async () => {
  const run = async (...args: readonly string[]) => {
    const { code, json, stderr } = await aws.cli(...args)
    assert.equal(code, 0, stderr)
    return json as Record<string, string>
  }
  const listener = "Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=HTTP,InstancePort=80"
  const place = ["--listeners", listener, "--availability-zones", `${region}a`]
  const made = await run("elb", "create-load-balancer", "--load-balancer-name", "cli", ...place)
  assert.match(made.DNSName ?? "", /^cli-\d{10}\.us-east-1\.elb\.localhost$/)
  const gone = await aws.cli("elb", "describe-instance-health", "--load-balancer-name", "none")
  assert.match(gone.stderr, /\(LoadBalancerNotFound\).*There is no ACTIVE Load Balancer named 'none'/)
  const v2 = await aws.cli("elbv2", "describe-load-balancers")
  if (v2.code !== 0) assert.match(v2.stderr, /NotImplemented.*elbv2:DescribeLoadBalancers/)
  else assert.deepEqual(v2.json, { LoadBalancers: [] })
  await run("elb", "delete-load-balancer", "--load-balancer-name", "cli")
})
