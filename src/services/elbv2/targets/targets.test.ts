import assert from "node:assert/strict"
import { test } from "node:test"
import { type Balancing, balancing, forwardTo, scope, subnets, vpc } from "../../../../test/support/elbv2.ts"
import { targetKey } from "../../../state/index.ts"

/** Whatever a proxy would have seen. */
const see = (b: Balancing, groupArn: string, id: string, port: number, state: "healthy" | "unhealthy") =>
  b.state.transact((tx) => tx.targetHealth.put({ ...scope, groupArn, id, port, state, since: b.clock.now() }))

const statesOf = async ({ call }: Balancing, TargetGroupArn: string, Targets?: { Id: string; Port?: number }[]) =>
  (
    (await call("DescribeTargetHealth", { TargetGroupArn, ...(Targets && { Targets }) })).TargetHealthDescriptions ?? []
  ).map(({ Target, TargetHealth }) => `${Target?.Id}:${Target?.Port} ${TargetHealth?.State} ${TargetHealth?.Reason}`)

/** A target group that a load balancer uses. */
const used = async (b: Balancing, more = {}) => {
  const balancer = await b.loadBalancer()
  const group = await b.targetGroup(more)
  await b.listener(balancer, { DefaultActions: [forwardTo(group)] })
  return group
}

test("a target is unused until a load balancer forwards to its group, then initial until a proxy has seen it", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup()
  await b.call("RegisterTargets", { TargetGroupArn, Targets: [{ Id: "172.31.0.10" }, { Id: "172.31.0.10", Port: 81 }] })
  assert.deepEqual(await statesOf(b, TargetGroupArn), [
    "172.31.0.10:80 unused Target.NotInUse",
    "172.31.0.10:81 unused Target.NotInUse",
  ])
  await b.listener(await b.loadBalancer(), { DefaultActions: [forwardTo(TargetGroupArn)] })
  assert.deepEqual(await statesOf(b, TargetGroupArn, [{ Id: "172.31.0.10" }]), [
    "172.31.0.10:80 initial Elb.RegistrationInProgress",
  ])
  see(b, TargetGroupArn, "172.31.0.10", 80, "healthy")
  const { TargetHealthDescriptions: [seen] = [] } = await b.call("DescribeTargetHealth", { TargetGroupArn })
  assert.deepEqual(seen, {
    Target: { Id: "172.31.0.10", Port: 80, AvailabilityZone: "us-east-1a" },
    HealthCheckPort: "80",
    TargetHealth: { State: "healthy" },
  })
})

test("a target that is asked for and is not registered is unused, which ends the waiters", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup({ HealthCheckPort: "9000" })
  const { TargetHealthDescriptions } = await b.call("DescribeTargetHealth", {
    TargetGroupArn,
    Targets: [{ Id: "10.0.0.9" }],
  })
  assert.deepEqual(TargetHealthDescriptions, [
    {
      Target: { Id: "10.0.0.9", Port: 80 },
      HealthCheckPort: "9000",
      TargetHealth: {
        State: "unused",
        Reason: "Target.NotRegistered",
        Description: "Target is not registered to the target group",
      },
    },
  ])
})

test("a deregistered target drains for the delay of its group, and not when it is registered again", async () => {
  const b = balancing()
  const TargetGroupArn = await used(b)
  const Targets = [{ Id: "172.31.0.10" }]
  await b.call("RegisterTargets", { TargetGroupArn, Targets })
  see(b, TargetGroupArn, "172.31.0.10", 80, "healthy")
  await b.clock.advance(5000)
  await b.call("DeregisterTargets", { TargetGroupArn, Targets })
  assert.deepEqual(await statesOf(b, TargetGroupArn), ["172.31.0.10:80 draining Target.DeregistrationInProgress"])
  const row = () => b.state.view((tx) => tx.targets.get(targetKey(TargetGroupArn, "172.31.0.10", 80)))
  assert.deepEqual(row()?.draining, { since: b.clock.now(), until: b.clock.now() + 300_000 })
  await b.clock.advance(1000)
  await b.call("DeregisterTargets", { TargetGroupArn, Targets })
  assert.equal(row()?.draining?.since, b.clock.now() - 1000)
  await b.call("RegisterTargets", { TargetGroupArn, Targets })
  assert.deepEqual([row()?.draining, row()?.registeredAt], [undefined, b.clock.now()])
})

test("without a load balancer a deregistered target is gone at once, and one that is not there is no error", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup()
  const Targets = [{ Id: "172.31.0.10" }]
  await b.call("RegisterTargets", { TargetGroupArn, Targets })
  await b.call("DeregisterTargets", { TargetGroupArn, Targets })
  await b.call("DeregisterTargets", { TargetGroupArn, Targets })
  assert.deepEqual(await statesOf(b, TargetGroupArn), [])
  assert.deepEqual(await statesOf(b, TargetGroupArn, Targets), ["172.31.0.10:80 unused Target.NotRegistered"])
})

