// Network interfaces that users make: Create, Delete. Each holds an address of its subnet that is given to nobody else;
// nothing answers there, as there is no instance to attach one to. Those of tasks and NAT gateways are not the users'.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import {
  allocateAddress,
  cidrHolds,
  interfaceRow,
  isKept,
  type NetworkInterfaceRow,
  parseAddress,
  parseCidr,
  type SubnetRow,
} from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalid, invalidValue, refuseMembers } from "../refusals.ts"
import { groupsOf } from "../security-groups/change-groups.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeInterface } from "./describe-interfaces.ts"

const noMeans = {
  SecondaryPrivateIpAddressCount: "second addresses of interfaces",
  Ipv4Prefixes: "prefixes of interfaces",
  Ipv4PrefixCount: "prefixes of interfaces",
  Ipv6Addresses: "IPv6",
  Ipv6AddressCount: "IPv6",
  Ipv6Prefixes: "IPv6",
  Ipv6PrefixCount: "IPv6",
  EnablePrimaryIpv6: "IPv6",
  ConnectionTrackingSpecification: "connection tracking settings",
}

/** The one address that a request asks for, in either of its two ways; undefined when any will do. */
const addressAsked = (input: Parameters<typeof CreateNetworkInterface>[1]): string | undefined => {
  const [listed, second] = input.PrivateIpAddresses ?? []
  if (second) refuseMembers(input, { PrivateIpAddresses: "second addresses of interfaces" })
  return input.PrivateIpAddress ?? listed?.PrivateIpAddress
}

/** Checks that the address is the subnet's and free. */
export const checkAddress = (cx: Cx, subnet: SubnetRow, text: string): string => {
  const address = parseAddress(text)
  const block = parseCidr(subnet.cidr)
  if (address === undefined || !block) throw invalidValue(text, "privateIpAddress", "This is not a valid IP address.")
  if (!cidrHolds(block, address)) throw invalid("Address does not fall within the subnet's address range")
  if (isKept(block, address)) throw invalid("Address is in subnet's reserved address range")
  if (cx.tx.networkInterfaces.count("address", keyOf(cx.scope, `${subnet.vpcId}/${text}`)) > 0) {
    throw fault("InvalidIPAddress.InUse", "The specified address is already in use.")
  }
  return text
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html */
export const CreateNetworkInterface: Op<"ec2", "CreateNetworkInterface"> = (cx, input) => {
  const token = tokenOf(input)
  const answer = (row: NetworkInterfaceRow) => ({
    NetworkInterface: describeInterface(cx.tx, row),
    ...(token && { ClientToken: token.value }),
  })
  const known = madeBefore(cx.tx.networkInterfaces, cx.scope, token)
  if (known) return answer(known)
  refuseMembers(input, noMeans)
  const subnet = found(cx.tx.subnets, cx.scope, input.SubnetId, missing.subnet)
  const type: string = input.InterfaceType ?? "interface"
  if (type !== "interface") refuseMembers(input, { InterfaceType: `interfaces of the type ${type}` })
  const securityGroups = groupsOf(cx, subnet.vpcId, input.Groups)
  const tags = specifiedTags(input.TagSpecifications, "network-interface")
  const id = cx.ids.ec2("eni")
  const asked = addressAsked(input)
  const privateIp = asked === undefined ? allocateAddress(cx.tx, subnet, id) : checkAddress(cx, subnet, asked)
  if (privateIp === undefined) {
    throw fault(
      "InsufficientFreeAddressesInSubnet",
      "The specified subnet does not have enough free addresses to satisfy the request.",
    )
  }
  const made = { interfaceType: "interface", requesterManaged: false, status: "available" } as const
  const description = input.Description ?? ""
  const row = interfaceRow({ id, subnet, privateIp, securityGroups, description, createdAt: cx.now, made })
  return answer(cx.tx.networkInterfaces.insert({ ...row, tags, ...(token && { token }) }))
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkInterface.html */
export const DeleteNetworkInterface: Op<"ec2", "DeleteNetworkInterface"> = (cx, input) => {
  const row = found(cx.tx.networkInterfaces, cx.scope, input.NetworkInterfaceId, missing.networkInterface)
  if (row.status === "in-use") throw invalid(`Network interface '${row.id}' is currently in use.`)
  const address = cx.tx.addresses.first("networkInterface", keyOf(cx.scope, row.id))
  if (address) cx.tx.addresses.patch(keyOf(cx.scope, address.id), { association: undefined })
  cx.tx.networkInterfaces.delete(keyOf(cx.scope, row.id))
  return {}
}
