// What a caller can make endpoints for, and whom a service lets do so: DescribeVpcEndpointServices and permissions.
import type { PrincipalType } from "@aws-sdk/client-ec2"
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { VpcEndpointServiceRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { keyOf, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { baseNameOf, mayUse, serviceAt, serviceNamed, zonesOfService } from "./lookup.ts"

const filters: FilterTable<VpcEndpointServiceRow> = {
  ...tagKeys,
  owner: ({ account }) => [account],
  "service-name": ({ name }) => [name],
  "service-region": ({ region }) => [region],
  "service-type": () => ["Interface"],
  "supported-ip-address-types": () => ["ipv4"],
}

/**
 * Services of users alone: inside a VPC the APIs are reached at its gateway (AWS_ENDPOINT_URL), without an endpoint.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html
 */
export const DescribeVpcEndpointServices: ReadOp<"ec2", "DescribeVpcEndpointServices"> = (cx, input) => {
  const named = (input.ServiceNames ?? []).map((name) => serviceNamed(cx, name))
  const all = named.length > 0 ? named : [...cx.tx.vpcEndpointServices.all()].filter((service) => mayUse(cx, service))
  const page = pageOf(applyFilters(all, input.Filters, filters), ({ name }) => name, input)
  return {
    ServiceNames: page.rows.map(({ name }) => name),
    ServiceDetails: page.rows.map((row) => ({
      ServiceName: row.name,
      ServiceId: row.id,
      ServiceType: [{ ServiceType: "Interface" }],
      ServiceRegion: row.region,
      AvailabilityZones: [...zonesOfService(cx, row)],
      Owner: row.account,
      BaseEndpointDnsNames: [baseNameOf(row)],
      VpcEndpointPolicySupported: false,
      AcceptanceRequired: row.acceptanceRequired,
      ManagesVpcEndpoints: false,
      Tags: row.account === cx.scope.account ? tagSet(row.tags) : [],
      SupportedIpAddressTypes: ["ipv4"],
    })),
    NextToken: page.NextToken,
  }
}

/** AWS: the root of an account, a user, a role, or everybody. The text is from memory. */
const principalType = (principal: string): PrincipalType => {
  if (principal === "*") return "All"
  const kind = /^arn:aws:iam::\d{12}:(root|user\/.+|role\/.+)$/.exec(principal)?.[1]
  if (kind === undefined) throw fault("InvalidPrincipal", `Invalid Principal: '${principal}'`)
  return kind === "root" ? "Account" : kind.startsWith("user") ? "User" : "Role"
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServicePermissions.html */
export const ModifyVpcEndpointServicePermissions: Op<"ec2", "ModifyVpcEndpointServicePermissions"> = (cx, input) => {
  const row = serviceAt(cx, input.ServiceId)
  const gone = new Set(input.RemoveAllowedPrincipals)
  const left = row.principals.filter(({ principal }) => !gone.has(principal))
  const added = [...new Set(input.AddAllowedPrincipals)]
    .filter((principal) => !left.some((one) => one.principal === principal))
    .map((principal) => ({ id: cx.ids.ec2("vpce-svc-perm"), principal, type: principalType(principal) }))
  const principals = [...left, ...added.map(({ id, principal }) => ({ id, principal }))]
  cx.tx.vpcEndpointServices.patch(keyOf(cx.scope, row.id), { principals })
  return {
    AddedPrincipals: added.map(({ id, principal, type }) => ({
      PrincipalType: type,
      Principal: principal,
      ServicePermissionId: id,
      ServiceId: row.id,
    })),
    ReturnValue: true,
  }
}

type Permission = VpcEndpointServiceRow["principals"][number]

const permissionFilters: FilterTable<Permission> = {
  principal: ({ principal }) => [principal],
  "principal-type": ({ principal }) => [principalType(principal)],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServicePermissions.html */
export const DescribeVpcEndpointServicePermissions: ReadOp<"ec2", "DescribeVpcEndpointServicePermissions"> = (
  cx,
  input,
) => {
  const row = serviceAt(cx, input.ServiceId)
  const page = pageOf(applyFilters(row.principals, input.Filters, permissionFilters), ({ id }) => id, input)
  return {
    AllowedPrincipals: page.rows.map(({ id, principal }) => ({
      PrincipalType: principalType(principal),
      Principal: principal,
      ServicePermissionId: id,
      ServiceId: row.id,
      Tags: [],
    })),
    NextToken: page.NextToken,
  }
}