test("addresses are private ones, and those outside the VPC say in which zone they count", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup()
  const register = (Target: { Id: string; Port?: number; AvailabilityZone?: string }) => ({
    TargetGroupArn,
    Targets: [Target],
  })
  await b.refuses(
    "RegisterTargets",
    register({ Id: "8.8.8.8", AvailabilityZone: "all" }),
    "InvalidTarget",
    /'8\.8\.8\.8'/,
  )
  await b.refuses("RegisterTargets", register({ Id: "::1" }), "ValidationError")
  await b.refuses(
    "RegisterTargets",
    register({ Id: "10.4.40.87" }),
    "ValidationError",
    "The Availability Zone is required for IP address '10.4.40.87' because it is not in the VPC",
  )
  await b.refuses(
    "RegisterTargets",
    register({ Id: "172.31.0.9", AvailabilityZone: "all" }),
    "ValidationError",
    "The IP address '172.31.0.9' is within the VPC, and cannot have its Availability Zone overridden to 'all' from 'us-east-1a'",
  )
  await b.refuses(
    "RegisterTargets",
    register({ Id: "10.4.40.87", AvailabilityZone: "x" }),
    "ValidationError",
    /^You must specify a valid Availability Zone or select 'all'/,
  )
  await b.refuses(
    "RegisterTargets",
    register({ Id: "172.31.0.9", Port: 65536 }),
    "ValidationError",
    /at 'targets\.1\.member\.port'/,
  )
  await b.refuses(
    "RegisterTargets",
    { TargetGroupArn: `${TargetGroupArn}0`, Targets: [{ Id: "172.31.0.9" }] },
    "TargetGroupNotFound",
  )
  await b.call("RegisterTargets", register({ Id: "10.4.40.87", AvailabilityZone: "all" }))
  assert.deepEqual(await statesOf(b, TargetGroupArn), ["10.4.40.87:80 unused Target.NotInUse"])
})

test("instances have to be there, to run, and to be in the VPC of the group", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup({ TargetType: "instance" })
  const register = (Id: string) => ({ TargetGroupArn, Targets: [{ Id }] })
  await b.refuses("RegisterTargets", register("10.0.0.1"), "ValidationError", "Instance ID '10.0.0.1' is not valid")
  await b.refuses("RegisterTargets", register("i-0123456789abcdef0"), "InvalidTarget")
  const { ImageId } = (await b.ask("ec2", "DescribeImages", {})).Images?.[0] ?? {}
  const { Instances: [instance] = [] } = await b.ask("ec2", "RunInstances", { ImageId, MinCount: 1, MaxCount: 1 })
  const id = instance?.InstanceId ?? ""
  await b.refuses(
    "RegisterTargets",
    register(id),
    "InvalidTarget",
    `The following targets are not in a running state and cannot be registered: '${id}'`,
  )
  const key = `${scope.account}/${scope.region}/${id}`
  b.state.transact((tx) => tx.instances.patch(key, { observed: { state: "running", at: 0 } }))
  await b.call("RegisterTargets", register(id))
  assert.deepEqual(await statesOf(b, TargetGroupArn), [`${id}:80 unused Target.NotInUse`])
  const { Vpc } = await b.ask("ec2", "CreateVpc", { CidrBlock: "10.0.0.0/16" })
  const other = await b.targetGroup({ TargetType: "instance", VpcId: Vpc?.VpcId })
  await b.refuses(
    "RegisterTargets",
    { TargetGroupArn: other, Targets: [{ Id: id }] },
    "InvalidTarget",
    `The following targets are not in the target group VPC '${Vpc?.VpcId}': '${id}'`,
  )
})

test("an application load balancer is a target when it listens on the port of the group, and then cannot be deleted", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup({ TargetType: "alb", Protocol: "TCP", VpcId: vpc.vpc.id })
  const Id = await b.loadBalancer()
  await b.refuses(
    "RegisterTargets",
    { TargetGroupArn, Targets: [{ Id }] },
    "InvalidTarget",
    /must have a listener on port '80'/,
  )
  await b.listener(Id)
  await b.call("RegisterTargets", { TargetGroupArn, Targets: [{ Id }] })
  await b.refuses("DeleteLoadBalancer", { LoadBalancerArn: Id }, "ResourceInUse")
  const other = await b.loadBalancer()
  await b.listener(other)
  await b.refuses("RegisterTargets", { TargetGroupArn, Targets: [{ Id: other }] }, "TooManyTargets")
})

test("a group takes a thousand targets, and a request for more registers none of them", async () => {
  const b = balancing()
  const TargetGroupArn = await b.targetGroup()
  const ports = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ Id: "172.31.0.10", Port: from + i }))
  await b.call("RegisterTargets", { TargetGroupArn, Targets: ports(1, 999) })
  await b.refuses("RegisterTargets", { TargetGroupArn, Targets: ports(1000, 2) }, "TooManyTargets")
  assert.equal((await statesOf(b, TargetGroupArn)).length, 999)
  await b.call("RegisterTargets", { TargetGroupArn, Targets: ports(1000, 1) })
})

test("a target that gets no traffic says why, and is gone at once when it is deregistered", async () => {
  const b = balancing()
  const [first = "", second = ""] = subnets
  const group = await b.targetGroup()
  const balancer = await b.loadBalancer({ Subnets: [first, second] })
  await b.listener(balancer, { DefaultActions: [forwardTo(group)] })
  const elsewhere = { Id: "172.31.32.9" }
  const { NetworkInterface: own } = await b.ask("ec2", "CreateNetworkInterface", { SubnetId: first })
  const key = `${scope.account}/${scope.region}/${own?.NetworkInterfaceId}`
  b.state.transact((tx) => tx.networkInterfaces.patch(key, { balancer }))
  const reserved = { Id: own?.PrivateIpAddress ?? "" }
  await b.call("RegisterTargets", { TargetGroupArn: group, Targets: [elsewhere, reserved] })
  assert.deepEqual(await statesOf(b, group), [
    "172.31.32.9:80 unused Target.NotInUse",
    `${reserved.Id}:80 unused Target.IpUnusable`,
  ])
  await b.call("DeregisterTargets", { TargetGroupArn: group, Targets: [elsewhere, reserved] })
  assert.deepEqual(await statesOf(b, group), [])
})
