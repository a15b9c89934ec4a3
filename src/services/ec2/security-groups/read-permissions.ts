// Reading the rules of a request: IpPermission shapes into rules, one per peer, checked as EC2 checks them.
import type { IpPermission } from "@aws-sdk/client-ec2"
import type { Cx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { formatCidr, parseCidr, type SecurityGroupRow, type SecurityGroupRule } from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalid, unsupported } from "../refusals.ts"
import { checkDescription, groupCalled } from "./change-groups.ts"

/** A rule before it has an id, a direction and tags. */
export type RuleContent = Omit<SecurityGroupRule, "id" | "egress" | "tags">

const protocolNames: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
  all: "-1",
}

const readProtocol = (text: string | undefined): string => {
  const lower = (text ?? "").toLowerCase()
  const protocol = protocolNames[lower] ?? lower
  const isNumber = /^\d{1,3}$/.test(protocol) && Number(protocol) <= 255
  if (isNumber || protocol === "-1" || Object.values(protocolNames).includes(protocol)) return protocol
  throw invalid(`Invalid value '${text ?? ""}' for IP protocol. Unknown protocol.`)
}

/** From and to, where the protocol has any; all others are for every port. */
const readRange = (
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): Pick<SecurityGroupRule, "fromPort" | "toPort"> => {
  const hasPorts = protocol === "tcp" || protocol === "udp"
  if (!hasPorts && protocol !== "icmp" && protocol !== "icmpv6") return {}
  if (from === undefined || to === undefined) {
    const what = hasPorts ? "TCP/UDP" : "ICMP"
    throw invalid(`Invalid value 'Must specify both from and to ports with ${what}.' for portRange.`)
  }
  const wrong = hasPorts ? wrongPorts(from, to) : wrongType(from, to)
  if (wrong) throw wrong
  return { fromPort: from, toPort: to }
}

const wrongPorts = (from: number, to: number) => {
  const outside = [from, to].find((port) => port < 0 || port > 65535)
  if (outside !== undefined) return fault("InvalidPermission.Malformed", `TCP/UDP port (${outside}) out of range`)
  return from > to ? invalid(`Invalid TCP/UDP port range (${from}:${to})`) : undefined // text from memory
}

/** -1 stands for all, and all types have all codes. */
const wrongType = (type: number, code: number) => {
  const outside = type < -1 || type > 255 || code < -1 || code > 255
  if (!outside && !(type === -1 && code !== -1)) return undefined
  return fault("InvalidPermission.Malformed", `ICMP type/code (${type}/${code}) out of range`) // text from memory
}

/** The block in its canonical form, as AWS stores it; a single address needs its /32 as well. */
export const readIpv4 = (text: string | undefined): string => {
  const block = parseCidr(text ?? "")
  if (!block) throw invalid(`CIDR block ${text ?? ""} is malformed`)
  return formatCidr(block)
}

export const readIpv6 = (text: string | undefined): string => {
  const [address = "", bits = "", ...more] = (text ?? "").split("/")
  const url = /^[0-9a-f:.]+$/i.test(address) && address.includes(":") && URL.parse(`http://[${address}]`)
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!url || more.length > 0 || !(prefix <= 128)) throw invalid(`CIDR block ${text ?? ""} is malformed`)
  const [before = "", after] = url.hostname.slice(1, -1).split("::")
  const [head, tail] = [before, after ?? ""].map((part) => (part === "" ? [] : part.split(":")))
  const filled = after === undefined ? [] : Array(8 - (head?.length ?? 0) - (tail?.length ?? 0)).fill("0")
  const kept = [...(head ?? []), ...filled, ...(tail ?? [])].map((group, i) => {
    const own = Math.min(16, Math.max(0, prefix - 16 * i))
    return (Number.parseInt(group, 16) & (0xffff << (16 - own)) & 0xffff).toString(16)
  })
  return `${new URL(`http://[${kept.join(":")}]`).hostname.slice(1, -1)}/${prefix}`
}

