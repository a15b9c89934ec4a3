// Subnets that come and go: CreateSubnet, DeleteSubnet. A subnet is a part of its VPC's network; none is made for it.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import {
  type Cidr,
  cidrHolds,
  cidrsOverlap,
  formatCidr,
  parseCidr,
  type SubnetRow,
  subnetRow,
  type VpcRow,
  type Zone,
  zonesOf,
} from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { hasDependencies, invalidValue, missingParameter, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeSubnet } from "./describe-subnets.ts"

/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const widest = 16
const narrowest = 28
/** AWS's quota: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostSubnets = 200

const noMeans = {
  Ipv6CidrBlock: "IPv6",
  Ipv6Native: "IPv6",
  Ipv6IpamPoolId: "IPv6",
  Ipv4IpamPoolId: "IP address manager",
  OutpostArn: "Outposts",
}

/** The zone that a request names by name or id. */
export const zoneCalled = (
  region: string,
  asked: { readonly AvailabilityZone?: string | undefined; readonly AvailabilityZoneId?: string | undefined },
): Zone => {
  const zones = zonesOf(region)
  const { AvailabilityZone: name, AvailabilityZoneId: id } = asked
  const zone = zones.find((z) => (name === undefined || z.name === name) && (id === undefined || z.id === id))
  if (zone) return zone
  const all = zones.map((z) => (name === undefined ? z.id : z.name)).join(", ")
  const parameter = name === undefined ? "availabilityZoneId" : "availabilityZone"
  const why = `Subnets can currently only be created in the following availability zones: ${all}.`
  throw invalidValue(name ?? id, parameter, why)
}

/** The zone of a subnet for which none was asked: the one with the fewest subnets of the VPC. */
const emptiestZone = (cx: Cx, vpc: VpcRow): Zone => {
  const known = cx.tx.subnets.by("vpc", keyOf(cx.scope, vpc.id))
  const count = (zone: Zone) => known.filter((subnet) => subnet.availabilityZone === zone.name).length
  const [first, ...rest] = zonesOf(cx.scope.region)
  if (!first) throw new Error(`the region ${cx.scope.region} has no zones`)
  return rest.reduce((best, zone) => (count(zone) < count(best) ? zone : best), first)
}

const holds = (outer: Cidr, inner: Cidr) => inner.prefix >= outer.prefix && cidrHolds(outer, inner.base)

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html */
export const CreateSubnet: Op<"ec2", "CreateSubnet"> = (cx, input) => {
  refuseMembers(input, noMeans)
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  if (input.CidrBlock === undefined) throw missingParameter("cidrBlock")
  const block = parseCidr(input.CidrBlock)
  if (!block) throw invalidValue(input.CidrBlock, "cidrBlock", "This is not a valid CIDR block.")
  const whole = parseCidr(vpc.cidr)
  if (block.prefix < widest || block.prefix > narrowest || !whole || !holds(whole, block)) {
    throw fault("InvalidSubnet.Range", `The CIDR '${input.CidrBlock}' is invalid.`)
  }
  const known = cx.tx.subnets.by("vpc", keyOf(cx.scope, vpc.id))
  for (const other of known) {
    const taken = parseCidr(other.cidr)
    if (taken && cidrsOverlap(taken, block)) {
      throw fault("InvalidSubnet.Conflict", `The CIDR '${input.CidrBlock}' conflicts with another subnet`)
    }
  }
  const anywhere = input.AvailabilityZone === undefined && input.AvailabilityZoneId === undefined
  const zone = anywhere ? emptiestZone(cx, vpc) : zoneCalled(cx.scope.region, input)
  const tags = specifiedTags(input.TagSpecifications, "subnet")
  if (known.length >= mostSubnets) {
    throw fault("SubnetLimitExceeded", "The maximum number of subnets has been reached.")
  }
  const id = cx.ids.ec2("subnet")
  const row = { ...subnetRow(vpc, { id, cidr: formatCidr(block), zone, isDefault: false }), tags }
  return { Subnet: describeSubnet(cx, placeSubnet(cx, vpc, row)) }
}

/** Inserts a subnet, and puts it behind the default network ACL of its VPC. */
export const placeSubnet = (cx: Cx, vpc: VpcRow, row: SubnetRow): SubnetRow => {
  const acl = cx.tx.networkAcls.by("vpc", keyOf(cx.scope, vpc.id)).find((a) => a.isDefault)
  if (acl) {
    const associations = [...acl.associations, { id: cx.ids.ec2("aclassoc"), subnetId: row.id }]
    cx.tx.networkAcls.patch(keyOf(cx.scope, acl.id), { associations })
  }
  return cx.tx.subnets.insert(row)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html */
export const DeleteSubnet: Op<"ec2", "DeleteSubnet"> = (cx, input) => {
  const subnet = found(cx.tx.subnets, cx.scope, input.SubnetId, missing.subnet)
  const key = keyOf(cx.scope, subnet.id)
  // Interfaces of tasks and of NAT gateways count: an address of the subnet is in use.
  if (cx.tx.networkInterfaces.count("subnet", key) > 0) throw hasDependencies("subnet", subnet.id)
  const inVpc = keyOf(cx.scope, subnet.vpcId)
  for (const acl of cx.tx.networkAcls.by("vpc", inVpc)) {
    const associations = acl.associations.filter((a) => a.subnetId !== subnet.id)
    if (associations.length < acl.associations.length) {
      cx.tx.networkAcls.patch(keyOf(cx.scope, acl.id), { associations })
    }
  }
  for (const table of cx.tx.routeTables.by("vpc", inVpc)) {
    const associations = table.associations.filter((a) => a.subnetId !== subnet.id)
    if (associations.length < table.associations.length) {
      cx.tx.routeTables.patch(keyOf(cx.scope, table.id), { associations })
    }
  }
  cx.tx.subnets.delete(key)
  return {}
}
