// The subnets of a load balancer: what CreateLoadBalancer and SetSubnets check of those that a request names.
import type { SubnetMapping } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx } from "../../../gate/index.ts"
import { type Fault, fault, scopeKey } from "../../../kernel/index.ts"
import {
  cidrHolds,
  freeAddresses,
  isKept,
  type LoadBalancerRow,
  type LoadBalancerZone,
  parseAddress,
  parseCidr,
  type SubnetRow,
  subnetOf,
} from "../../../state/index.ts"
import { invalid, misconfigured } from "../checks.ts"

/** What decides which subnets will do. */
interface Wanted {
  readonly type: LoadBalancerRow["type"]
  readonly scheme: LoadBalancerRow["scheme"]
  /** Of a load balancer that is there: its subnets may be full, and keep their addresses. */
  readonly old?: LoadBalancerRow
}

interface Asked {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly SubnetMapping[] | undefined
}

const badSubnet = (message: string): Fault => fault("InvalidSubnet", message)

/** AWS wants so many in each subnet, to grow. */
const leastFree = 8

/** The zones of a request, in its order. */
export const zonesFor = (cx: ReadCx, asked: Asked, wanted: Wanted): { vpcId: string; zones: LoadBalancerZone[] } => {
  const mappings = mappingsOf(asked)
  const subnets = mappings.map(({ SubnetId = "" }) => subnetNamed(cx, SubnetId))
  const [first] = subnets
  // text from memory
  if (!first) throw invalid("You must specify subnets or subnet mappings")
  checkPlaces(subnets, wanted)
  if (wanted.scheme === "internet-facing" && cx.tx.internetGateways.by("vpc", vpcKey(first)).length === 0)
    throw badSubnet(`VPC ${first.vpcId} has no internet gateway`)
  const zones = subnets.map((subnet, i) => zoneFor(cx, subnet, mappings[i] ?? {}, wanted))
  return { vpcId: first.vpcId, zones }
}

const mappingsOf = ({ Subnets = [], SubnetMappings = [] }: Asked): readonly SubnetMapping[] => {
  // text from memory
  if (Subnets.length > 0 && SubnetMappings.length > 0)
    throw invalid("You cannot specify both subnets and subnet mappings")
  return Subnets.length > 0 ? [...new Set(Subnets)].map((SubnetId) => ({ SubnetId })) : SubnetMappings
}

const subnetNamed = (cx: ReadCx, id: string): SubnetRow => {
  const subnet = subnetOf(cx.tx, cx.scope, id)
  // text from memory
  if (!subnet) throw fault("SubnetNotFound", `The subnet ID '${id}' does not exist`)
  return subnet
}

const vpcKey = (subnet: SubnetRow): string => `${scopeKey(subnet)}/${subnet.vpcId}`

/** Texts of field reports; the one about VPCs from memory. */
const checkPlaces = (subnets: readonly SubnetRow[], { type }: Wanted): void => {
  if (new Set(subnets.map(({ vpcId }) => vpcId)).size > 1)
    throw misconfigured("All subnets must belong to the same VPC")
  const zones = new Set(subnets.map(({ availabilityZone }) => availabilityZone))
  if (zones.size < subnets.length)
    throw misconfigured("A load balancer cannot be attached to multiple subnets in the same Availability Zone")
  if (type === "application" && zones.size < 2)
    throw invalid("At least two subnets in two different Availability Zones must be specified")
}

const zoneFor = (cx: ReadCx, subnet: SubnetRow, mapping: SubnetMapping, wanted: Wanted): LoadBalancerZone => {
  const old = wanted.old?.zones.find(({ subnetId }) => subnetId === subnet.id)
  if (!old && freeAddresses(cx.tx, subnet) < leastFree)
    throw badSubnet(
      `Not enough IP space available in ${subnet.id}. ELB requires at least ${leastFree} free IP addresses in each subnet.`,
    )
  const { AllocationId: allocationId, PrivateIPv4Address: privateAddress } = mapping
  if (mapping.IPv6Address !== undefined || mapping.SourceNatIpv6Prefix !== undefined)
    throw misconfigured("IPv6 is not supported by Roadstead: the IP address type of a load balancer is ipv4")
  const place = { subnetId: subnet.id, zone: subnet.availabilityZone }
  if (allocationId === undefined && privateAddress === undefined) return { ...place, ...(old && addressesOf(old)) }
  // Texts from memory.
  if (wanted.type === "application")
    throw misconfigured("Static IP addresses are not supported for load balancers of type 'application'")
  if (allocationId !== undefined) checkElastic(cx, allocationId, wanted)
  if (privateAddress !== undefined) checkPrivate(cx, subnet, privateAddress, wanted, old)
  return {
    ...place,
    ...(privateAddress !== undefined && { privateAddress }),
    ...(allocationId !== undefined && { allocationId }),
  }
}

const addressesOf = ({ privateAddress, allocationId }: LoadBalancerZone) => ({
  ...(privateAddress !== undefined && { privateAddress }),
  ...(allocationId !== undefined && { allocationId }),
})

/** Texts from memory. */
const checkElastic = (cx: ReadCx, id: string, { scheme, old }: Wanted): void => {
  if (scheme === "internal") throw misconfigured("Elastic IP addresses cannot be specified for internal load balancers")
  const elastic = cx.tx.addresses.get(`${scopeKey(cx.scope)}/${id}`)
  if (!elastic) throw fault("AllocationIdNotFound", `The allocation ID '${id}' does not exist`)
  const isOwn = old?.zones.some(({ allocationId }) => allocationId === id)
  const isTaken = elastic.association !== undefined || isAsked(cx, ({ allocationId }) => allocationId === id)
  if (isTaken && !isOwn) throw fault("ResourceInUse", `The allocation ID '${id}' is already in use`)
}

/** Texts from memory. */
const checkPrivate = (
  cx: ReadCx,
  subnet: SubnetRow,
  text: string,
  { scheme }: Wanted,
  old: LoadBalancerZone | undefined,
): void => {
  if (scheme !== "internal")
    throw misconfigured("Private IPv4 addresses cannot be specified for internet-facing load balancers")
  const block = parseCidr(subnet.cidr)
  const address = parseAddress(text)
  if (!block || address === undefined || !cidrHolds(block, address) || isKept(block, address))
    throw misconfigured(`The private IPv4 address '${text}' is not valid for subnet '${subnet.id}'`)
  const isTaken =
    cx.tx.networkInterfaces.count("address", `${vpcKey(subnet)}/${text}`) > 0 ||
    isAsked(cx, ({ subnetId, privateAddress }) => subnetId === subnet.id && privateAddress === text)
  if (isTaken && old?.privateAddress !== text)
    throw misconfigured(`The private IPv4 address '${text}' is already in use`)
}

/** Whether a load balancer has asked for an address, and may not have got it yet. */
const isAsked = (cx: ReadCx, is: (zone: LoadBalancerZone) => boolean): boolean =>
  cx.tx.loadBalancers.by("scope", scopeKey(cx.scope)).some(({ zones }) => zones.some(is))
