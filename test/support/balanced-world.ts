// A world of services behind load balancers, for scenarios on the virtual clock: container instances that are EC2 instances,
// a host of the Fargate pool, target groups with a listener in front of them. What proxies would see of targets is written
// by the scenario.
import assert from "node:assert/strict"
import type { ServiceTable } from "../../src/gate/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import {
  ensureDefaultVpc,
  type InstanceRow,
  type ListenerRow,
  type LoadBalancerRow,
  type TargetGroupRow,
  type TargetRow,
  targetKey,
} from "../../src/state/index.ts"
import { scope, subnets, vpc } from "./ecs-harness.ts"
import { aHost } from "./rows.ts"
import { serviceWorld } from "./service-world.ts"

const elbArn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${resource}`

/** An application load balancer over all subnets, with rows alone. */
const aLoadBalancer = (name: string): LoadBalancerRow => ({
  ...scope,
  arn: elbArn(`loadbalancer/app/${name}/0123456789abcdef`),
  name,
  type: "application",
  scheme: "internal",
  dnsName: `${name}.localhost`,
  vpcId: vpc.vpc.id,
  ipAddressType: "ipv4",
  securityGroups: [],
  zones: vpc.subnets.map(({ id, availabilityZone }) => ({ subnetId: id, zone: availabilityZone })),
  attributes: {},
  createdAt: 0,
  status: { code: "active" },
  tags: [],
})

const aListener = (balancer: LoadBalancerRow, port: number, group: string): ListenerRow => {
  const id = balancer.arn.slice(balancer.arn.indexOf("app/"))
  return {
    ...scope,
    arn: elbArn(`listener/${id}/${port}`),
    loadBalancerArn: balancer.arn,
    port,
    protocol: "HTTP",
    certificates: [],
    defaultRuleArn: elbArn(`listener-rule/${id}/${port}/0`),
    defaultActions: [{ Type: "forward", TargetGroupArn: group }],
    attributes: {},
    createdAt: 0,
    tags: [],
  }
}

const aTargetGroup = (name: string, more: Partial<TargetGroupRow>): TargetGroupRow => ({
  ...scope,
  arn: elbArn(`targetgroup/${name}/0123456789abcdef`),
  name,
  targetType: "instance",
  protocol: "HTTP",
  protocolVersion: "HTTP1",
  port: 80,
  vpcId: vpc.vpc.id,
  ipAddressType: "ipv4",
  healthCheck: {
    enabled: true,
    protocol: "HTTP",
    port: "traffic-port",
    path: "/",
    intervalSeconds: 30,
    timeoutSeconds: 5,
    healthyThreshold: 5,
    unhealthyThreshold: 2,
    matcher: { HttpCode: "200" },
  },
  attributes: { "deregistration_delay.timeout_seconds": "30" },
  createdAt: 0,
  tags: [],
  ...more,
})

const anInstance = (id: string, zone: string): InstanceRow => {
  const subnet = vpc.subnets.find(({ availabilityZone }) => availabilityZone === zone) ?? assert.fail(`no zone ${zone}`)
  return {
    ...scope,
    id,
    reservationId: "r-1",
    launchIndex: 0,
    imageId: "ami-1",
    instanceType: "t3.small",
    vcpus: 2,
    memoryMiB: 2048,
    architecture: "x86_64",
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    availabilityZone: zone,
    privateIp: "172.31.1.1",
    interfaceId: "eni-1",
    launchedAt: 0,
    agentSettings: {},
    desired: "running",
    transitionReason: "",
    boots: 1,
    observed: { state: "running", at: 0 },
    tags: [],
  } as InstanceRow
}

/** What a proxy says of a target. */
export type Said = "healthy" | "initial" | "unhealthy"

/** See the head of the file. */
export const balancedWorld = async (others: readonly ServiceTable[] = []) => {
  const world = await serviceWorld([elbv2, ...others])
  const { state, clock } = world
  let ports = 79
  let made = 0

  /** A target group behind a listener of its own; `alone`: behind none. */
  const group = async (name: string, more: Partial<TargetGroupRow> = {}, alone = false): Promise<string> => {
    const row = aTargetGroup(name, more)
    const balancer = aLoadBalancer("front")
    ports += 1
    state.transact((tx) => {
      tx.targetGroups.insert(row)
      if (!tx.loadBalancers.has(balancer.arn)) tx.loadBalancers.insert(balancer)
      if (!alone) tx.listeners.insert(aListener(balancer, ports, row.arn))
    })
    await world.settle()
    return row.arn
  }
  /** A container instance that is an EC2 instance; answers its id. */
  const instance = async (zone = "us-east-1a"): Promise<string> => {
    const arn = await world.instance(zone)
    made += 1
    const ec2InstanceId = `i-${String(made).padStart(17, "0")}`
    state.transact((tx) => {
      tx.instances.insert(anInstance(ec2InstanceId, zone))
      tx.containerInstances.patch(arn, { ec2InstanceId })
    })
    await world.settle()
    return ec2InstanceId
  }
  /** A host of the Fargate pool, with the network of the default VPC. */
  const fargate = async (): Promise<void> => {
    state.transact((tx) => {
      ensureDefaultVpc(tx, scope)
      const machineId = tx.machines.by("desired", "up").find(({ place }) => place === "shared")?.id ?? ""
      tx.networks.put({
        ...scope,
        vpcId: vpc.vpc.id,
        cidr: vpc.vpc.cidr,
        gateway: "172.31.0.1",
        machineId,
        desired: "up",
        generation: 1,
        observed: { generation: 1, status: "UP", at: 0 },
      })
      tx.containerInstances.insert(aHost({ machineId, session: { connected: true, since: 0 } }))
    })
    await world.settle()
  }
  const targets = (groupArn?: string): readonly TargetRow[] =>
    state.view((view) => (groupArn === undefined ? [...view.targets.all()] : [...view.targets.by("group", groupArn)]))
  /** Proxies find all targets of a group so, or one of them. */
  const sees = async (said: Said, groupArn: string, which?: { readonly id: string; readonly port: number }) => {
    state.transact((tx) => {
      for (const { account, region, id, port, draining } of [...tx.targets.by("group", groupArn)]) {
        if (draining || (which && (which.id !== id || which.port !== port))) continue
        const key = targetKey(groupArn, id, port)
        const failed = {
          reason: "Target.ResponseCodeMismatch",
          description: "Health checks failed with these codes: [404]",
        }
        const since = clock.now()
        const known = tx.targetHealth.get(key)
        if (known?.state !== said)
          tx.targetHealth.put({
            account,
            region,
            groupArn,
            id,
            port,
            state: said,
            since,
            ...(said === "unhealthy" && failed),
          })
      }
    })
    await world.settle()
  }
  return { ...world, group, instance, fargate, targets, sees, subnets }
}
