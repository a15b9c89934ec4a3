// The routes in a table: CreateRoute, ReplaceRoute, DeleteRoute. The local route is the VPC itself and stays as it is.
import type { Cx, Op } from "../../../gate/index.ts"
import { type Fault, fault } from "../../../kernel/index.ts"
import { cidrHolds, formatCidr, parseCidr, type Route, type RouteTableRow } from "../../../state/index.ts"
import { found, keyOf, missing, notFound } from "../lookups.ts"
import { invalid, invalidValue, missingParameter, refuseMembers } from "../refusals.ts"

/** AWS raises its quota of 50 to this on request. */
const mostRoutes = 1000

const noMeans = {
  DestinationIpv6CidrBlock: "IPv6",
  EgressOnlyInternetGatewayId: "IPv6",
  DestinationPrefixListId: "prefix lists",
  CarrierGatewayId: "carrier gateways",
  CoreNetworkArn: "core networks",
  LocalGatewayId: "Outposts",
  TransitGatewayId: "transit gateways",
  VpcEndpointId: "VPC endpoints",
  VpcPeeringConnectionId: "peering of VPCs",
  OdbNetworkArn: "ODB networks",
}

interface Asked {
  readonly DestinationCidrBlock?: string | undefined
  readonly GatewayId?: string | undefined
  readonly NatGatewayId?: string | undefined
  readonly NetworkInterfaceId?: string | undefined
  readonly InstanceId?: string | undefined
}

const destinationOf = (asked: Asked): string => {
  const text = asked.DestinationCidrBlock
  if (text === undefined) throw missingParameter("destinationCidrBlock")
  const block = parseCidr(text)
  if (!block) throw invalidValue(text, "destinationCidrBlock", "This is not a valid CIDR block.")
  return formatCidr(block)
}

const elsewhere = (table: RouteTableRow, what: string, id: string): Fault =>
  invalid(`route table ${table.id} and ${what} ${id} belong to different networks`)

/** The target that a request names: it has to be there, and in the table's VPC. */
const targetOf = (cx: Cx, table: RouteTableRow, asked: Asked): Omit<Route, "destination" | "origin"> => {
  const { GatewayId, NatGatewayId, NetworkInterfaceId, InstanceId } = asked
  if ([GatewayId, NatGatewayId, NetworkInterfaceId, InstanceId].filter((id) => id !== undefined).length !== 1) {
    const names = "gatewayId, natGatewayId, networkInterfaceId or instanceId"
    throw fault("InvalidParameterCombination", `The request must contain exactly one of ${names}`) // text from memory
  }
  if (InstanceId !== undefined) throw notFound(missing.instance, InstanceId)
  if (GatewayId !== undefined) {
    const gateway = found(cx.tx.internetGateways, cx.scope, GatewayId, missing.gateway)
    if (gateway.vpcId !== table.vpcId) throw elsewhere(table, "network gateway", gateway.id)
    return { gatewayId: gateway.id }
  }
  if (NatGatewayId !== undefined) {
    const gateway = found(cx.tx.natGateways, cx.scope, NatGatewayId, missing.routeNatGateway)
    if (gateway.state === "deleted") throw notFound(missing.routeNatGateway, gateway.id)
    if (gateway.vpcId !== table.vpcId) throw elsewhere(table, "NAT gateway", gateway.id)
    return { natGatewayId: gateway.id }
  }
  const i = found(cx.tx.networkInterfaces, cx.scope, NetworkInterfaceId, missing.networkInterface)
  if (i.vpcId !== table.vpcId) throw elsewhere(table, "interface", i.id)
  return { networkInterfaceId: i.id }
}

const write = (cx: Cx, table: RouteTableRow, routes: readonly Route[]): void => {
  cx.tx.routeTables.patch(keyOf(cx.scope, table.id), { routes })
}

/** What is inside the VPC goes to it directly; only a machine may be put in between. */
const checkInside = (cx: Cx, table: RouteTableRow, destination: string, target: Partial<Route>): void => {
  const whole = parseCidr(found(cx.tx.vpcs, cx.scope, table.vpcId, missing.vpc).cidr)
  const block = parseCidr(destination)
  if (!whole || !block || block.prefix < whole.prefix || !cidrHolds(whole, block.base)) return
  if (target.networkInterfaceId !== undefined) return
  const what = `Destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks.`
  throw invalid(`${what} This route can target only an interface or an instance.`)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html */
export const CreateRoute: Op<"ec2", "CreateRoute"> = (cx, input) => {
  refuseMembers(input, noMeans)
  const table = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  const destination = destinationOf(input)
  if (table.routes.some((route) => route.destination === destination)) {
    throw fault("RouteAlreadyExists", `The route identified by ${destination} already exists.`)
  }
  const target = targetOf(cx, table, input)
  checkInside(cx, table, destination, target)
  if (table.routes.length >= mostRoutes) {
    throw fault("RouteLimitExceeded", "The maximum number of routes has been reached.")
  }
  write(cx, table, [...table.routes, { destination, ...target, origin: "CreateRoute" }])
  return { Return: true }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html */
export const ReplaceRoute: Op<"ec2", "ReplaceRoute"> = (cx, input) => {
  refuseMembers(input, noMeans)
  const table = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  const destination = destinationOf(input)
  const known = table.routes.find((route) => route.destination === destination)
  if (!known)
    throw invalid(`There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`)
  if (known.gatewayId === "local") {
    // As it is already.
    if (input.LocalTarget || input.GatewayId === "local") return {}
    throw invalid(`cannot replace local route ${destination} in route table ${table.id}`) // text from memory
  }
  const target = targetOf(cx, table, input)
  const routes = table.routes.map((route) =>
    route === known ? { destination, ...target, origin: known.origin } : route,
  )
  write(cx, table, routes)
  return {}
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRoute.html */
export const DeleteRoute: Op<"ec2", "DeleteRoute"> = (cx, input) => {
  refuseMembers(input, noMeans)
  const table = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  const destination = destinationOf(input)
  const known = table.routes.find((route) => route.destination === destination)
  if (!known) {
    const text = `no route with destination-cidr-block ${destination} in route table ${table.id}`
    throw fault("InvalidRoute.NotFound", text)
  }
  if (known.gatewayId === "local") throw invalid(`cannot remove local route ${destination} in route table ${table.id}`)
  write(
    cx,
    table,
    table.routes.filter((route) => route !== known),
  )
  return {}
}
