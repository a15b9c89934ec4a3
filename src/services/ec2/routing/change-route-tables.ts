// Route tables that come and go, and which subnets follow which: Create, Delete, Associate, Disassociate, Replace.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { RouteTableRow } from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { found, keyOf, missing, notFound } from "../lookups.ts"
import { hasDependencies, invalid, missingParameter, unsupported } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeTable } from "./describe-route-tables.ts"

/** AWS's quota: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostTables = 200

export const CreateRouteTable: Op<"ec2", "CreateRouteTable"> = (cx, input) => {
  const token = tokenOf(input)
  const known = madeBefore(cx.tx.routeTables, cx.scope, token)
  if (known) return { RouteTable: describeTable(cx.tx, known), ClientToken: token?.value }
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  const tags = specifiedTags(input.TagSpecifications, "route-table")
  if (cx.tx.routeTables.count("vpc", keyOf(cx.scope, vpc.id)) >= mostTables) {
    throw fault("RouteTableLimitExceeded", "The maximum number of route tables has been reached.")
  }
  const table = cx.tx.routeTables.insert({
    ...cx.scope,
    tags,
    id: cx.ids.ec2("rtb"),
    vpcId: vpc.id,
    associations: [],
    routes: [{ destination: vpc.cidr, gatewayId: "local", origin: "CreateRouteTable" }],
    ...(token && { token }),
  })
  return { RouteTable: describeTable(cx.tx, table), ...(token && { ClientToken: token.value }) }
}

/** The main table and one that subnets follow stay. */
export const DeleteRouteTable: Op<"ec2", "DeleteRouteTable"> = (cx, input) => {
  const table = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  if (table.associations.length > 0) throw hasDependencies("routeTable", table.id)
  cx.tx.routeTables.delete(keyOf(cx.scope, table.id))
  return {}
}

const associated = { State: "associated" } as const

export const AssociateRouteTable: Op<"ec2", "AssociateRouteTable"> = (cx, input) => {
  const table = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  if (input.GatewayId !== undefined) throw unsupported("routes of what comes in through gateways (GatewayId)")
  if (input.PublicIpv4Pool !== undefined) throw unsupported("pools of public addresses (PublicIpv4Pool)")
  if (input.SubnetId === undefined) throw missingParameter("subnetId")
  const subnet = found(cx.tx.subnets, cx.scope, input.SubnetId, missing.subnet)
  if (subnet.vpcId !== table.vpcId) {
    throw invalid(`Route table ${table.id} and subnet ${subnet.id} belong to different networks`)
  }
  const inVpc = cx.tx.routeTables.by("vpc", keyOf(cx.scope, table.vpcId))
  if (inVpc.some((other) => other.associations.some((a) => a.subnetId === subnet.id))) {
    const text = `the specified association for route table ${table.id} conflicts with an existing association`
    throw fault("Resource.AlreadyAssociated", text)
  }
  const id = cx.ids.ec2("rtbassoc")
  attach(cx, table.id, { id, main: false, subnetId: subnet.id })
  return { AssociationId: id, AssociationState: associated }
}

type Association = RouteTableRow["associations"][number]

const attach = (cx: Cx, tableId: string, association: Association): void => {
  const { associations } = found(cx.tx.routeTables, cx.scope, tableId, missing.routeTable)
  cx.tx.routeTables.patch(keyOf(cx.scope, tableId), { associations: [...associations, association] })
}

const detach = (cx: Cx, table: RouteTableRow, id: string): void => {
  const associations = table.associations.filter((a) => a.id !== id)
  cx.tx.routeTables.patch(keyOf(cx.scope, table.id), { associations })
}

/** The association of that id, with its table. */
const associationCalled = (cx: Cx, id: string | undefined): { table: RouteTableRow; association: Association } => {
  const table = cx.tx.routeTables.first("association", keyOf(cx.scope, id ?? ""))
  const association = table?.associations.find((a) => a.id === id)
  if (!table || !association) throw notFound(missing.association, id ?? "")
  return { table, association }
}

export const DisassociateRouteTable: Op<"ec2", "DisassociateRouteTable"> = (cx, input) => {
  const { table, association } = associationCalled(cx, input.AssociationId)
  if (association.main) throw invalid(`cannot disassociate the main route table association ${association.id}`)
  detach(cx, table, association.id)
  return {}
}

/** Of the main association: makes another table the main one. */
export const ReplaceRouteTableAssociation: Op<"ec2", "ReplaceRouteTableAssociation"> = (cx, input) => {
  const { table, association } = associationCalled(cx, input.AssociationId)
  const next = found(cx.tx.routeTables, cx.scope, input.RouteTableId, missing.routeTable)
  if (next.vpcId !== table.vpcId) {
    const other = association.subnetId === undefined ? `route table ${table.id}` : `subnet ${association.subnetId}`
    throw invalid(`Route table ${next.id} and ${other} belong to different networks`)
  }
  detach(cx, table, association.id)
  const id = cx.ids.ec2("rtbassoc")
  attach(cx, next.id, { ...association, id })
  return { NewAssociationId: id, AssociationState: associated }
}
