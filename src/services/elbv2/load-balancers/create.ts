// CreateLoadBalancer: application and network load balancers. It begins as `provisioning`; controllers/load-balancer makes
// it `active` when a proxy carries for it.
import type { Cx, Op } from "../../../gate/index.ts"
import { ensureLinkedRole } from "../../../gate/index.ts"
import { fault, notImplemented, scopeKey } from "../../../kernel/index.ts"
import { ensureDefaultVpc, type LoadBalancerRow } from "../../../state/index.ts"
import { loadBalancerArn } from "../arns.ts"
import { checkName, invalid, oneOf } from "../checks.ts"
import { limits } from "../limits.ts"
import { sameTags, withTags } from "../tagging/tags.ts"
import { shownLoadBalancer } from "./describe.ts"
import { checkIpAddressType } from "./ip-address-type.ts"
import { securityGroupsFor } from "./security-groups.ts"
import { zonesFor } from "./zones.ts"

type Type = LoadBalancerRow["type"]

const typeOf = (asked: string | undefined): Type => {
  const type = oneOf("type", asked, ["application", "network", "gateway"]) ?? "application"
  if (type === "gateway") throw notImplemented("elbv2", "CreateLoadBalancer for Type gateway")
  return type
}

/** `<name>-<10 digits>.<region>.elb.localhost`, `<name>-<16 hex>.elb.<region>.localhost`. Names are looked up in lower case. */
const dnsNameOf = (cx: Cx, row: Pick<LoadBalancerRow, "type" | "scheme" | "name" | "region">, id: string): string => {
  const name = row.name.toLowerCase()
  if (row.type === "network") return `${name}-${id}.elb.${row.region}.localhost`
  const prefix = row.scheme === "internal" ? "internal-" : ""
  return `${prefix}${name}-${cx.ids.digits(10)}.${row.region}.elb.localhost`
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
export const CreateLoadBalancer: Op<"elbv2", "CreateLoadBalancer"> = (cx, input) => {
  const { Name: name = "" } = input
  const type = typeOf(input.Type)
  const scheme = oneOf("scheme", input.Scheme, ["internet-facing", "internal"]) ?? "internet-facing"
  const ipAddressType = checkIpAddressType(input.IpAddressType)
  checkName("load balancer", name)
  if (input.CustomerOwnedIpv4Pool !== undefined)
    throw notImplemented("elbv2", "CreateLoadBalancer with CustomerOwnedIpv4Pool")
  if (input.IpamPools !== undefined) throw notImplemented("elbv2", "CreateLoadBalancer with IpamPools")
  if (input.EnablePrefixForIpv6SourceNat === "on")
    throw invalid("IPv6 source NAT is supported only for dualstack load balancers") // text from memory
  const tags = withTags([], input.Tags, "load balancer")

  ensureDefaultVpc(cx.tx, cx.scope)
  const known = cx.tx.loadBalancers.first("name", `${scopeKey(cx.scope)}/${name}`)
  const { vpcId, zones } = zonesFor(cx, input, { type, scheme, ...(known && { old: known }) })
  const securityGroups = securityGroupsFor(cx, input.SecurityGroups, { type, vpcId })
  const settings = { type, scheme, vpcId, ipAddressType, securityGroups, zones }
  if (known) {
    if (!isAsWished(known, settings) || (input.Tags && !sameTags(known.tags, tags)))
      throw fault(
        "DuplicateLoadBalancerName",
        `A load balancer with the same name '${name}' exists, but with different settings`,
      )
    return { LoadBalancers: [shownLoadBalancer(cx, known)] }
  }
  checkQuota(cx, type)
  ensureLinkedRole(cx, "elasticloadbalancing.amazonaws.com")
  const id = cx.ids.hex(16)
  const owned = { ...cx.scope, name, tags }
  const row = cx.tx.loadBalancers.insert({
    ...owned,
    arn: loadBalancerArn(cx.scope, type, name, id),
    ...settings,
    dnsName: dnsNameOf(cx, { ...owned, ...settings }, id),
    attributes: {},
    createdAt: cx.now,
    status: { code: "provisioning" },
  })
  return { LoadBalancers: [shownLoadBalancer(cx, row)] }
}

type Settings = Pick<LoadBalancerRow, "type" | "scheme" | "vpcId" | "ipAddressType" | "securityGroups" | "zones">

/** Whether a load balancer is what the request asks for, in whatever order. */
const isAsWished = (row: LoadBalancerRow, wished: Settings): boolean => {
  const text = ({ type, scheme, vpcId, ipAddressType, securityGroups, zones }: Settings) =>
    JSON.stringify([type, scheme, vpcId, ipAddressType, [...securityGroups].sort(), zones.map(zoneText).sort()])
  return text(row) === text(wished)
}

const zoneText = ({ subnetId, privateAddress, allocationId }: LoadBalancerRow["zones"][number]): string =>
  [subnetId, privateAddress, allocationId].join(" ")

const checkQuota = (cx: Cx, type: Type): void => {
  const most = type === "application" ? limits.applicationLoadBalancers : limits.networkLoadBalancers
  const count = cx.tx.loadBalancers.by("scope", scopeKey(cx.scope)).filter((b) => b.type === type).length
  // text from memory
  if (count >= most) throw fault("TooManyLoadBalancers", `The maximum number of load balancers has been reached`)
}