/** The id of a group that a rule names: it has to be in the VPC of the rule's own group. */
const readGroup = (
  cx: Cx,
  group: SecurityGroupRow,
  pair: {
    readonly GroupId?: string | undefined
    readonly GroupName?: string | undefined
    readonly UserId?: string | undefined
    readonly VpcPeeringConnectionId?: string | undefined
  },
): string => {
  if (pair.VpcPeeringConnectionId !== undefined) throw unsupported("peering of VPCs (VpcPeeringConnectionId)")
  if (pair.UserId !== undefined && pair.UserId !== group.account)
    throw unsupported("rules about groups of other accounts")
  const inOwnVpc = cx.tx.securityGroups.by("vpc", keyOf(cx.scope, group.vpcId))
  const byName = inOwnVpc.find(({ name }) => pair.GroupId === undefined && name === pair.GroupName)
  const other = byName ?? groupCalled(cx, pair)
  if (other.vpcId !== group.vpcId) {
    throw fault("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
  }
  return other.id
}

const described = (description: string | undefined): { description?: string } => {
  if (description === undefined || description === "") return {}
  checkDescription("rule", description)
  return { description }
}

/** The one rule that single members say: of ModifySecurityGroupRules, and of each peer of a permission. */
export const readRule = (
  cx: Cx,
  group: SecurityGroupRow,
  asked: Pick<IpPermission, "IpProtocol" | "FromPort" | "ToPort"> & {
    readonly CidrIpv4?: string | undefined
    readonly CidrIpv6?: string | undefined
    readonly PrefixListId?: string | undefined
    readonly ReferencedGroupId?: string | undefined
    readonly Description?: string | undefined
  },
): RuleContent => {
  const peers = [asked.CidrIpv4, asked.CidrIpv6, asked.PrefixListId, asked.ReferencedGroupId]
  if (peers.filter((peer) => peer !== undefined).length !== 1) {
    throw fault("InvalidParameterCombination", "A rule needs exactly one source or destination.") // text from memory
  }
  const protocol = readProtocol(asked.IpProtocol)
  const range = readRange(protocol, asked.FromPort, asked.ToPort)
  const common = { protocol, ...range, ...described(asked.Description) }
  if (asked.CidrIpv4 !== undefined) return { ...common, cidrIpv4: readIpv4(asked.CidrIpv4) }
  if (asked.CidrIpv6 !== undefined) return { ...common, cidrIpv6: readIpv6(asked.CidrIpv6) }
  if (asked.PrefixListId !== undefined) throw noPrefixList(asked.PrefixListId)
  return { ...common, groupId: readGroup(cx, group, { GroupId: asked.ReferencedGroupId }) }
}

const noPrefixList = (id: string | undefined) =>
  fault("InvalidPrefixListId.NotFound", `The prefix list ID '${id ?? ""}' does not exist`)

/** The rules of permissions, in order. */
export const readPermissions = (
  cx: Cx,
  group: SecurityGroupRow,
  permissions: readonly IpPermission[],
  side: "source" | "destination",
): readonly RuleContent[] =>
  permissions.flatMap((permission) => {
    const protocol = readProtocol(permission.IpProtocol)
    const range = readRange(protocol, permission.FromPort, permission.ToPort)
    const [list] = permission.PrefixListIds ?? []
    if (list) throw noPrefixList(list.PrefixListId)
    const peers: RuleContent[] = [
      ...(permission.IpRanges ?? []).map((r) => ({
        ...{ protocol, ...range, cidrIpv4: readIpv4(r.CidrIp) },
        ...described(r.Description),
      })),
      ...(permission.Ipv6Ranges ?? []).map((r) => ({
        ...{ protocol, ...range, cidrIpv6: readIpv6(r.CidrIpv6) },
        ...described(r.Description),
      })),
      ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
        ...{ protocol, ...range, groupId: readGroup(cx, group, pair) },
        ...described(pair.Description),
      })),
    ]
    if (peers.length === 0) {
      const text = `Missing ${side} specification: include ${side} security group or CIDR information`
      throw fault("MissingParameter", text)
    }
    return peers
  })

/** The group, again, as it is now: rules that a call just wrote are in it. */
export const groupNow = (cx: Cx, group: SecurityGroupRow): SecurityGroupRow =>
  found(cx.tx.securityGroups, cx.scope, group.id, missing.securityGroup)
