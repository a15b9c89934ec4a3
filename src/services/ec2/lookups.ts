// Finding EC2's resources by the ids of a request, with EC2's errors for those that are not there.
import { type Fault, fault, type Scope, scopeKey } from "../../kernel/index.ts"

/** How EC2 speaks of a missing resource of a kind. */
export interface Missing {
  /** `InvalidVpcID.NotFound`. */
  readonly code: string
  /** `The vpc ID`: what stands before the quoted id. */
  readonly what: string
  /** The whole text, where EC2 says it otherwise. */
  readonly says?: (id: string) => string
}

/** Error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
export const missing = {
  vpc: { code: "InvalidVpcID.NotFound", what: "The vpc ID" },
  subnet: { code: "InvalidSubnetID.NotFound", what: "The subnet ID" },
  securityGroup: { code: "InvalidGroup.NotFound", what: "The security group" },
  securityGroupRule: { code: "InvalidSecurityGroupRuleId.NotFound", what: "The security group rule ID" },
  routeTable: { code: "InvalidRouteTableID.NotFound", what: "The routeTable ID" },
  internetGateway: { code: "InvalidInternetGatewayID.NotFound", what: "The internetGateway ID" },
  networkInterface: { code: "InvalidNetworkInterfaceID.NotFound", what: "The networkInterface ID" },
  networkAcl: { code: "InvalidNetworkAclID.NotFound", what: "The networkAcl ID" },
  dhcpOptions: { code: "InvalidDhcpOptionID.NotFound", what: "The dhcpOption ID" },
  natGateway: {
    code: "NatGatewayNotFound",
    what: "NAT gateway",
    says: (id: string) => `NAT gateway ${id} was not found`,
  },
  routeNatGateway: { code: "InvalidNatGatewayID.NotFound", what: "The natGateway ID" },
  gateway: { code: "InvalidGatewayID.NotFound", what: "The gateway ID" },
  instance: { code: "InvalidInstanceID.NotFound", what: "The instance ID" },
  endpoint: { code: "InvalidVpcEndpointId.NotFound", what: "The Vpc Endpoint Id" },
  endpointService: { code: "InvalidVpcEndpointServiceId.NotFound", what: "The VpcEndpointService Id" },
  allocation: { code: "InvalidAllocationID.NotFound", what: "The allocation ID" },
  association: { code: "InvalidAssociationID.NotFound", what: "The association ID" },
} as const satisfies Record<string, Missing>

/** EC2's error for one id of the kind. */
export const notFound = (kind: Missing, id: string): Fault =>
  fault(kind.code, kind.says?.(id) ?? `${kind.what} '${id}' does not exist`)

/** The key of a row of the scope: what the tables of EC2 are keyed by. */
export const keyOf = (scope: Scope, id: string): string => `${scopeKey(scope)}/${id}`

/** The row with that id in the scope. Throws EC2's error when it is not there. */
export const found = <R>(
  table: { get(key: string): R | undefined },
  scope: Scope,
  id: string | undefined,
  kind: Missing,
): R => {
  const row = table.get(keyOf(scope, id ?? ""))
  if (row === undefined) throw notFound(kind, id ?? "")
  return row
}

/**
 * The rows of the named ids, each once, in the order of the request; all rows when none is named. Throws when one does
 * not exist: EC2 then answers none of them.
 */
export const named = <R>(
  ids: readonly string[] | undefined,
  all: () => readonly R[],
  find: (id: string) => R | undefined,
  kind: Missing,
): readonly R[] => {
  if (!ids || ids.length === 0) return all()
  const unknown = ids.filter((id) => find(id) === undefined)
  if (unknown.length === 1) throw notFound(kind, unknown[0] ?? "")
  if (unknown.length > 1) throw fault(kind.code, `${kind.what}s '${unknown.join(", ")}' do not exist`)
  return [...new Set(ids)].map(find).filter((row) => row !== undefined)
}

/** {@link named}, over a table that is keyed and indexed by scope. */
export const namedRows = <R>(
  table: { get(key: string): R | undefined; by(index: "scope", value: string): readonly R[] },
  scope: Scope,
  ids: readonly string[] | undefined,
  kind: Missing,
): readonly R[] =>
  named(
    ids,
    () => table.by("scope", scopeKey(scope)),
    (id) => table.get(keyOf(scope, id)),
    kind,
  )

/** EC2 checks the form of some kinds of ids before it looks for them. */
export const checkForm = (ids: readonly string[] | undefined, prefix: string, code: string): void => {
  for (const id of ids ?? []) {
    if (!id.startsWith(`${prefix}-`)) throw fault(code, `Invalid id: "${id}" (expecting "${prefix}-...")`)
  }
}

/** Tags as EC2 describes them. */
export const tagSet = (
  tags: readonly { readonly key: string; readonly value: string }[],
): { Key: string; Value: string }[] => tags.map(({ key, value }) => ({ Key: key, Value: value }))
