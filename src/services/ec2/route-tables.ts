// Route tables: DescribeRouteTables.
import type { ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { RouteTableRow } from "../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "./filters.ts"
import { type Missing, named, tagSet } from "./lookups.ts"
import { pageOf } from "./pages.ts"

const missing: Missing = { code: "InvalidRouteTableID.NotFound", what: "The routeTable ID" }

type Route = Readonly<Record<string, string>>

/** The values that a table's routes have under one member of EC2's Route. */
const routeMember = (member: string) => (table: RouteTableRow) =>
  (table.routes as readonly Route[]).map((route) => route[member]).filter((value) => value !== undefined)

const filters: FilterTable<RouteTableRow> = {
  ...tagKeys,
  "association.gateway-id": nothing,
  "association.route-table-association-id": (t) => [t.associationId],
  "association.route-table-id": (t) => [t.id],
  "association.subnet-id": nothing,
  "association.main": (t) => [String(t.main)],
  "owner-id": (t) => [t.account],
  "route-table-id": (t) => [t.id],
  "route.destination-cidr-block": routeMember("DestinationCidrBlock"),
  "route.destination-ipv6-cidr-block": nothing,
  "route.destination-prefix-list-id": nothing,
  "route.egress-only-internet-gateway-id": nothing,
  "route.gateway-id": routeMember("GatewayId"),
  "route.instance-id": nothing,
  "route.nat-gateway-id": nothing,
  "route.transit-gateway-id": nothing,
  "route.origin": routeMember("Origin"),
  "route.state": routeMember("State"),
  "route.vpc-peering-connection-id": nothing,
  "vpc-id": (t) => [t.vpcId],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html */
export const DescribeRouteTables: ReadOp<"ec2", "DescribeRouteTables"> = (cx, input) => {
  const scope = scopeKey(cx.scope)
  const rows = named(
    input.RouteTableIds,
    () => cx.tx.routeTables.by("scope", scope),
    (id) => cx.tx.routeTables.get(`${scope}/${id}`),
    missing,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filters), (t) => t.id, input)
  return {
    RouteTables: page.rows.map((table) => ({
      RouteTableId: table.id,
      VpcId: table.vpcId,
      OwnerId: table.account,
      // The subnets of a VPC without a table of their own follow the main one, and are not listed.
      Associations: [
        {
          Main: table.main,
          RouteTableAssociationId: table.associationId,
          RouteTableId: table.id,
          AssociationState: { State: "associated" as const },
        },
      ],
      PropagatingVgws: [],
      Routes: [...table.routes],
      Tags: tagSet(table.tags),
    })),
    NextToken: page.NextToken,
  }
}
