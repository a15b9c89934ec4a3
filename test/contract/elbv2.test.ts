// Elastic Load Balancing v2 as the SDK and the AWS CLI see it, their waiters included. No proxy is there: what one would
// report is written by hand.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeregisterTargetsCommand,
  DescribeSSLPoliciesCommand,
  DuplicateListenerException,
  ElasticLoadBalancingV2Client,
  ElasticLoadBalancingV2ServiceException,
  ModifyCapacityReservationCommand,
  paginateDescribeRules,
  RegisterTargetsCommand,
  TargetGroupNotFoundException,
  waitUntilLoadBalancerAvailable,
  waitUntilLoadBalancerExists,
  waitUntilLoadBalancersDeleted,
  waitUntilTargetDeregistered,
  waitUntilTargetInService,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { type AwsEndpoint, account, awsEndpoint, region } from "../support/aws-endpoint.ts"
import { forwardTo, notFoundAction, subnets, vpc } from "../support/elbv2.ts"

let aws: AwsEndpoint
let client: ElasticLoadBalancingV2Client
before(async () => {
  aws = await awsEndpoint([ec2, elbv2, iam])
  client = new ElasticLoadBalancingV2Client(aws.sdk)
})
after(async () => {
  client.destroy()
  await aws.close()
})

const scope = { account, region }
/** The waiters look at once, and here once is enough. */
const waiting = () => ({ client, maxWaitTime: 60 })

/** What controllers/load-balancer does when a proxy carries for it. */
const activate = (arn: string) =>
  aws.state.transact((tx) => tx.loadBalancers.patch(arn, { status: { code: "active" } }))

const see = (groupArn: string, id: string, state: "healthy" | "unhealthy") =>
  aws.state.transact((tx) => tx.targetHealth.put({ ...scope, groupArn, id, port: 80, state, since: 0 }))

const newGroup = async (Name: string): Promise<string> => {
  const input = { Name, Protocol: "HTTP", Port: 80, VpcId: vpc.vpc.id, TargetType: "ip" } as const
  return (await client.send(new CreateTargetGroupCommand(input))).TargetGroups?.[0]?.TargetGroupArn ?? ""
}

test("the SDK goes from a load balancer to a target in service and back, with its waiters", async () => {
  const { LoadBalancers: [made] = [] } = await client.send(
    new CreateLoadBalancerCommand({ Name: "sdk", Subnets: subnets }),
  )
  const LoadBalancerArn = made?.LoadBalancerArn ?? ""
  assert.equal(made?.State?.Code, "provisioning")
  assert.ok(made?.CreatedTime instanceof Date)
  const LoadBalancerArns = [LoadBalancerArn]
  await waitUntilLoadBalancerExists(waiting(), { LoadBalancerArns })
  activate(LoadBalancerArn)
  await waitUntilLoadBalancerAvailable(waiting(), { LoadBalancerArns })
  const TargetGroupArn = await newGroup("sdk")
  const DefaultActions = [forwardTo(TargetGroupArn)]
  const listener = { LoadBalancerArn, Protocol: "HTTP", Port: 80, DefaultActions } as const
  await client.send(new CreateListenerCommand(listener))
  const Targets = [{ Id: "172.31.0.10", Port: 80 }]
  await client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets }))
  see(TargetGroupArn, "172.31.0.10", "healthy")
  await waitUntilTargetInService(waiting(), { TargetGroupArn, Targets })
  await client.send(new DeregisterTargetsCommand({ TargetGroupArn, Targets }))
  // controllers/target ends the draining.
  aws.state.transact((tx) => void tx.targets.delete(`${TargetGroupArn} 172.31.0.10:80`))
  await waitUntilTargetDeregistered(waiting(), { TargetGroupArn, Targets })
  await client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  await waitUntilLoadBalancersDeleted(waiting(), { LoadBalancerArns })
})

