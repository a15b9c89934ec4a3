// Where in a VPC the instances of a request go: subnet, address, security groups; in the request itself or as its one
// network interface, which may be there already.
import type { Cx, Input } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import {
  allocateAddress,
  defaultVpcId,
  freeAddresses,
  interfaceRow,
  type NetworkInterfaceRow,
  type SubnetRow,
} from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { checkAddress } from "../network-interfaces/change-interfaces.ts"
import { invalid, refuseMembers } from "../refusals.ts"
import { groupsOf } from "../security-groups/change-groups.ts"
import type { Tags } from "../tagging/tag-lists.ts"

type RunInput = Input<"ec2", "RunInstances">
type AskedInterface = NonNullable<RunInput["NetworkInterfaces"]>[number]

export interface LaunchPlace {
  readonly subnet: SubnetRow
  readonly securityGroups: readonly string[]
  readonly description: string
  readonly deleteOnTermination: boolean
  /** The one address that was asked for. */
  readonly privateIp?: string
  /** An interface of the user's own. */
  readonly existing?: NetworkInterfaceRow
  /** How many instances find an address there: at least as many as were asked for. */
  readonly room: number
}

const combination = (message: string) => fault("InvalidParameterCombination", message)

/** A subnet of the default VPC: of the zone that is asked for, else the one with the fewest instances. */
const defaultSubnet = (cx: Cx, zone: string | undefined): SubnetRow => {
  const vpc = cx.tx.vpcs.by("scope", scopeKey(cx.scope)).find((v) => v.isDefault)
  if (!vpc) throw fault("VPCIdNotSpecified", "No default VPC for this user")
  const all = cx.tx.subnets.by("vpc", keyOf(cx.scope, vpc.id)).filter((subnet) => subnet.defaultForAz)
  const fitting = zone === undefined ? all : all.filter((subnet) => subnet.availabilityZone === zone)
  const instances = cx.tx.instances.by("vpc", keyOf(cx.scope, vpc.id))
  const count = (subnet: SubnetRow) =>
    instances.filter((i) => i.subnetId === subnet.id && i.observed.state !== "terminated").length
  const [first, ...rest] = fitting.toSorted((a, b) => (a.availabilityZone < b.availabilityZone ? -1 : 1))
  if (!first) {
    throw fault("MissingInput", `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`)
  }
  return rest.reduce((best, subnet) => (count(subnet) < count(best) ? subnet : best), first)
}

const subnetAsked = (cx: Cx, id: string | undefined, input: RunInput): SubnetRow => {
  const zone = input.Placement?.AvailabilityZone
  const subnet = id === undefined ? defaultSubnet(cx, zone) : found(cx.tx.subnets, cx.scope, id, missing.subnet)
  if (zone !== undefined && subnet.availabilityZone !== zone) {
    // text from memory
    throw invalid(`The subnet '${subnet.id}' is not in the availability zone '${zone}'`)
  }
  return subnet
}

/** Names of groups are known in the default VPC alone. */
const groupIds = (cx: Cx, subnet: SubnetRow, input: RunInput): readonly string[] => {
  const names = input.SecurityGroups ?? []
  if (names.length > 0 && input.SubnetId !== undefined) {
    throw combination("The parameter groupName cannot be used with the parameter subnet")
  }
  const inVpc = cx.tx.securityGroups.by("vpc", keyOf(cx.scope, subnet.vpcId))
  const ids = names.map((name) => {
    const group = inVpc.find((one) => one.name === name)
    if (group) return group.id
    const default_ = defaultVpcId(cx.scope)
    throw fault("InvalidGroup.NotFound", `The security group '${name}' does not exist in default VPC '${default_}'`)
  })
  return groupsOf(cx, subnet.vpcId, [...(input.SecurityGroupIds ?? []), ...ids])
}

const noMeans = {
  Ipv6Addresses: "IPv6",
  Ipv6AddressCount: "IPv6",
  Ipv6Prefixes: "IPv6",
  Ipv6PrefixCount: "IPv6",
  PrimaryIpv6: "IPv6",
  Ipv4Prefixes: "prefixes of interfaces",
  Ipv4PrefixCount: "prefixes of interfaces",
  SecondaryPrivateIpAddressCount: "second addresses of interfaces",
  AssociateCarrierIpAddress: "carrier addresses",
}

