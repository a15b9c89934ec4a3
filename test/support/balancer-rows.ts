// Records of load balancing as the services write them, for tests that begin without a service: in the scope of
// ecs-harness.ts and its default VPC.
import {
  type ClassicLoadBalancerRow,
  classicKey,
  type ListenerRow,
  type ListenerRuleRow,
  type LoadBalancerRow,
  type State,
  type TargetGroupRow,
  type TargetRow,
  type Tx,
} from "../../src/state/index.ts"
import { scope, vpc } from "./ecs-harness.ts"

const elb = (resource: string) => `arn:aws:elasticloadbalancing:${scope.region}:${scope.account}:${resource}`
const owned = { ...scope, tags: [] }
const id = (name: string) => Buffer.from(name.padEnd(8, ".")).toString("hex").slice(0, 16)

/** The default VPC with its subnets, and a host on which networks can be. */
export const aWorldFor = (tx: Tx): void => {
  tx.vpcs.put(vpc.vpc)
  for (const subnet of vpc.subnets) tx.subnets.put(subnet)
  tx.machines.put({
    id: "m-shared",
    kind: "fargate-host",
    place: "shared",
    desired: "up",
    accessKeyId: "ASIAM",
    generation: 1,
    observed: { generation: 1, status: "UP", at: 0 },
  })
}

/** `web`, an application load balancer in the first two zones. */
export const aLoadBalancer = (more: Partial<LoadBalancerRow> = {}): LoadBalancerRow => {
  const { name = "web", type = "application" } = more
  return {
    ...owned,
    arn: elb(`loadbalancer/${type === "application" ? "app" : "net"}/${name}/${id(name)}`),
    name,
    type,
    scheme: "internet-facing",
    dnsName: `${name}-1.us-east-1.elb.localhost`,
    vpcId: vpc.vpc.id,
    ipAddressType: "ipv4",
    securityGroups: ["sg-1"],
    zones: vpc.subnets.slice(0, 2).map((subnet) => ({ subnetId: subnet.id, zone: subnet.availabilityZone })),
    attributes: {},
    createdAt: 0,
    status: { code: "provisioning" },
    ...more,
  }
}

/** `app`: HTTP on 8080, of addresses. */
export const aTargetGroup = (more: Partial<TargetGroupRow> = {}): TargetGroupRow => {
  const { name = "app" } = more
  return {
    ...owned,
    arn: elb(`targetgroup/${name}/${id(name)}`),
    name,
    targetType: "ip",
    protocol: "HTTP",
    protocolVersion: "HTTP1",
    port: 8080,
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
    attributes: {},
    createdAt: 0,
    ...more,
  }
}

/** HTTP on port 80 of the load balancer, forwarding to {@link aTargetGroup}. */
export const aListener = (more: Partial<ListenerRow> = {}): ListenerRow => {
  const { loadBalancerArn = aLoadBalancer().arn, port = 80 } = more
  const arn = `${loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${id(`p${port}`)}`
  return {
    ...owned,
    arn,
    loadBalancerArn,
    port,
    protocol: "HTTP",
    certificates: [],
    defaultRuleArn: `${arn.replace(":listener/", ":listener-rule/")}/${id("default")}`,
    defaultActions: [{ Type: "forward", TargetGroupArn: aTargetGroup().arn }],
    attributes: {},
    createdAt: 0,
    ...more,
  }
}

/** Of {@link aListener}: `/<priority>/*` is answered with 200. */
export const aRule = (priority: number, more: Partial<ListenerRuleRow> = {}): ListenerRuleRow => {
  const { listenerArn = aListener().arn, loadBalancerArn = aLoadBalancer().arn } = more
  return {
    ...owned,
    arn: `${listenerArn.replace(":listener/", ":listener-rule/")}/${priority}`,
    listenerArn,
    loadBalancerArn,
    priority,
    conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: [`/${priority}/*`] } }],
    actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
    createdAt: 0,
    ...more,
  }
}

/** Of {@link aTargetGroup}. */
export const aTarget = (target: string, more: Partial<TargetRow> = {}): TargetRow => ({
  ...scope,
  groupArn: aTargetGroup().arn,
  id: target,
  port: 8080,
  registeredAt: 0,
  ...more,
})

/** `old`: HTTP on 80 to 8000 of its instances, in the first zone. */
export const aClassic = (more: Partial<ClassicLoadBalancerRow> = {}): ClassicLoadBalancerRow => {
  const { name = "old" } = more
  return {
    ...owned,
    name,
    scheme: "internet-facing",
    dnsName: `${name}-1.us-east-1.elb.localhost`,
    vpcId: vpc.vpc.id,
    subnets: vpc.subnets.slice(0, 1).map((subnet) => ({ id: subnet.id, zone: subnet.availabilityZone })),
    securityGroups: ["sg-1"],
    listeners: [{ port: 80, protocol: "HTTP", instancePort: 8000, instanceProtocol: "HTTP", policies: [] }],
    policies: [],
    backendPolicies: [],
    healthCheck: {
      target: "HTTP:8000/up",
      intervalSeconds: 30,
      timeoutSeconds: 5,
      unhealthyThreshold: 2,
      healthyThreshold: 10,
    },
    attributes: {},
    createdAt: 0,
    status: { code: "provisioning" },
    ...more,
  }
}

/** An instance behind {@link aClassic}. */
export const aClassicTarget = (instance: string): TargetRow =>
  aTarget(instance, { groupArn: classicKey(scope, "old"), port: 0 })

/** {@link aLoadBalancer} with its listener and group, in the world that it needs. */
export const putWeb = (state: State): void => {
  state.transact((tx) => {
    aWorldFor(tx)
    tx.loadBalancers.insert(aLoadBalancer())
    tx.targetGroups.insert(aTargetGroup())
    tx.listeners.insert(aListener())
  })
}
