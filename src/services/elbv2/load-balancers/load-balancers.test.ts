import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, forwardTo, scope, subnets, vpc } from "../../../../test/support/elbv2.ts"

const [a = "", b = "", c = ""] = subnets
const group = vpc.securityGroup.id

test("an application load balancer begins as provisioning, in its subnets, with the VPC's own security group", async () => {
  const { call, clock } = balancing()
  const { LoadBalancers: [made] = [] } = await call("CreateLoadBalancer", { Name: "Web", Subnets: [a, b] })
  assert.match(
    made?.LoadBalancerArn ?? "",
    /^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer\/app\/Web\/[0-9a-f]{16}$/,
  )
  assert.match(made?.DNSName ?? "", /^web-[0-9]{10}\.us-east-1\.elb\.localhost$/)
  assert.deepEqual(
    { ...made, LoadBalancerArn: undefined, DNSName: undefined },
    {
      LoadBalancerArn: undefined,
      DNSName: undefined,
      CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
      CreatedTime: new Date(clock.now()),
      LoadBalancerName: "Web",
      Scheme: "internet-facing",
      VpcId: vpc.vpc.id,
      State: { Code: "provisioning" },
      Type: "application",
      AvailabilityZones: [
        { ZoneName: "us-east-1a", SubnetId: a, LoadBalancerAddresses: [] },
        { ZoneName: "us-east-1b", SubnetId: b, LoadBalancerAddresses: [] },
      ],
      SecurityGroups: [group],
      IpAddressType: "ipv4",
    },
  )
})

test("names of internal and of network load balancers have AWS's forms", async () => {
  const { call } = balancing()
  const inner = await call("CreateLoadBalancer", { Name: "in", Subnets: [a, b], Scheme: "internal" })
  assert.match(inner.LoadBalancers?.[0]?.DNSName ?? "", /^internal-in-[0-9]{10}\.us-east-1\.elb\.localhost$/)
  const { LoadBalancers: [net] = [] } = await call("CreateLoadBalancer", { Name: "n", Subnets: [c], Type: "network" })
  const id = net?.LoadBalancerArn?.split("/").at(-1)
  assert.equal(net?.DNSName, `n-${id}.elb.us-east-1.localhost`)
  assert.equal(net?.CanonicalHostedZoneId, "Z26RNL4JYFTOTI")
  assert.equal(net?.SecurityGroups, undefined)
})

test("the same load balancer again is the one that is there; another under its name is refused", async () => {
  const { call, refuses } = balancing()
  const wish = { Name: "web", Subnets: [a, b] }
  const first = await call("CreateLoadBalancer", wish)
  assert.deepEqual(await call("CreateLoadBalancer", { ...wish, Subnets: [b, a] }), first)
  const words = "A load balancer with the same name 'web' exists, but with different settings"
  for (const other of [{ Scheme: "internal" }, { Subnets: [a, c] }, { Type: "network" }] as const)
    await refuses("CreateLoadBalancer", { ...wish, ...other }, "DuplicateLoadBalancerName", words)
})

test("the service-linked role is made with the first load balancer", async () => {
  const { loadBalancer, ask } = balancing()
  await loadBalancer()
  const { Role } = await ask("iam", "GetRole", { RoleName: "AWSServiceRoleForElasticLoadBalancing" })
  assert.match(Role?.Arn ?? "", /aws-service-role\/elasticloadbalancing\.amazonaws\.com/)
})

