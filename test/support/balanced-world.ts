// A world of services behind load balancers, for scenarios on the virtual clock: container instances that are EC2 instances,
// a host of the Fargate pool, target groups with a listener in front of them. What proxies would see of targets is written
// by the scenario.
import assert from "node:assert/strict"
import type { ServiceTable } from "../../src/gate/index.ts"
import { elbv2 } from "../../src/services/elbv2/index.ts"
import {
  ensureDefaultVpc,
  type InstanceRow,
  type TargetGroupRow,
  type TargetRow,
  targetKey,
} from "../../src/state/index.ts"
import { aListener, aLoadBalancer, aTargetGroup } from "./balancer-rows.ts"
import { scope, subnets, vpc } from "./ecs-harness.ts"
import { aHost } from "./rows.ts"
import { serviceWorld } from "./service-world.ts"

const everyZone = vpc.subnets.map(({ id, availabilityZone }) => ({ subnetId: id, zone: availabilityZone }))
const front = aLoadBalancer({ name: "front", scheme: "internal", zones: everyZone, status: { code: "active" } })

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
    const row = aTargetGroup({
      ...{ name, targetType: "instance", port: 80, attributes: { "deregistration_delay.timeout_seconds": "30" } },
      ...more,
    })
    ports += 1
    state.transact((tx) => {
      tx.targetGroups.insert(row)
      if (!tx.loadBalancers.has(front.arn)) tx.loadBalancers.insert(front)
      if (alone) return
      const defaultActions = [{ Type: "forward" as const, TargetGroupArn: row.arn }]
      tx.listeners.insert(aListener({ loadBalancerArn: front.arn, port: ports, defaultActions }))
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