/** The one interface of the form with interfaces; undefined for the other form. */
const interfaceAsked = (input: RunInput): AskedInterface | undefined => {
  const [first, second] = input.NetworkInterfaces ?? []
  if (!first) return undefined
  if (second) refuseMembers(input, { NetworkInterfaces: "second interfaces of instances" })
  refuseMembers(first, noMeans)
  const words = { SubnetId: "subnet ID", SecurityGroupIds: "security groups", SecurityGroups: "security groups" }
  for (const [member, what] of Object.entries(words)) {
    const value = input[member as keyof RunInput]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    throw combination(`Network interfaces and an instance-level ${what} may not be specified on the same request`)
  }
  if ((first.DeviceIndex ?? 0) !== 0) throw invalid("The first network interface must have the device index 0") // from memory
  return first
}

const existingInterface = (cx: Cx, asked: AskedInterface, count: number): LaunchPlace => {
  const existing = found(cx.tx.networkInterfaces, cx.scope, asked.NetworkInterfaceId, missing.networkInterface)
  if (count > 1) throw combination("A network interface may not be specified for more than one instance") // from memory
  if (existing.status === "in-use") {
    throw fault("InvalidNetworkInterface.InUse", `Interface: [${existing.id}] in use.`)
  }
  const subnet = found(cx.tx.subnets, cx.scope, existing.subnetId, missing.subnet)
  const { securityGroups, description } = existing
  return { subnet, securityGroups, description, deleteOnTermination: false, existing, room: 1 }
}

/** Reads where the instances are to go, and checks that at least MinCount of them find an address. */
export const launchPlace = (cx: Cx, input: RunInput, count: number): LaunchPlace => {
  const asked = interfaceAsked(input)
  if (asked?.NetworkInterfaceId !== undefined) return existingInterface(cx, asked, count)
  const subnet = subnetAsked(cx, asked ? asked.SubnetId : input.SubnetId, input)
  const securityGroups = asked ? groupsOf(cx, subnet.vpcId, asked.Groups) : groupIds(cx, subnet, input)
  const [listed, second] = asked?.PrivateIpAddresses ?? []
  if (second) refuseMembers(asked ?? {}, { PrivateIpAddresses: "second addresses of interfaces" })
  const address = asked ? (asked.PrivateIpAddress ?? listed?.PrivateIpAddress) : input.PrivateIpAddress
  if (address !== undefined && count > 1) {
    throw combination("Private IP addresses may not be specified for more than one instance") // text from memory
  }
  const free = freeAddresses(cx.tx, subnet)
  if (free < (input.MinCount ?? 1)) {
    throw fault(
      "InsufficientFreeAddressesInSubnet",
      "The specified subnet does not have enough free addresses to satisfy the request.",
    )
  }
  return {
    subnet,
    securityGroups,
    description: asked?.Description ?? "",
    deleteOnTermination: asked?.DeleteOnTermination ?? true,
    ...(address !== undefined && { privateIp: checkAddress(cx, subnet, address) }),
    room: free,
  }
}

/** Makes the interface of an instance, or takes the user's own. */
export const attachInterface = (cx: Cx, place: LaunchPlace, instanceId: string, tags: Tags): NetworkInterfaceRow => {
  const { subnet, securityGroups, description, deleteOnTermination, existing } = place
  const attached = { instanceId, deleteOnTermination, attachedAt: cx.now }
  if (existing) {
    return cx.tx.networkInterfaces.patch(keyOf(cx.scope, existing.id), { ...attached, status: "in-use" })
  }
  const id = cx.ids.ec2("eni")
  const privateIp = place.privateIp ?? allocateAddress(cx.tx, subnet, id) ?? ""
  const made = { interfaceType: "interface", requesterManaged: false, status: "in-use" } as const
  const row = interfaceRow({ id, subnet, privateIp, securityGroups, description, createdAt: cx.now, made })
  return cx.tx.networkInterfaces.insert({ ...row, ...attached, tags })
}