test("subnets are in one VPC, one in a zone, and an application load balancer is in two zones", async () => {
  const { call, ask, refuses } = balancing()
  const make = (Subnets: string[]) => ({ Name: "x", Subnets })
  await refuses(
    "CreateLoadBalancer",
    make([a]),
    "ValidationError",
    "At least two subnets in two different Availability Zones must be specified",
  )
  await refuses("CreateLoadBalancer", { Name: "x" }, "ValidationError")
  await refuses("CreateLoadBalancer", make([a, "subnet-0123456789abcdef0"]), "SubnetNotFound")
  const { Vpc } = await ask("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" })
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    (await ask("ec2", "CreateSubnet", { VpcId: Vpc?.VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? ""
  const x = await subnet("10.0.0.0/24", "us-east-1a")
  const y = await subnet("10.0.1.0/24", "us-east-1a")
  const z = await subnet("10.0.2.0/24", "us-east-1b")
  const small = await subnet("10.0.3.0/28", "us-east-1c")
  await refuses("CreateLoadBalancer", make([a, z]), "InvalidConfigurationRequest")
  await refuses(
    "CreateLoadBalancer",
    make([x, y]),
    "InvalidConfigurationRequest",
    "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
  )
  await refuses("CreateLoadBalancer", make([x, z]), "InvalidSubnet", `VPC ${Vpc?.VpcId} has no internet gateway`)
  await call("CreateLoadBalancer", { ...make([x, z]), Scheme: "internal" })
  await ask("ec2", "CreateNetworkInterface", { SubnetId: small })
  for (let i = 0; i < 3; i++) await ask("ec2", "CreateNetworkInterface", { SubnetId: small })
  await refuses(
    "CreateLoadBalancer",
    { Name: "full", Subnets: [x, small], Scheme: "internal" },
    "InvalidSubnet",
    `Not enough IP space available in ${small}. ELB requires at least 8 free IP addresses in each subnet.`,
  )
})

test("names, types, schemes and groups that AWS would not take are refused, and nothing is made", async () => {
  const { call, refuses } = balancing()
  const make = (more: object) => ({ Name: "x", Subnets: [a, b], ...more })
  for (const [Name, words] of [
    ["", "A load balancer name must be specified"],
    ["a".repeat(33), `The load balancer name '${"a".repeat(33)}' cannot be longer than '32' characters`],
    ["a_b", /can only contain characters that are alphanumeric/],
    ["-a", "The load balancer name '-a' cannot begin or end with '-'"],
    ["internal-a", /cannot begin with 'internal-'/],
  ] as const)
    await refuses("CreateLoadBalancer", make({ Name }), "ValidationError", words)
  const enumWords =
    "1 validation error detected: Value 'x' at 'scheme' failed to satisfy constraint: Member must satisfy enum value set: [internet-facing, internal]"
  await refuses("CreateLoadBalancer", make({ Scheme: "x" }), "ValidationError", enumWords)
  await refuses("CreateLoadBalancer", make({ Type: "gateway" }), "NotImplemented")
  await refuses("CreateLoadBalancer", make({ IpAddressType: "dualstack" }), "InvalidConfigurationRequest", /use 'ipv4'/)
  await refuses(
    "CreateLoadBalancer",
    make({ SecurityGroups: ["sg-0123456789abcdef0"] }),
    "InvalidSecurityGroup",
    "Security group sg-0123456789abcdef0 does not exist",
  )
  await refuses("CreateLoadBalancer", make({ Tags: [{ Key: "a" }, { Key: "a" }] }), "DuplicateTagKeys")
  assert.deepEqual(await call("DescribeLoadBalancers", {}), { LoadBalancers: [] })
})

test("a network load balancer gets the addresses that were asked for", async () => {
  const { call, refuses, ask } = balancing()
  const private_ = { SubnetId: a, PrivateIPv4Address: "172.31.0.77" }
  const wish = { Name: "n", Type: "network", Scheme: "internal", SubnetMappings: [private_] } as const
  const { LoadBalancers: [made] = [] } = await call("CreateLoadBalancer", wish)
  assert.deepEqual(made?.AvailabilityZones?.[0]?.LoadBalancerAddresses, [{ PrivateIPv4Address: "172.31.0.77" }])
  await refuses("CreateLoadBalancer", { ...wish, Name: "o" }, "InvalidConfigurationRequest", /already in use$/)
  const outside = [{ SubnetId: a, PrivateIPv4Address: "172.31.16.9" }]
  await refuses("CreateLoadBalancer", { ...wish, Name: "m", SubnetMappings: outside }, "InvalidConfigurationRequest")
  const { AllocationId, PublicIp } = await ask("ec2", "AllocateAddress", {})
  const elastic = { Name: "e", Type: "network", SubnetMappings: [{ SubnetId: b, AllocationId }] } as const
  const { LoadBalancers: [outer] = [] } = await call("CreateLoadBalancer", elastic)
  assert.deepEqual(outer?.AvailabilityZones?.[0]?.LoadBalancerAddresses, [{ IpAddress: PublicIp, AllocationId }])
  await refuses("CreateLoadBalancer", { ...elastic, Name: "h" }, "ResourceInUse", /already in use$/)
  const none = [{ SubnetId: b, AllocationId: "eipalloc-0123456789abcdef0" }]
  await refuses("CreateLoadBalancer", { ...elastic, Name: "f", SubnetMappings: none }, "AllocationIdNotFound")
  await refuses("CreateLoadBalancer", { ...elastic, Name: "g", Type: "application" }, "ValidationError")
})

test("load balancers are found by ARN and by name, and page by page", async () => {
  const { call, loadBalancer, refuses } = balancing()
  const arns = [await loadBalancer({ Name: "c" }), await loadBalancer({ Name: "a" }), await loadBalancer({ Name: "b" })]
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await call("DescribeLoadBalancers", { PageSize: 2, Marker })
    seen.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn }) => LoadBalancerArn))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(seen, arns)
  const byName = await call("DescribeLoadBalancers", { Names: ["a"] })
  assert.equal(byName.LoadBalancers?.[0]?.LoadBalancerArn, arns[1])
  await refuses(
    "DescribeLoadBalancers",
    { Names: ["a", "z"] },
    "LoadBalancerNotFound",
    "Load balancers '[z]' not found",
  )
  await refuses("DescribeLoadBalancers", { LoadBalancerArns: [`${arns[0]}0`] }, "LoadBalancerNotFound")
  await refuses(
    "DescribeLoadBalancers",
    { LoadBalancerArns: ["x"] },
    "ValidationError",
    "'x' is not a valid load balancer ARN",
  )
  await refuses("DescribeLoadBalancers", { Marker: "x" }, "ValidationError")
  await refuses("DescribeLoadBalancers", { PageSize: 0 }, "ValidationError")
})

