// Describing route tables: DescribeRouteTables. Whether a route is active is looked up in its target, now.
import type { Route as RouteShape, RouteTable } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { isActiveRoute, type Route, type RouteTableRow, type View } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

const describeRoute = (view: View, table: RouteTableRow, route: Route): RouteShape => ({
  DestinationCidrBlock: route.destination,
  ...(route.gatewayId === undefined ? {} : { GatewayId: route.gatewayId }),
  ...(route.natGatewayId === undefined ? {} : { NatGatewayId: route.natGatewayId }),
  ...(route.networkInterfaceId === undefined ? {} : { NetworkInterfaceId: route.networkInterfaceId }),
  Origin: route.origin,
  State: isActiveRoute(view, table, route) ? "active" : "blackhole",
})

const defined = (values: readonly (string | undefined)[]) => values.filter((value) => value !== undefined)

const filtersOf = (view: View): FilterTable<RouteTableRow> => ({
  ...tagKeys,
  "association.gateway-id": nothing,
  "association.route-table-association-id": (t) => t.associations.map((a) => a.id),
  "association.route-table-id": (t) => (t.associations.length > 0 ? [t.id] : []),
  "association.subnet-id": (t) => defined(t.associations.map((a) => a.subnetId)),
  "association.main": (t) => t.associations.map((a) => String(a.main)),
  "owner-id": (t) => [t.account],
  "route-table-id": (t) => [t.id],
  "route.destination-cidr-block": (t) => t.routes.map((r) => r.destination),
  "route.destination-ipv6-cidr-block": nothing,
  "route.destination-prefix-list-id": nothing,
  "route.egress-only-internet-gateway-id": nothing,
  "route.gateway-id": (t) => defined(t.routes.map((r) => r.gatewayId)),
  "route.instance-id": nothing,
  "route.nat-gateway-id": (t) => defined(t.routes.map((r) => r.natGatewayId)),
  "route.transit-gateway-id": nothing,
  "route.origin": (t) => t.routes.map((r) => r.origin),
  "route.state": (t) => t.routes.map((r) => (isActiveRoute(view, t, r) ? "active" : "blackhole")),
  "route.vpc-peering-connection-id": nothing,
  "vpc-id": (t) => [t.vpcId],
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html */
export const DescribeRouteTables: ReadOp<"ec2", "DescribeRouteTables"> = (cx, input) => {
  const rows = namedRows(cx.tx.routeTables, cx.scope, input.RouteTableIds, missing.routeTable)
  const page = pageOf(applyFilters(rows, input.Filters, filtersOf(cx.tx)), (t) => t.id, input)
  return { RouteTables: page.rows.map((table) => describeTable(cx.tx, table)), NextToken: page.NextToken }
}

/** A route table as EC2 shows it. Subnets without a table of their own follow the main one, and are not listed. */
export const describeTable = (view: View, table: RouteTableRow): RouteTable => ({
  RouteTableId: table.id,
  VpcId: table.vpcId,
  OwnerId: table.account,
  Associations: table.associations.map((a) => ({
    Main: a.main,
    RouteTableAssociationId: a.id,
    RouteTableId: table.id,
    ...(a.subnetId === undefined ? {} : { SubnetId: a.subnetId }),
    AssociationState: { State: "associated" },
  })),
  PropagatingVgws: [],
  Routes: table.routes.map((route) => describeRoute(view, table, route)),
  Tags: tagSet(table.tags),
})
