// Where a load balancer is: its subnets, by zone or by name, and its security groups. Texts without a source are from memory.
import type { ReadCx } from "../../gate/index.ts"
import { fault, scopeKey } from "../../kernel/index.ts"
import {
  type ClassicLoadBalancerRow,
  defaultSecurityGroupOf,
  defaultVpcId,
  freeAddresses,
  type SubnetRow,
  subnetOf,
  zonesOf,
} from "../../state/index.ts"
import { invalid, misconfigured } from "./checks.ts"

type Subnets = ClassicLoadBalancerRow["subnets"]

/** AWS wants so many free in each subnet, to grow. */
const leastFree = 8

const checkRoom = (cx: ReadCx, subnet: SubnetRow): void => {
  if (freeAddresses(cx.tx, subnet) >= leastFree) return
  throw fault(
    "InvalidSubnet",
    `Not enough IP space available in ${subnet.id}. ELB requires at least ${leastFree} free IP addresses in each subnet.`,
  )
}

const subnetNamed = (cx: ReadCx, id: string): SubnetRow => {
  const subnet = subnetOf(cx.tx, cx.scope, id)
  if (!subnet) throw fault("SubnetNotFound", `The subnet ID '${id}' does not exist`)
  return subnet
}

const shown = (subnet: SubnetRow) => ({ id: subnet.id, zone: subnet.availabilityZone })

/** The subnets that stand for zones: those that the default VPC has by itself. */
export const subnetsOfZones = (cx: ReadCx, zones: readonly string[]): readonly SubnetRow[] => {
  const known = zonesOf(cx.scope.region).map(({ name }) => name)
  for (const zone of zones) if (!known.includes(zone)) throw invalid(`Invalid Availability Zone: ${zone}`)
  const own = cx.tx.subnets.by("vpc", `${scopeKey(cx.scope)}/${defaultVpcId(cx.scope)}`)
  return [...new Set(zones)].map((zone) => {
    const subnet = own.find((one) => one.defaultForAz && one.availabilityZone === zone)
    if (!subnet) throw invalid(`No default subnet for Availability Zone: ${zone}`)
    return subnet
  })
}

/** The subnets by ids, each once; all of one VPC. */
export const subnetsNamed = (cx: ReadCx, ids: readonly string[]): readonly SubnetRow[] =>
  [...new Set(ids)].map((id) => subnetNamed(cx, id))

/** The subnets of a new load balancer. */
export const placed = (
  cx: ReadCx,
  {
    AvailabilityZones: zones = [],
    Subnets: ids = [],
  }: { AvailabilityZones?: string[] | undefined; Subnets?: string[] | undefined },
  scheme: ClassicLoadBalancerRow["scheme"],
): { readonly vpcId: string; readonly subnets: Subnets } => {
  if (zones.length > 0 && ids.length > 0) throw invalid("Only one of SubnetIds or AvailabilityZones may be specified")
  const rows = ids.length > 0 ? subnetsNamed(cx, ids) : subnetsOfZones(cx, zones)
  const [first] = rows
  if (!first) throw invalid("Either AvailabilityZones or SubnetIds must be specified")
  checkTogether(rows)
  for (const row of rows) checkRoom(cx, row)
  if (
    scheme === "internet-facing" &&
    cx.tx.internetGateways.by("vpc", `${scopeKey(first)}/${first.vpcId}`).length === 0
  ) {
    throw fault("InvalidSubnet", `VPC ${first.vpcId} has no internet gateway`)
  }
  return { vpcId: first.vpcId, subnets: rows.map(shown) }
}

const checkTogether = (rows: readonly SubnetRow[]): void => {
  if (new Set(rows.map(({ vpcId }) => vpcId)).size > 1) {
    throw fault("InvalidSubnet", "All subnets must belong to the same VPC")
  }
  if (new Set(rows.map(({ availabilityZone }) => availabilityZone)).size < rows.length) {
    throw misconfigured("Only one subnet per Availability Zone may be specified")
  }
}

/** AWS: a subnet in a zone that the load balancer is in already takes the place of the one there. */
export const withSubnets = (cx: ReadCx, row: ClassicLoadBalancerRow, added: readonly SubnetRow[]): Subnets => {
  checkTogether(added)
  for (const subnet of added) {
    if (subnet.vpcId !== row.vpcId) {
      throw fault("InvalidSubnet", `The subnet ${subnet.id} is not in the VPC ${row.vpcId} of the load balancer`)
    }
    if (!row.subnets.some(({ id }) => id === subnet.id)) checkRoom(cx, subnet)
  }
  const zones = new Set(added.map(({ availabilityZone }) => availabilityZone))
  return [...row.subnets.filter(({ zone }) => !zones.has(zone)), ...added.map(shown)]
}

/** AWS: a load balancer is always in one zone at least. */
export const withoutSubnets = (row: ClassicLoadBalancerRow, isGone: (subnet: Subnets[number]) => boolean): Subnets => {
  const left = row.subnets.filter((subnet) => !isGone(subnet))
  if (left.length > 0) return left
  throw misconfigured("A load balancer must be attached to at least one subnet")
}

/** Without any it gets the VPC's default group. */
export const securityGroupsOf = (
  cx: ReadCx,
  asked: readonly string[] | undefined,
  vpcId: string,
): readonly string[] => {
  if (!asked?.length) {
    const own = defaultSecurityGroupOf(cx.tx, cx.scope, vpcId)
    return own ? [own.id] : []
  }
  for (const id of asked) {
    const group = cx.tx.securityGroups.get(`${scopeKey(cx.scope)}/${id}`)
    // Text of moto's tests.
    if (!group) throw fault("InvalidSecurityGroup", "One or more of the specified security groups do not exist.")
    if (group.vpcId !== vpcId) throw misconfigured("One or more security groups are invalid")
  }
  return [...new Set(asked)]
}
