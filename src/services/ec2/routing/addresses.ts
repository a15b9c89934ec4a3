// Elastic IP addresses: records with associations. The addresses are of the ranges that are kept for documentation
// (RFC 5737), so that nobody takes them for ones that are reached from anywhere.

import { hash } from "node:crypto"
import type { Address } from "@aws-sdk/client-ec2"
import type { Cx, Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { AddressRow, View } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { keyOf, missing, namedRows, notFound, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { invalidValue, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"

const ranges = ["192.0.2", "198.51.100", "203.0.113"]
const perRange = 254

/** A free address, from a place that the allocation's own id decides; undefined when all are allocated. */
const freeAddress = (view: View, id: string): string | undefined => {
  const count = ranges.length * perRange
  const start = Number.parseInt(hash("sha256", id).slice(0, 8), 16) % count
  for (let step = 0; step < count; step++) {
    const at = (start + step) % count
    const address = `${ranges[Math.floor(at / perRange)]}.${(at % perRange) + 1}`
    if (view.addresses.count("publicIp", address) === 0) return address
  }
  return undefined
}

const filters: FilterTable<AddressRow> = {
  ...tagKeys,
  "allocation-id": (a) => [a.id],
  "association-id": (a) => (a.association ? [a.association.id] : []),
  domain: () => ["vpc"],
  "instance-id": nothing,
  "network-border-group": (a) => [a.region],
  "network-interface-id": (a) => (a.association ? [a.association.networkInterfaceId] : []),
  "network-interface-owner-id": (a) => (a.association ? [a.account] : []),
  "private-ip-address": (a) => (a.association ? [a.association.privateIp] : []),
  "public-ip": (a) => [a.publicIp],
}

const describeAddress = (row: AddressRow): Address => ({
  AllocationId: row.id,
  PublicIp: row.publicIp,
  Domain: "vpc",
  NetworkBorderGroup: row.region,
  PublicIpv4Pool: "amazon",
  ...(row.association && {
    AssociationId: row.association.id,
    NetworkInterfaceId: row.association.networkInterfaceId,
    NetworkInterfaceOwnerId: row.account,
    PrivateIpAddress: row.association.privateIp,
  }),
  Tags: tagSet(row.tags),
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html */
export const DescribeAddresses: ReadOp<"ec2", "DescribeAddresses"> = (cx, input) => {
  const rows = namedRows(cx.tx.addresses, cx.scope, input.AllocationIds, missing.allocation)
  const ips = input.PublicIps ?? []
  for (const ip of ips) {
    if (!rows.some((row) => row.publicIp === ip)) throw fault("InvalidAddress.NotFound", `Address '${ip}' not found.`)
  }
  const chosen = ips.length === 0 ? rows : rows.filter((row) => ips.includes(row.publicIp))
  return { Addresses: applyFilters(chosen, input.Filters, filters).map(describeAddress) }
}

/** The one attribute is a name for mail's reverse lookup; no address has one. */
export const DescribeAddressesAttribute: ReadOp<"ec2", "DescribeAddressesAttribute"> = (cx, input) => {
  const rows = namedRows(cx.tx.addresses, cx.scope, input.AllocationIds, missing.allocation)
  const page = pageOf(rows, (a) => a.id, input)
  return {
    Addresses: page.rows.map((row) => ({ AllocationId: row.id, PublicIp: row.publicIp })),
    NextToken: page.NextToken,
  }
}

const noMeans = {
  Address: "way to get a certain address back",
  PublicIpv4Pool: "pools of public addresses",
  CustomerOwnedIpv4Pool: "Outposts",
  IpamPoolId: "IP address manager",
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AllocateAddress.html */
export const AllocateAddress: Op<"ec2", "AllocateAddress"> = (cx, input) => {
  // The pool of AWS's own is the one that all addresses are of.
  const { PublicIpv4Pool: pool, ...rest } = input
  refuseMembers(pool === "amazon" ? rest : input, noMeans)
  const domain: string = input.Domain ?? "vpc"
  if (domain !== "vpc") throw invalidValue(domain, "domain", "EC2-Classic is no more.") // text from memory
  const group = input.NetworkBorderGroup ?? cx.scope.region
  if (group !== cx.scope.region) throw invalidValue(group, "networkBorderGroup", "Unknown group.") // text from memory
  const tags = specifiedTags(input.TagSpecifications, "elastic-ip")
  const id = cx.ids.ec2("eipalloc")
  const publicIp = freeAddress(cx.tx, id)
  if (publicIp === undefined) {
    throw fault("AddressLimitExceeded", "The maximum number of addresses has been reached.")
  }
  const row = cx.tx.addresses.insert({ ...cx.scope, tags, id, publicIp })
  return {
    AllocationId: row.id,
    PublicIp: publicIp,
    Domain: "vpc",
    NetworkBorderGroup: row.region,
    PublicIpv4Pool: "amazon",
  }
}

/** The allocation that a request names by id or by its address. */
export const addressCalled = (
  cx: Cx,
  asked: { readonly AllocationId?: string | undefined; readonly PublicIp?: string | undefined },
): AddressRow => {
  if (asked.AllocationId !== undefined) {
    const row = cx.tx.addresses.get(keyOf(cx.scope, asked.AllocationId))
    if (!row) throw notFound(missing.allocation, asked.AllocationId)
    return row
  }
  if (asked.PublicIp === undefined) {
    throw fault("MissingParameter", "Either public IP or allocation id must be specified")
  }
  const row = cx.tx.addresses.first("publicIp", asked.PublicIp)
  if (!row || keyOf(row, "") !== keyOf(cx.scope, "")) {
    throw fault("InvalidAddress.NotFound", `Address '${asked.PublicIp}' not found.`)
  }
  return row
}
