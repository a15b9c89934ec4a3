// Services and task sets behind load balancers as the AWS SDK sees them over the wire: what is answered, and errors by their
// names. No controllers run here: what tasks do is in the scenarios.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2"
import { ec2 } from "../../src/services/ec2/index.ts"
import { ecsService } from "../../src/services/ecs/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import { iam } from "../../src/services/iam/index.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"
import { errorOf } from "../support/ecs-endpoint.ts"
import { forwardTo, subnets, vpc } from "../support/elbv2.ts"

let aws: AwsEndpoint
let client: ecs.ECSClient
let balancers: elb.ElasticLoadBalancingV2Client
let group = ""
let alone = ""
const address = "http://127.0.0.1:4566"

const newGroup = async (Name: string): Promise<string> => {
  const input = { Name, Protocol: "HTTP", Port: 80, VpcId: vpc.vpc.id, TargetType: "ip" } as const
  return (await balancers.send(new elb.CreateTargetGroupCommand(input))).TargetGroups?.[0]?.TargetGroupArn ?? ""
}

before(async () => {
  const ports = { pollEndpoint: () => ({ endpoint: address, telemetryEndpoint: address }) }
  aws = await awsEndpoint([ecsService(ports), ec2, elbv2, iam])
  client = new ecs.ECSClient(aws.sdk)
  balancers = new elb.ElasticLoadBalancingV2Client(aws.sdk)
  await client.send(new ecs.CreateClusterCommand({}))
  await client.send(
    new ecs.RegisterTaskDefinitionCommand({
      family: "web",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: [{ name: "app", image: "app:1", portMappings: [{ containerPort: 80 }] }],
    }),
  )
  const { LoadBalancers } = await balancers.send(
    new elb.CreateLoadBalancerCommand({ Name: "front", Subnets: [...subnets] }),
  )
  group = await newGroup("web")
  alone = await newGroup("alone")
  await balancers.send(
    new elb.CreateListenerCommand({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [forwardTo(group)],
    }),
  )
})
after(async () => {
  client.destroy()
  balancers.destroy()
  await aws.close()
})

const networkConfiguration = { awsvpcConfiguration: { subnets: [...subnets] } }
const behind = (targetGroupArn: string, containerPort = 80) => [{ targetGroupArn, containerName: "app", containerPort }]
const web = { taskDefinition: "web", desiredCount: 1, launchType: "FARGATE" as const, networkConfiguration }

test("a service is made behind a target group, moved out of it, and its revisions tell both", async () => {
  const { service } = await client.send(
    new ecs.CreateServiceCommand({
      ...{ ...web, serviceName: "web", loadBalancers: behind(group), healthCheckGracePeriodSeconds: 60 },
    }),
  )
  assert.deepEqual([service?.loadBalancers, service?.healthCheckGracePeriodSeconds], [behind(group), 60])
  const { service: updated } = await client.send(new ecs.UpdateServiceCommand({ service: "web", loadBalancers: [] }))
  assert.deepEqual([updated?.loadBalancers, updated?.deployments?.length], [[], 2])
  const arns = [service, updated].map((one) => one?.currentServiceRevisions?.[0]?.arn ?? "")
  const { serviceRevisions = [] } = await client.send(
    new ecs.DescribeServiceRevisionsCommand({ serviceRevisionArns: arns }),
  )
  assert.deepEqual(
    serviceRevisions.map(({ loadBalancers, resolvedConfiguration }) => [loadBalancers, resolvedConfiguration]),
    [
      [behind(group), { loadBalancers: [{ targetGroupArn: group }] }],
      [[], undefined],
    ],
  )
})

test("what does not fit is an InvalidParameterException with AWS's words", async () => {
  const make = (loadBalancers: ecs.LoadBalancer[]) =>
    errorOf(client.send(new ecs.CreateServiceCommand({ ...web, serviceName: "no", loadBalancers })))
  const refused = await make(behind(alone))
  assert.ok(refused instanceof ecs.InvalidParameterException)
  assert.deepEqual(
    [refused.$metadata.httpStatusCode, refused.message],
    [400, `The target group with targetGroupArn ${alone} does not have an associated load balancer.`],
  )
  assert.equal((await make(behind(group, 81))).message, "The container app did not have a container port 81 defined.")
  assert.equal(
    (await make([{ loadBalancerName: "classic", containerName: "app", containerPort: 80 }])).message,
    "Classic Load Balancers are not supported with Fargate.",
  )
})

test("a task set is made behind a target group and described with it", async () => {
  const external = { type: "EXTERNAL" as const }
  await client.send(
    new ecs.CreateServiceCommand({ serviceName: "sets", desiredCount: 1, deploymentController: external }),
  )
  const { desiredCount: _count, ...settings } = web
  const { taskSet } = await client.send(
    new ecs.CreateTaskSetCommand({ ...settings, cluster: "default", service: "sets", loadBalancers: behind(group) }),
  )
  assert.deepEqual(taskSet?.loadBalancers, behind(group))
  const { taskSets } = await client.send(new ecs.DescribeTaskSetsCommand({ cluster: "default", service: "sets" }))
  assert.deepEqual(taskSets?.[0]?.loadBalancers, behind(group))
})
