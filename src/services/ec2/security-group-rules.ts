// The single rules of security groups: DescribeSecurityGroupRules. A stored permission with several sources is
// several rules here, as in EC2.
import { hash } from "node:crypto"
import type { ReadOp } from "../../gate/index.ts"
import { formatArn, scopeKey } from "../../kernel/index.ts"
import type { SecurityGroupRow } from "../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "./filters.ts"
import { checkForm, type Missing, named } from "./lookups.ts"
import { pageOf } from "./pages.ts"
import { permission } from "./security-groups.ts"

const missing: Missing = { code: "InvalidSecurityGroupRuleId.NotFound", what: "The security group rule ID" }

/** Where a rule lets traffic come from or go to. */
type Peer =
  | { readonly CidrIpv4: string }
  | { readonly CidrIpv6: string }
  | { readonly PrefixListId: string }
  | { readonly ReferencedGroupInfo: { GroupId: string; UserId: string } }

interface Rule {
  readonly id: string
  readonly group: SecurityGroupRow
  readonly egress: boolean
  readonly protocol: string
  readonly fromPort: number
  readonly toPort: number
  readonly peer: Peer
  readonly description: string | undefined
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}

/** -1 where EC2 has no port: the rule is for all. */
const anyPort = -1

const rulesOf = (group: SecurityGroupRow): readonly Rule[] =>
  [false, true].flatMap((egress) =>
    (egress ? group.egress : group.ingress).flatMap((stored) => {
      const rule = permission(stored)
      const peers: { peer: Peer; description: string | undefined }[] = [
        ...rule.IpRanges.map((r) => ({ peer: { CidrIpv4: r.CidrIp ?? "" }, description: r.Description })),
        ...rule.Ipv6Ranges.map((r) => ({ peer: { CidrIpv6: r.CidrIpv6 ?? "" }, description: r.Description })),
        ...rule.PrefixListIds.map((r) => ({
          peer: { PrefixListId: r.PrefixListId ?? "" },
          description: r.Description,
        })),
        ...rule.UserIdGroupPairs.map((r) => ({
          peer: { ReferencedGroupInfo: { GroupId: r.GroupId ?? "", UserId: r.UserId ?? group.account } },
          description: r.Description,
        })),
      ]
      return peers.map(({ peer, description }): Rule => {
        const parts = [group.id, egress, rule.IpProtocol, rule.FromPort, rule.ToPort, peer]
        return {
          // EC2 refuses a second rule of the same content in a group, so the content can name the rule.
          id: `sgr-${hash("sha256", JSON.stringify(parts)).slice(0, 17)}`,
          group,
          egress,
          protocol: rule.IpProtocol,
          fromPort: rule.FromPort ?? anyPort,
          toPort: rule.ToPort ?? anyPort,
          peer,
          description,
          tags: [],
        }
      })
    }),
  )

const filters: FilterTable<Rule> = {
  ...tagKeys,
  "group-id": (r) => [r.group.id],
  "security-group-rule-id": (r) => [r.id],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html */
export const DescribeSecurityGroupRules: ReadOp<"ec2", "DescribeSecurityGroupRules"> = (cx, input) => {
  checkForm(input.SecurityGroupRuleIds, "sgr", "InvalidSecurityGroupRuleId.Malformed")
  const all = cx.tx.securityGroups.by("scope", scopeKey(cx.scope)).flatMap(rulesOf)
  const byId = new Map(all.map((rule) => [rule.id, rule]))
  const rows = named(
    input.SecurityGroupRuleIds,
    () => all,
    (id) => byId.get(id),
    missing,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filters), (r) => r.id, input)
  return {
    SecurityGroupRules: page.rows.map((rule) => ({
      SecurityGroupRuleId: rule.id,
      SecurityGroupRuleArn: formatArn("ec2", rule.group, `security-group-rule/${rule.id}`),
      GroupId: rule.group.id,
      GroupOwnerId: rule.group.account,
      IsEgress: rule.egress,
      IpProtocol: rule.protocol,
      FromPort: rule.fromPort,
      ToPort: rule.toPort,
      ...rule.peer,
      ...(rule.description === undefined ? {} : { Description: rule.description }),
      Tags: [],
    })),
    NextToken: page.NextToken,
  }
}
