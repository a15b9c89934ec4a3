// PrivateLink as the SDK and the AWS CLI see it, over records alone: no proxy is there, so an accepted endpoint stays pending.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import {
  AcceptVpcEndpointConnectionsCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteVpcEndpointsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServicePermissionsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
} from "@aws-sdk/client-ec2"
import { CreateLoadBalancerCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2"
import { allServices } from "../support/all-services.ts"
import { type AwsEndpoint, awsEndpoint } from "../support/aws-endpoint.ts"
import { refusal } from "../support/ec2.ts"

let aws: AwsEndpoint
let client: EC2Client
let place: { readonly VpcId: string; readonly SubnetIds: string[] }
let NetworkLoadBalancerArns: string[]
before(async () => {
  aws = await awsEndpoint(allServices())
  client = new EC2Client(aws.sdk)
  const { Subnets: [subnet] = [] } = await client.send(new DescribeSubnetsCommand({}))
  place = { VpcId: subnet?.VpcId ?? "", SubnetIds: [subnet?.SubnetId ?? ""] }
  const balancing = new ElasticLoadBalancingV2Client(aws.sdk)
  const { LoadBalancers: [balancer] = [] } = await balancing.send(
    new CreateLoadBalancerCommand({ Name: "net", Type: "network", Subnets: place.SubnetIds }),
  )
  balancing.destroy()
  NetworkLoadBalancerArns = [balancer?.LoadBalancerArn ?? assert.fail()]
})
after(async () => {
  client.destroy()
  await aws.close()
})

test("the SDK offers a service, permits it, connects to it, accepts and deletes the connection", async () => {
  const { ServiceConfiguration: service } = await client.send(
    new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns, AcceptanceRequired: true }),
  )
  const { ServiceId = "", ServiceName = "" } = service ?? {}
  assert.match(ServiceName, /^com\.amazonaws\.vpce\.us-east-1\.vpce-svc-[0-9a-f]{17}$/)
  assert.deepEqual([service?.ServiceType, service?.AcceptanceRequired], [[{ ServiceType: "Interface" }], true])
  await client.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals: ["*"] }))
  const permissions = await client.send(new DescribeVpcEndpointServicePermissionsCommand({ ServiceId }))
  assert.deepEqual(
    permissions.AllowedPrincipals?.map(({ Principal, PrincipalType }) => [Principal, PrincipalType]),
    [["*", "All"]],
  )
  const offered = await client.send(new DescribeVpcEndpointServicesCommand({}))
  assert.deepEqual(offered.ServiceNames, [ServiceName])
  const wanted = { ...place, ServiceName, VpcEndpointType: "Interface" as const }
  const { VpcEndpoint } = await client.send(new CreateVpcEndpointCommand(wanted))
  const VpcEndpointIds = [VpcEndpoint?.VpcEndpointId ?? ""]
  assert.ok(VpcEndpoint?.CreationTimestamp instanceof Date)
  const states = async () => {
    const { VpcEndpointConnections: all } = await client.send(new DescribeVpcEndpointConnectionsCommand({}))
    return all?.map(({ VpcEndpointState }) => String(VpcEndpointState))
  }
  assert.deepEqual(await states(), ["pendingAcceptance"])
  await client.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds }))
  assert.deepEqual(await states(), ["pending"])
  await client.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds }))
  const { VpcEndpoints: [gone] = [] } = await client.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds }))
  assert.equal(String(gone?.State), "deleting")
  await assert.rejects(
    client.send(new CreateVpcEndpointCommand({ ...wanted, ServiceName: `${ServiceName}0` })),
    refusal("InvalidServiceName", `The Vpc Endpoint Service '${ServiceName}0' does not exist`),
  )
})

// Each start of the CLI takes seconds on a busy machine.
test("the AWS CLI does the same", { timeout: 300_000 }, async () => {
  const run = async (...args: readonly string[]) => {
    const { code, json, stderr } = await aws.cli("ec2", ...args)
    assert.equal(code, 0, stderr)
    return json as Record<string, Record<string, string>>
  }
  const made = await run(
    ...["create-vpc-endpoint-service-configuration", "--no-acceptance-required"],
    ...["--network-load-balancer-arns", ...NetworkLoadBalancerArns],
  )
  const endpoint = await run(
    ...["create-vpc-endpoint", "--vpc-endpoint-type", "Interface", "--vpc-id", place.VpcId],
    ...["--service-name", made.ServiceConfiguration?.ServiceName ?? "", "--subnet-ids", ...place.SubnetIds],
  )
  assert.equal(endpoint.VpcEndpoint?.State, "pending")
  const deleted = await run("delete-vpc-endpoints", "--vpc-endpoint-ids", endpoint.VpcEndpoint?.VpcEndpointId ?? "")
  assert.deepEqual(deleted.Unsuccessful, [])
})
