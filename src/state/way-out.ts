// Whether a subnet leads anywhere but to its own VPC: the effective route table, its default route, and what stands at
// the end of it. Pure over the records; that traffic really stays inside is the work of machines/networks.
import { type Scope, scopeKey } from "../kernel/index.ts"
import type { View } from "./schema.ts"
import type { SubnetRow } from "./tables/ec2.ts"
import type { Route, RouteTableRow } from "./tables/ec2-routing.ts"

const everywhere = "0.0.0.0/0"

/** A route whose target is gone or detached swallows what is sent along it. */
export const isActiveRoute = (view: View, table: RouteTableRow, route: Route): boolean => {
  const key = (id: string) => `${scopeKey(table)}/${id}`
  if (route.gatewayId === "local") return true
  if (route.gatewayId !== undefined) return view.internetGateways.get(key(route.gatewayId))?.vpcId === table.vpcId
  if (route.natGatewayId !== undefined) return view.natGateways.get(key(route.natGatewayId))?.state === "available"
  return view.networkInterfaces.has(key(route.networkInterfaceId ?? ""))
}

/** The table that a subnet follows: its own, or the main one of its VPC. */
export const routeTableOf = (view: View, subnet: SubnetRow): RouteTableRow | undefined => {
  const tables = view.routeTables.by("vpc", `${scopeKey(subnet)}/${subnet.vpcId}`)
  return (
    tables.find((table) => table.associations.some((a) => a.subnetId === subnet.id)) ??
    tables.find((table) => table.associations.some((a) => a.main))
  )
}

/**
 * Whether what is in the subnet reaches anything outside its VPC: over an internet gateway, or over a public NAT gateway
 * in a subnet that has one. A public address is not asked for, unlike on AWS: there is none to have.
 */
export const hasWayOut = (view: View, subnet: SubnetRow): boolean => {
  const next = defaultRoute(view, subnet)
  if (next?.gatewayId !== undefined) return true
  if (next?.natGatewayId === undefined) return false
  const gateway = view.natGateways.get(`${scopeKey(subnet)}/${next.natGatewayId}`)
  const home = gateway && view.subnets.get(`${scopeKey(subnet)}/${gateway.subnetId}`)
  if (gateway?.connectivityType !== "public" || !home) return false
  return defaultRoute(view, home)?.gatewayId !== undefined
}

/** The active route to everywhere. Nothing forwards what is sent to an interface, so such a one leads nowhere. */
const defaultRoute = (view: View, subnet: SubnetRow): Route | undefined => {
  const table = routeTableOf(view, subnet)
  const route = table?.routes.find(({ destination }) => destination === everywhere)
  return table && route && isActiveRoute(view, table, route) ? route : undefined
}

/** The blocks of a VPC's subnets without a way out, in order. */
export const closedSubnets = (view: View, scope: Scope, vpcId: string): readonly string[] =>
  view.subnets
    .by("vpc", `${scopeKey(scope)}/${vpcId}`)
    .filter((subnet) => !hasWayOut(view, subnet))
    .map((subnet) => subnet.cidr)
    .toSorted()