test("errors are the SDK's own classes, and what is not here says so", async () => {
  const { LoadBalancers: [made] = [] } = await client.send(
    new CreateLoadBalancerCommand({ Name: "e", Subnets: subnets }),
  )
  const LoadBalancerArn = made?.LoadBalancerArn
  const listener = { LoadBalancerArn, Protocol: "HTTP", Port: 80 } as const
  await client.send(new CreateListenerCommand({ ...listener, DefaultActions: [notFoundAction] }))
  const other = { ...listener, DefaultActions: [{ ...notFoundAction, Order: 1 }] }
  await assert.rejects(client.send(new CreateListenerCommand(other)), DuplicateListenerException)
  const none = `arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/none/0123456789abcdef`
  const forward = { ...listener, Port: 81, DefaultActions: [forwardTo(none)] }
  await assert.rejects(client.send(new CreateListenerCommand(forward)), (thrown) => {
    assert.ok(thrown instanceof TargetGroupNotFoundException)
    assert.equal(thrown.message, `Target group '${none}' not found`)
    return true
  })
  await assert.rejects(client.send(new ModifyCapacityReservationCommand({ LoadBalancerArn })), (thrown) => {
    assert.ok(thrown instanceof ElasticLoadBalancingV2ServiceException)
    assert.deepEqual([thrown.name, thrown.$metadata.httpStatusCode], ["NotImplemented", 501])
    return true
  })
})

test("the SDK's paginator reads the rules of a listener once and to the default one", async () => {
  const { LoadBalancers: [made] = [] } = await client.send(
    new CreateLoadBalancerCommand({ Name: "p", Subnets: subnets }),
  )
  const listener = { LoadBalancerArn: made?.LoadBalancerArn, Protocol: "HTTP", Port: 80 } as const
  const { Listeners: [{ ListenerArn } = {}] = [] } = await client.send(
    new CreateListenerCommand({ ...listener, DefaultActions: [notFoundAction] }),
  )
  for (let i = 7; i > 0; i--) {
    const Conditions = [{ Field: "path-pattern", Values: [`/${i}`] }]
    await client.send(new CreateRuleCommand({ ListenerArn, Priority: i, Conditions, Actions: [notFoundAction] }))
  }
  const seen: (string | undefined)[] = []
  for await (const page of paginateDescribeRules({ client, pageSize: 3 }, { ListenerArn }))
    seen.push(...(page.Rules ?? []).map(({ Priority }) => Priority))
  assert.deepEqual(seen, ["1", "2", "3", "4", "5", "6", "7", "default"])
})

test("the SDK reads AWS's security policies with their protocols and ciphers", async () => {
  const { SslPolicies: [policy] = [] } = await client.send(
    new DescribeSSLPoliciesCommand({ Names: ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"] }),
  )
  assert.deepEqual(policy?.SslProtocols?.toSorted(), ["TLSv1.2", "TLSv1.3"])
  assert.deepEqual(policy?.Ciphers?.[0], { Name: "TLS_AES_128_GCM_SHA256", Priority: 1 })
  assert.equal(policy?.Ciphers?.length, 7)
})

const run = async (...args: readonly string[]) => {
  const { code, json, stderr } = await aws.cli("elbv2", ...args)
  assert.equal(code, 0, stderr)
  return json as Record<string, Record<string, string>[]>
}

// Each start of the CLI takes seconds on a busy machine.
test("the AWS CLI makes a listener with a rule, waits for a target, and is refused in AWS's words", {
  timeout: 300_000,
}, async () => {
  const { LoadBalancers: [{ LoadBalancerArn = "" } = {}] = [] } = await run(
    ...["create-load-balancer", "--name", "cli", "--subnets", ...subnets, "--tags", "Key=a,Value=b"],
  )
  const group = await newGroup("cli")
  const action = `Type=forward,TargetGroupArn=${group}`
  const { Listeners: [{ ListenerArn = "" } = {}] = [] } = await run(
    ...["create-listener", "--load-balancer-arn", LoadBalancerArn, "--protocol", "HTTP", "--port", "80"],
    ...["--default-actions", action],
  )
  const { Rules: [rule] = [] } = await run(
    ...["create-rule", "--listener-arn", ListenerArn, "--priority", "5", "--actions", action],
    ...["--conditions", "Field=path-pattern,Values=/img/*"],
  )
  assert.equal(rule?.Priority, "5")
  await client.send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: "172.31.0.10" }] }))
  see(group, "172.31.0.10", "healthy")
  await run("wait", "target-in-service", "--target-group-arn", group)
  const refused = await aws.cli("elbv2", "delete-target-group", "--target-group-arn", group)
  const words =
    /An error occurred \(ResourceInUse\) when calling the DeleteTargetGroup operation: Target group '.*' is currently in use by a listener or a rule/
  assert.match(refused.stderr, words)
})
