// A network load balancer in front of a Fargate task is reached from another VPC through an interface endpoint, by its name and at
// an address of the other VPC's own, while the owner of the service lets it be.
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  AcceptVpcEndpointConnectionsCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteVpcEndpointsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  RejectVpcEndpointConnectionsCommand,
} from "@aws-sdk/client-ec2"
import { RunTaskCommand } from "@aws-sdk/client-ecs"
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2"
import { askFor200, eventually } from "../support/live-balancers.ts"
import { addressOf, shell } from "../support/live-fargate.ts"
import { liveTraffic, webServer } from "../support/live-traffic.ts"

const { user, balancers } = await liveTraffic(import.meta.filename)
const { ec2, ecs } = user
const { elb } = balancers

const server = webServer("the service")

/** A network load balancer in the first zone, in front of a task; answers its ARN. */
const serve = async (): Promise<string> => {
  const address = addressOf(await user.running(await user.start([server])))
  const { Subnets: [subnet] = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  const { TargetGroups: [group] = [] } = await elb.send(
    new CreateTargetGroupCommand({
      ...{ Name: "app", Protocol: "TCP", Port: 8080, VpcId: subnet?.VpcId, TargetType: "ip" },
      ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 3, HealthyThresholdCount: 2 },
    }),
  )
  const TargetGroupArn = group?.TargetGroupArn ?? assert.fail()
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: address }] }))
  const { LoadBalancers: [made] = [] } = await elb.send(
    new CreateLoadBalancerCommand({ Name: "net", Type: "network", Subnets: [subnet?.SubnetId ?? ""] }),
  )
  const LoadBalancerArn = made?.LoadBalancerArn ?? assert.fail()
  const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }]
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: "TCP", Port: 80, DefaultActions }))
  await balancers.healthy(TargetGroupArn)
  await balancers.until(LoadBalancerArn, "active")
  return LoadBalancerArn
}

test("a task in another VPC reaches the service while its endpoint is accepted, and not otherwise", async () => {
  await user.createCluster()
  const balancer = await serve()
  const { ServiceConfiguration: service } = await ec2.send(
    new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns: [balancer] }),
  )
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.77.0.0/16" }))
  const VpcId = Vpc?.VpcId ?? assert.fail()
  const { Subnet } = await ec2.send(
    new CreateSubnetCommand({ VpcId, CidrBlock: "10.77.1.0/24", AvailabilityZone: "us-east-1a" }),
  )
  const SubnetIds = [Subnet?.SubnetId ?? assert.fail()]
  const { VpcEndpoint } = await ec2.send(
    new CreateVpcEndpointCommand({ VpcId, ServiceName: service?.ServiceName, VpcEndpointType: "Interface", SubnetIds }),
  )
  const id = VpcEndpoint?.VpcEndpointId ?? assert.fail()
  const described = async () =>
    (await ec2.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }))).VpcEndpoints?.[0]
  assert.equal((await described())?.State, "pendingAcceptance")
  const connection = { ServiceId: service?.ServiceId, VpcEndpointIds: [id] }
  await ec2.send(new AcceptVpcEndpointConnectionsCommand(connection))
  const endpoint = await eventually("the endpoint is available", async () => {
    const one = await described()
    return String(one?.State) === "available" ? one : undefined
  })
  const { NetworkInterfaces: [eni] = [] } = await ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: endpoint.NetworkInterfaceIds }),
  )
  const address = eni?.PrivateIpAddress ?? assert.fail()
  assert.match(address, /^10\.77\.1\./)

  const names = endpoint.DnsEntries?.map(({ DnsName }) => DnsName) ?? []
  const get = (where: string | undefined) => `test "$(wget -q -O - http://${where}/)" = "the service"`
  /** The exit code of a task in the other VPC that asks everywhere. */
  const asking = async (...where: readonly (string | undefined)[]) => {
    const taskDefinition = await user.register([shell("main", where.map(get).join(" && "))])
    const { tasks: [task] = [] } = await ecs.send(
      new RunTaskCommand({
        ...{ taskDefinition, launchType: "FARGATE" },
        networkConfiguration: { awsvpcConfiguration: { subnets: SubnetIds } },
      }),
    )
    return (await user.stopped(task?.taskArn ?? "")).containers?.[0]?.exitCode
  }
  assert.equal(names.length, 2, "a name for all addresses, and one for the zone")
  await eventually("the host reaches it", () => askFor200(address, 80, "x"))
  assert.equal(await asking(address), 0, "a task reaches it by its address")
  assert.equal(await asking(...names), 0, "a task reaches it by its names")

  await ec2.send(new RejectVpcEndpointConnectionsCommand(connection))
  await eventually("nobody answers at the address", async () =>
    (await askFor200(address, 80, "x")) === undefined ? true : undefined,
  )
  assert.notEqual(await asking(address), 0)
  await ec2.send(new AcceptVpcEndpointConnectionsCommand(connection))
  await eventually("it answers again", () => askFor200(address, 80, "x"))

  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
  await eventually("it is gone", () =>
    described().then(
      () => undefined,
      () => true,
    ),
  )
  assert.equal(await askFor200(address, 80, "x"), undefined)
})
