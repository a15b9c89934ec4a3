// Network interfaces of tasks: finding a free address in a subnet, and the record of an interface.
// Who makes and removes them is controllers/task; how they are described is services/ec2.
import { hash } from "node:crypto"
import { type Scope, scopeKey } from "../kernel/index.ts"
import { type Cidr, formatAddress, parseAddress, parseCidr } from "./ipv4.ts"
import type { View } from "./schema.ts"
import type { NetworkInterfaceRow, SubnetRow, VpcRow } from "./tables/ec2.ts"
import type { SecurityGroupRow } from "./tables/ec2-security.ts"

/**
 * AWS keeps the first four addresses of a subnet (network, router, DNS, future use) and the last (broadcast):
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
const keptBelow = 4
const kept = keptBelow + 1

/** Whether an address of the subnet is one that AWS keeps. */
export const isKept = (subnet: Cidr, address: number): boolean =>
  address < subnet.base + keptBelow || address === subnet.base + subnet.size - 1

/** How many addresses of a subnet can be given out, used or not. */
export const capacityOf = (subnet: Pick<SubnetRow, "cidr">): number =>
  Math.max(0, (parseCidr(subnet.cidr)?.size ?? 0) - kept)

/** How many addresses of a subnet are free: `AvailableIpAddressCount`. */
export const freeAddresses = (view: View, subnet: SubnetRow): number =>
  capacityOf(subnet) - view.networkInterfaces.count("subnet", `${scopeKey(subnet)}/${subnet.id}`)

/**
 * A free address of the subnet for the interface `interfaceId`, or undefined when there is none. The search begins at
 * a place that the interface's (random) id decides, so that an address that has just been given back, and may still
 * be in a neighbour's cache, is not the next to be handed out. About one lookup while the subnet is not nearly full.
 */
export const allocateAddress = (view: View, subnet: SubnetRow, interfaceId: string): string | undefined => {
  const block = parseCidr(subnet.cidr)
  const capacity = capacityOf(subnet)
  if (!block || freeAddresses(view, subnet) <= 0) return undefined
  const start = Number.parseInt(hash("sha256", interfaceId).slice(0, 12), 16) % capacity
  const prefix = `${scopeKey(subnet)}/${subnet.vpcId}/`
  for (let step = 0; step < capacity; step++) {
    const address = formatAddress(block.base + keptBelow + ((start + step) % capacity))
    const isTaken = view.networkInterfaces.count("address", prefix + address) > 0
    // Kept ready for a task that may come.
    if (!isTaken && view.sandboxes.count("address", prefix + address) === 0) return address
  }
  return undefined
}

/** The hardware address that Docker gives the holder of an IPv4 address: 02:42 and its four bytes. */
export const macAddressOf = (privateIp: string): string => {
  const address = parseAddress(privateIp) ?? 0
  const bytes = [24, 16, 8, 0].map((shift) => ((address >>> shift) & 255).toString(16).padStart(2, "0"))
  return ["02", "42", ...bytes].join(":")
}

/** `ip-172-31-1-5.ec2.internal` in us-east-1, `ip-172-31-1-5.<region>.compute.internal` elsewhere. */
export const privateDnsNameOf = (region: string, privateIp: string): string =>
  `ip-${privateIp.replaceAll(".", "-")}.${region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`}`

/** Whether the VPC's resolver answers at all. */
export const hasDnsSupport = (vpc: VpcRow): boolean => vpc.enableDnsSupport ?? true

/** Whether what is in the VPC gets names. AWS: on in a default VPC, off in any other until it is modified. */
export const hasDnsHostnames = (vpc: VpcRow): boolean => vpc.enableDnsHostnames ?? vpc.isDefault

/** The private name of an interface, if its VPC gives names: both attributes have to be on. */
export const shownDnsName = (view: View, i: NetworkInterfaceRow): string | undefined => {
  const vpc = view.vpcs.get(`${scopeKey(i)}/${i.vpcId}`)
  return vpc && hasDnsSupport(vpc) && hasDnsHostnames(vpc) ? i.privateDnsName : undefined
}

/** What is to be known of a new interface. */
export interface NewInterface {
  /** `eni-…`, of `ids.ec2("eni")`. */
  readonly id: string
  readonly subnet: SubnetRow
  /** From {@link allocateAddress}. */
  readonly privateIp: string
  readonly securityGroups: readonly string[]
  /** For a task's interface AWS puts the ARN of the attachment here: `arn:aws:ecs:…:attachment/<uuid>`. */
  readonly description: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly taskArn?: string
  /** Absent: a task's, in use from the start, as those are that ECS asks for. */
  readonly made?: Pick<NetworkInterfaceRow, "interfaceType" | "requesterManaged" | "status">
}

/** The record of a new interface. */
export const interfaceRow = (wanted: NewInterface): NetworkInterfaceRow => ({
  account: wanted.subnet.account,
  region: wanted.subnet.region,
  tags: [],
  id: wanted.id,
  subnetId: wanted.subnet.id,
  vpcId: wanted.subnet.vpcId,
  availabilityZone: wanted.subnet.availabilityZone,
  privateIp: wanted.privateIp,
  macAddress: macAddressOf(wanted.privateIp),
  privateDnsName: privateDnsNameOf(wanted.subnet.region, wanted.privateIp),
  securityGroups: wanted.securityGroups,
  description: wanted.description,
  ...(wanted.made ?? { interfaceType: "interface", requesterManaged: wanted.taskArn !== undefined, status: "in-use" }),
  createdAt: wanted.createdAt,
  ...(wanted.taskArn === undefined ? {} : { taskArn: wanted.taskArn }),
})

/** The subnet of that id in the scope. */
export const subnetOf = (view: View, scope: Scope, id: string): SubnetRow | undefined =>
  view.subnets.get(`${scopeKey(scope)}/${id}`)

/** The security group that an interface gets when none is named. Every VPC has one, called `default`. */
export const defaultSecurityGroupOf = (view: View, scope: Scope, vpcId: string): SecurityGroupRow | undefined =>
  view.securityGroups.by("vpc", `${scopeKey(scope)}/${vpcId}`).find((group) => group.name === "default")
