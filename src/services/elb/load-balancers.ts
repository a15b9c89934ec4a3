// CreateLoadBalancer and DeleteLoadBalancer, and what changes where a load balancer is.
import { type Cx, ensureLinkedRole, type Op } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import { type ClassicLoadBalancerRow, classicKey, ensureDefaultVpc, targetKey } from "../../state/index.ts"
import { checkName, misconfigured } from "./checks.ts"
import { balancerOf, keyOf } from "./find.ts"
import { defaultHealthCheck } from "./health-check.ts"
import { dropRegistration } from "./instances.ts"
import { limits } from "./limits.ts"
import { listenerOf, withListeners, withTlsPolicies } from "./listeners.ts"
import { placed, securityGroupsOf, subnetsNamed, subnetsOfZones, withoutSubnets, withSubnets } from "./places.ts"
import { withTags } from "./tags.ts"

const schemeOf = (asked: string | undefined): ClassicLoadBalancerRow["scheme"] => {
  if (asked === undefined || asked === "internet-facing") return "internet-facing"
  if (asked === "internal") return "internal"
  throw fault("InvalidScheme", `The scheme ${asked} is not valid: use internet-facing or internal`) // text from memory
}

/** It begins as `provisioning`; controllers/load-balancer follows it. Classic load balancers show no state. */
export const CreateLoadBalancer: Op<"elb", "CreateLoadBalancer"> = (cx, input) => {
  const name = checkName(input.LoadBalancerName ?? "")
  const scheme = schemeOf(input.Scheme)
  const asked = (input.Listeners ?? []).map((wire, i) => listenerOf(cx, wire, i))
  const listeners = withListeners(name, [], asked)
  const tags = withTags([], input.Tags)
  if (cx.tx.classicLoadBalancers.has(classicKey(cx.scope, name))) {
    throw fault(
      "DuplicateLoadBalancerName",
      `The specified load balancer name already exists for this account: ${name}`, // text of AWS, as moto's tests have it
    )
  }
  if (cx.tx.classicLoadBalancers.count("scope", scopeKey(cx.scope)) >= limits.loadBalancers) {
    throw fault("TooManyLoadBalancers", "The quota for the number of load balancers has been reached") // text from memory
  }
  ensureDefaultVpc(cx.tx, cx.scope)
  const { vpcId, subnets } = placed(cx, input, scheme)
  ensureLinkedRole(cx, "elasticloadbalancing.amazonaws.com")
  const prefix = scheme === "internal" ? "internal-" : ""
  const dnsName = `${prefix}${name.toLowerCase()}-${cx.ids.digits(10)}.${cx.scope.region}.elb.localhost`
  cx.tx.classicLoadBalancers.insert({
    ...cx.scope,
    ...{ name, scheme, tags, dnsName, vpcId, subnets, listeners },
    securityGroups: securityGroupsOf(cx, input.SecurityGroups, vpcId),
    policies: withTlsPolicies([], listeners),
    backendPolicies: [],
    healthCheck: defaultHealthCheck(listeners[0]?.instancePort ?? 80),
    attributes: {},
    createdAt: cx.now,
    status: { code: "provisioning" },
  })
  return { DNSName: dnsName }
}

/** AWS: "If the load balancer does not exist or has already been deleted, the call to DeleteLoadBalancer still succeeds." */
export const DeleteLoadBalancer: Op<"elb", "DeleteLoadBalancer"> = (cx, input) => {
  const key = classicKey(cx.scope, input.LoadBalancerName ?? "")
  if (!cx.tx.classicLoadBalancers.delete(key)) return {}
  for (const { groupArn, id, port } of [...cx.tx.targets.by("group", key)])
    dropRegistration(cx, targetKey(groupArn, id, port))
  return {}
}

const place = (cx: Cx, row: ClassicLoadBalancerRow, subnets: ClassicLoadBalancerRow["subnets"]): void =>
  void cx.tx.classicLoadBalancers.patch(keyOf(row), { subnets })

export const AttachLoadBalancerToSubnets: Op<"elb", "AttachLoadBalancerToSubnets"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const subnets = withSubnets(cx, row, subnetsNamed(cx, input.Subnets ?? []))
  place(cx, row, subnets)
  return { Subnets: subnets.map(({ id }) => id) }
}

export const DetachLoadBalancerFromSubnets: Op<"elb", "DetachLoadBalancerFromSubnets"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  const gone = new Set(input.Subnets)
  const subnets = withoutSubnets(row, ({ id }) => gone.has(id))
  place(cx, row, subnets)
  return { Subnets: subnets.map(({ id }) => id) }
}

/** AWS: for load balancers in the default VPC alone; those in other VPCs have subnets. Text from memory. */
const inDefaultVpc = (cx: Cx, name: string | undefined): ClassicLoadBalancerRow => {
  const row = balancerOf(cx, name)
  if (cx.tx.vpcs.get(`${scopeKey(row)}/${row.vpcId}`)?.isDefault) return row
  throw misconfigured("The Availability Zones of a load balancer in a VPC are changed by its subnets")
}

export const EnableAvailabilityZonesForLoadBalancer: Op<"elb", "EnableAvailabilityZonesForLoadBalancer"> = (
  cx,
  input,
) => {
  const row = inDefaultVpc(cx, input.LoadBalancerName)
  // A zone that it is in already keeps its subnet, whichever it is.
  const isThere = (zone: string) => row.subnets.some((subnet) => subnet.zone === zone)
  const zones = (input.AvailabilityZones ?? []).filter((zone) => !isThere(zone))
  const subnets = withSubnets(cx, row, subnetsOfZones(cx, zones))
  place(cx, row, subnets)
  return { AvailabilityZones: subnets.map(({ zone }) => zone) }
}

export const DisableAvailabilityZonesForLoadBalancer: Op<"elb", "DisableAvailabilityZonesForLoadBalancer"> = (
  cx,
  input,
) => {
  const row = inDefaultVpc(cx, input.LoadBalancerName)
  const gone = new Set(input.AvailabilityZones)
  const subnets = withoutSubnets(row, ({ zone }) => gone.has(zone))
  place(cx, row, subnets)
  return { AvailabilityZones: subnets.map(({ zone }) => zone) }
}

export const ApplySecurityGroupsToLoadBalancer: Op<"elb", "ApplySecurityGroupsToLoadBalancer"> = (cx, input) => {
  const row = balancerOf(cx, input.LoadBalancerName)
  // Text from memory.
  if (!input.SecurityGroups?.length) throw misconfigured("A load balancer must have at least one security group")
  const securityGroups = securityGroupsOf(cx, input.SecurityGroups, row.vpcId)
  cx.tx.classicLoadBalancers.patch(keyOf(row), { securityGroups })
  return { SecurityGroups: [...securityGroups] }
}
