// Everything of EC2 that can have tags: which table holds it, by the prefix of its id, and what EC2 calls it.
import type { Cx, ReadCx } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { found, keyOf, type Missing, missing } from "../lookups.ts"
import type { Tags } from "./tag-lists.ts"

/** By the prefix of ids; the rules of security groups are apart, because they live in the rows of their groups. */
const kinds = {
  vpc: { table: "vpcs", type: "vpc", missing: missing.vpc },
  subnet: { table: "subnets", type: "subnet", missing: missing.subnet },
  sg: { table: "securityGroups", type: "security-group", missing: missing.securityGroup },
  rtb: { table: "routeTables", type: "route-table", missing: missing.routeTable },
  igw: { table: "internetGateways", type: "internet-gateway", missing: missing.internetGateway },
  lt: {
    table: "launchTemplates",
    type: "launch-template",
    missing: { code: "InvalidLaunchTemplateId.NotFound", what: "The launch template ID" },
  },
  i: { table: "instances", type: "instance", missing: missing.instance },
  eni: { table: "networkInterfaces", type: "network-interface", missing: missing.networkInterface },
  acl: { table: "networkAcls", type: "network-acl", missing: missing.networkAcl },
  dopt: { table: "dhcpOptions", type: "dhcp-options", missing: missing.dhcpOptions },
  nat: { table: "natGateways", type: "natgateway", missing: missing.natGateway },
  vpce: { table: "vpcEndpoints", type: "vpc-endpoint", missing: missing.endpoint },
  "vpce-svc": { table: "vpcEndpointServices", type: "vpc-endpoint-service", missing: missing.endpointService },
  eipalloc: { table: "addresses", type: "elastic-ip", missing: missing.allocation },
} as const satisfies Record<string, { table: string; type: string; missing: Missing }>

type Prefix = keyof typeof kinds

const ruleType = "security-group-rule"
const prefixOf = (id: string): string => (id.startsWith("vpce-svc-") ? "vpce-svc" : id.slice(0, id.indexOf("-")))
const isPrefix = (prefix: string): prefix is Prefix => Object.hasOwn(kinds, prefix)

/** `vpc` of `vpc-…`: what EC2 calls the kind; undefined for an id of none. */
export const resourceTypeOf = (id: string): string | undefined => {
  const prefix = prefixOf(id)
  if (prefix === "sgr") return ruleType
  return isPrefix(prefix) ? kinds[prefix].type : undefined
}

/** Reads and writes the tags of the resource with that id; throws EC2's error when there is none. */
export const changeTags = (cx: Cx, id: string, change: (tags: Tags) => Tags): void => {
  const prefix = prefixOf(id)
  if (prefix === "sgr") {
    const group = cx.tx.securityGroups.first("rule", keyOf(cx.scope, id))
    if (!group) throw fault(missing.securityGroupRule.code, `${missing.securityGroupRule.what} '${id}' does not exist`)
    const rules = group.rules.map((rule) => (rule.id === id ? { ...rule, tags: change(rule.tags) } : rule))
    cx.tx.securityGroups.patch(keyOf(cx.scope, group.id), { rules })
    return
  }
  if (!isPrefix(prefix)) throw fault("InvalidID", `The ID '${id}' is not valid`)
  const { table, missing: kind } = kinds[prefix]
  const row: { readonly tags: Tags } = found<{ readonly tags: Tags }>(cx.tx[table], cx.scope, id, kind)
  cx.tx[table].patch(keyOf(cx.scope, id), { tags: change(row.tags) })
}

/** The row with that id, if there is one; a rule of a security group is one too. */
export const taggedRow = (cx: ReadCx, id: string): { readonly tags: Tags } | undefined => {
  const prefix = prefixOf(id)
  const key = keyOf(cx.scope, id)
  if (prefix === "sgr") return cx.tx.securityGroups.first("rule", key)?.rules.find((rule) => rule.id === id)
  return isPrefix(prefix) ? cx.tx[kinds[prefix].table].get(key) : undefined
}

export interface Tagged {
  readonly resourceId: string
  readonly resourceType: string
  readonly tags: Tags
}

/** Everything of the scope with its tags. */
export const allTagged = (cx: ReadCx): readonly Tagged[] => {
  const scope = scopeKey(cx.scope)
  const rows = Object.values(kinds).flatMap(({ table, type }) =>
    cx.tx[table].by("scope", scope).map((row) => ({ resourceId: row.id, resourceType: type, tags: row.tags })),
  )
  const rules = cx.tx.securityGroups
    .by("scope", scope)
    .flatMap((group) => group.rules.map(({ id, tags }) => ({ resourceId: id, resourceType: ruleType, tags })))
  return [...rows, ...rules]
}