test("a load balancer goes with its listeners and rules, and leaves its target groups", async () => {
  const { call, loadBalancer, targetGroup, listener, state, refuses } = balancing()
  const arn = await loadBalancer()
  const target = await targetGroup()
  const ListenerArn = await listener(arn, { DefaultActions: [forwardTo(target)] })
  const Conditions = [{ Field: "path-pattern", Values: ["/a"] }]
  await call("CreateRule", { ListenerArn, Priority: 1, Conditions, Actions: [forwardTo(target)] })
  await refuses(
    "DeleteTargetGroup",
    { TargetGroupArn: target },
    "ResourceInUse",
    `Target group '${target}' is currently in use by a listener or a rule`,
  )
  await call("DeleteLoadBalancer", { LoadBalancerArn: arn })
  await call("DeleteLoadBalancer", { LoadBalancerArn: arn })
  state.view((tx) => {
    assert.deepEqual(
      [tx.loadBalancers.size, tx.listeners.size, tx.listenerRules.size, tx.targetGroups.size],
      [0, 0, 0, 1],
    )
    assert.equal(tx.targetGroups.by("scope", `${scope.account}/${scope.region}`).length, 1)
  })
  await call("DeleteTargetGroup", { TargetGroupArn: target })
})

test("subnets and security groups are changed within the VPC", async () => {
  const { call, ask, loadBalancer, refuses } = balancing()
  const LoadBalancerArn = await loadBalancer({ Subnets: [a, b] })
  const { AvailabilityZones = [] } = await call("SetSubnets", { LoadBalancerArn, Subnets: [b, c] })
  assert.deepEqual(
    AvailabilityZones.map(({ SubnetId }) => SubnetId),
    [b, c],
  )
  await refuses("SetSubnets", { LoadBalancerArn, Subnets: [a] }, "ValidationError", /^At least two subnets/)
  const { GroupId } = await ask("ec2", "CreateSecurityGroup", {
    GroupName: "web",
    Description: "web",
    VpcId: vpc.vpc.id,
  })
  const set = await call("SetSecurityGroups", { LoadBalancerArn, SecurityGroups: [GroupId ?? ""] })
  assert.deepEqual(set.SecurityGroupIds, [GroupId])
  await refuses(
    "SetSecurityGroups",
    { LoadBalancerArn, SecurityGroups: ["sg-0123456789abcdef0"] },
    "InvalidSecurityGroup",
  )
  const net = await loadBalancer({ Type: "network" })
  await refuses("SetSecurityGroups", { LoadBalancerArn: net, SecurityGroups: [group] }, "InvalidConfigurationRequest")
  await refuses("SetIpAddressType", { LoadBalancerArn, IpAddressType: "dualstack" }, "InvalidConfigurationRequest")
  assert.deepEqual(await call("SetIpAddressType", { LoadBalancerArn, IpAddressType: "ipv4" }), {
    IpAddressType: "ipv4",
  })
})
