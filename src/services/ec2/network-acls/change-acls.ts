// Network ACLs that come and go, their entries, and which subnets are behind which.
import type { Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { formatCidr, type NetworkAclEntry, parseCidr } from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { found, keyOf, missing, notFound } from "../lookups.ts"
import { hasDependencies, invalid, invalidValue, missingParameter, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeAcl } from "./describe-acls.ts"

/** The rule that every ACL ends with; numbers of others are below. */
const last = 32767
const highest = 32766

const denyAll = (egress: boolean): NetworkAclEntry => ({
  ...{ egress, number: last, action: "deny", protocol: "-1", cidr: "0.0.0.0/0" },
})

export const CreateNetworkAcl: Op<"ec2", "CreateNetworkAcl"> = (cx, input) => {
  const token = tokenOf(input)
  const known = madeBefore(cx.tx.networkAcls, cx.scope, token)
  const clientToken = token && { ClientToken: token.value }
  if (known) return { NetworkAcl: describeAcl(known), ...clientToken }
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  const acl = cx.tx.networkAcls.insert({
    ...cx.scope,
    tags: specifiedTags(input.TagSpecifications, "network-acl"),
    id: cx.ids.ec2("acl"),
    vpcId: vpc.id,
    isDefault: false,
    associations: [],
    entries: [denyAll(true), denyAll(false)],
    ...(token && { token }),
  })
  return { NetworkAcl: describeAcl(acl), ...clientToken }
}

export const DeleteNetworkAcl: Op<"ec2", "DeleteNetworkAcl"> = (cx, input) => {
  const acl = found(cx.tx.networkAcls, cx.scope, input.NetworkAclId, missing.networkAcl)
  if (acl.isDefault) throw invalid(`cannot delete default network ACL ${acl.id}`)
  if (acl.associations.length > 0) throw hasDependencies("networkAcl", acl.id)
  cx.tx.networkAcls.delete(keyOf(cx.scope, acl.id))
  return {}
}

type AskedEntry = Parameters<typeof CreateNetworkAclEntry>[1]

const readEntry = (input: AskedEntry): NetworkAclEntry => {
  refuseMembers(input, { Ipv6CidrBlock: "IPv6" })
  const number = input.RuleNumber ?? 0
  if (number < 1 || number > highest) {
    throw invalid(`Invalid value '${number}' for ruleNumber. Must be between 1 and ${highest}.`) // text from memory
  }
  if (input.CidrBlock === undefined) throw missingParameter("cidrBlock")
  const block = parseCidr(input.CidrBlock)
  if (!block) throw invalidValue(input.CidrBlock, "cidrBlock", "This is not a valid CIDR block.")
  const protocols: Readonly<Record<string, string>> = { all: "-1", icmp: "1", tcp: "6", udp: "17" }
  const asked = (input.Protocol ?? "").toLowerCase()
  const protocol = protocols[asked] ?? asked
  if (protocol !== "-1" && !(/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255)) {
    throw invalid(`Invalid value '${input.Protocol ?? ""}' for IP protocol. Unknown protocol.`)
  }
  const action = input.RuleAction
  if (action !== "allow" && action !== "deny") throw invalidValue(action, "ruleAction", "Unknown rule action.")
  const { From, To } = input.PortRange ?? {}
  const hasPorts = protocol === "6" || protocol === "17"
  if (hasPorts && (From === undefined || To === undefined)) throw missingParameter("portRange")
  if (hasPorts && ((From ?? 0) < 0 || (To ?? 0) > 65535 || (From ?? 0) > (To ?? 0))) {
    throw invalid(`Invalid value '${From}-${To}' for portRange.`) // text from memory
  }
  const { Type, Code } = input.IcmpTypeCode ?? {}
  return {
    egress: input.Egress ?? false,
    number,
    action,
    protocol,
    cidr: formatCidr(block),
    ...(hasPorts && From !== undefined && To !== undefined && { ports: { from: From, to: To } }),
    ...(protocol === "1" && { icmp: { type: Type ?? -1, code: Code ?? -1 } }),
  }
}

/** In the order of their numbers, what goes out first, as EC2 shows them. */
const sorted = (entries: readonly NetworkAclEntry[]) =>
  entries.toSorted((a, b) => Number(b.egress) - Number(a.egress) || a.number - b.number)

const same = (egress: boolean, number: number) => (entry: NetworkAclEntry) =>
  entry.egress === egress && entry.number === number

const noEntry = (egress: boolean, number: number, id: string) =>
  fault(
    "InvalidNetworkAclEntry.NotFound",
    `The specified ${egress ? "egress" : "ingress"} rule number ${number} does not exist in network ACL ${id}`,
  )

export const CreateNetworkAclEntry: Op<"ec2", "CreateNetworkAclEntry"> = (cx, input) => {
  const acl = found(cx.tx.networkAcls, cx.scope, input.NetworkAclId, missing.networkAcl)
  const entry = readEntry(input)
  if (acl.entries.some(same(entry.egress, entry.number))) {
    throw fault("NetworkAclEntryAlreadyExists", `The network acl entry identified by ${entry.number} already exists.`)
  }
  cx.tx.networkAcls.patch(keyOf(cx.scope, acl.id), { entries: sorted([...acl.entries, entry]) })
  return {}
}

export const ReplaceNetworkAclEntry: Op<"ec2", "ReplaceNetworkAclEntry"> = (cx, input) => {
  const acl = found(cx.tx.networkAcls, cx.scope, input.NetworkAclId, missing.networkAcl)
  const entry = readEntry(input)
  const others = acl.entries.filter((known) => !same(entry.egress, entry.number)(known))
  if (others.length === acl.entries.length) throw noEntry(entry.egress, entry.number, acl.id)
  cx.tx.networkAcls.patch(keyOf(cx.scope, acl.id), { entries: sorted([...others, entry]) })
  return {}
}

export const DeleteNetworkAclEntry: Op<"ec2", "DeleteNetworkAclEntry"> = (cx, input) => {
  const acl = found(cx.tx.networkAcls, cx.scope, input.NetworkAclId, missing.networkAcl)
  const [egress, number] = [input.Egress ?? false, input.RuleNumber ?? 0]
  const entries = acl.entries.filter((entry) => number === last || !same(egress, number)(entry))
  if (entries.length === acl.entries.length) throw noEntry(egress, number, acl.id)
  cx.tx.networkAcls.patch(keyOf(cx.scope, acl.id), { entries })
  return {}
}

export const ReplaceNetworkAclAssociation: Op<"ec2", "ReplaceNetworkAclAssociation"> = (cx, input) => {
  const next = found(cx.tx.networkAcls, cx.scope, input.NetworkAclId, missing.networkAcl)
  const holder = cx.tx.networkAcls.first("association", keyOf(cx.scope, input.AssociationId ?? ""))
  const association = holder?.associations.find(({ id }) => id === input.AssociationId)
  if (!holder || !association) throw notFound(missing.association, input.AssociationId ?? "")
  if (next.vpcId !== holder.vpcId) {
    throw invalid(`network ACL ${next.id} and subnet ${association.subnetId} belong to different networks`)
  }
  const id = cx.ids.ec2("aclassoc")
  const rest = holder.associations.filter((a) => a !== association)
  cx.tx.networkAcls.patch(keyOf(cx.scope, holder.id), { associations: rest })
  const { associations } = found(cx.tx.networkAcls, cx.scope, next.id, missing.networkAcl)
  const moved = [...associations, { id, subnetId: association.subnetId }]
  cx.tx.networkAcls.patch(keyOf(cx.scope, next.id), { associations: moved })
  return { NewAssociationId: id }
}
