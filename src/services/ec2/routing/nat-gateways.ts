// NAT gateways: made, deleted, described. One holds an address of its subnet and, if public, an elastic one; a route to it
// is a way out for the subnets that follow it (see state/way-out.ts). What leaves does so with this machine's address.
import type { NatGateway } from "@aws-sdk/client-ec2"
import type { Cx, Op, ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { allocateAddress, interfaceRow, type NatGatewayRow, type SubnetRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { found, keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { associate } from "./address-associations.ts"

/** AWS shows a gateway for about an hour after it was deleted. */
const shownAfterDeletion = 60 * 60 * 1000

const filters: FilterTable<NatGatewayRow> = {
  ...tagKeys,
  "nat-gateway-id": (n) => [n.id],
  state: (n) => [n.state],
  "subnet-id": (n) => [n.subnetId],
  "vpc-id": (n) => [n.vpcId],
}

const isShown = (now: number) => (row: NatGatewayRow) => now - (row.deletedAt ?? now) < shownAfterDeletion

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html */
export const DescribeNatGateways: ReadOp<"ec2", "DescribeNatGateways"> = (cx, input) => {
  const shown = {
    get: (key: string) => [cx.tx.natGateways.get(key)].find((row) => row && isShown(cx.now)(row)),
    by: (_: "scope", scope: string) => cx.tx.natGateways.by("scope", scope).filter(isShown(cx.now)),
  }
  const rows = namedRows(shown, cx.scope, input.NatGatewayIds, missing.natGateway)
  const page = pageOf(applyFilters(rows, input.Filter, filters), (n) => n.id, input)
  return { NatGateways: page.rows.map(describeGateway), NextToken: page.NextToken }
}

const describeGateway = (row: NatGatewayRow): NatGateway => ({
  NatGatewayId: row.id,
  VpcId: row.vpcId,
  SubnetId: row.subnetId,
  ConnectivityType: row.connectivityType,
  State: row.state,
  CreateTime: new Date(row.createdAt),
  ...(row.deletedAt === undefined ? {} : { DeleteTime: new Date(row.deletedAt) }),
  ...(row.failure && { FailureCode: row.failure.code, FailureMessage: row.failure.message }),
  NatGatewayAddresses: [
    {
      ...(row.allocationId !== undefined && { AllocationId: row.allocationId }),
      ...(row.associationId !== undefined && { AssociationId: row.associationId }),
      ...(row.networkInterfaceId !== undefined && { NetworkInterfaceId: row.networkInterfaceId }),
      ...(row.privateIp !== undefined && { PrivateIp: row.privateIp }),
      ...(row.publicIp !== undefined && { PublicIp: row.publicIp }),
      IsPrimary: true,
      Status: row.state === "failed" ? "failed" : "succeeded",
    },
  ],
  Tags: tagSet(row.tags),
})

const noMeans = {
  SecondaryAllocationIds: "second addresses of NAT gateways",
  SecondaryPrivateIpAddresses: "second addresses of NAT gateways",
  SecondaryPrivateIpAddressCount: "second addresses of NAT gateways",
  PrivateIpAddress: "choice of a NAT gateway's address",
  AvailabilityMode: "regional NAT gateways",
  AvailabilityZoneAddresses: "regional NAT gateways",
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html */
export const CreateNatGateway: Op<"ec2", "CreateNatGateway"> = (cx, input) => {
  const token = tokenOf(input)
  const known = madeBefore(cx.tx.natGateways, cx.scope, token)
  if (known) return { NatGateway: describeGateway(known), ClientToken: token?.value }
  const { AvailabilityMode, ...rest } = input
  refuseMembers(AvailabilityMode === "zonal" ? rest : input, noMeans)
  const subnet = found(cx.tx.subnets, cx.scope, input.SubnetId, missing.subnet)
  const connectivityType = input.ConnectivityType ?? "public"
  if (connectivityType === "public" && input.AllocationId === undefined) {
    const text =
      "The request must include the AllocationId parameter. Add the required parameter and retry the request."
    throw fault("MissingParameter", text)
  }
  if (connectivityType === "private" && input.AllocationId !== undefined) {
    // text from memory
    throw fault("InvalidParameterCombination", "A private NAT gateway cannot have an elastic IP address.")
  }
  const address =
    input.AllocationId === undefined
      ? undefined
      : found(cx.tx.addresses, cx.scope, input.AllocationId, missing.allocation)
  const tags = specifiedTags(input.TagSpecifications, "natgateway")
  const base: NatGatewayRow = {
    ...cx.scope,
    tags,
    id: cx.ids.ec2("nat"),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    connectivityType,
    ...(address && { allocationId: address.id }),
    state: "available",
    createdAt: cx.now,
    ...(token && { token }),
  }
  const answer = (row: NatGatewayRow) => {
    forgetDeleted(cx)
    const made = cx.tx.natGateways.insert(row)
    return { NatGateway: describeGateway(made), ...(token && { ClientToken: token.value }) }
  }
  // AWS makes these too, and tells afterwards in the state: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
  const failed = (code: string, message: string) => answer({ ...base, state: "failed", failure: { code, message } })
  if (connectivityType === "public" && cx.tx.internetGateways.count("vpc", keyOf(cx.scope, subnet.vpcId)) === 0) {
    return failed("Gateway.NotAttached", `Network ${subnet.vpcId} has no Internet gateway attached`)
  }
  if (address?.association) {
    return failed("Resource.AlreadyAssociated", `Elastic IP address ${address.id} is already associated`)
  }
  const eni = makeInterface(cx, base.id, subnet)
  if (!eni) {
    const text = "Subnet has insufficient free addresses to create this NAT gateway"
    return failed("InsufficientFreeAddressesInSubnet", text)
  }
  return answer({
    ...base,
    networkInterfaceId: eni.id,
    privateIp: eni.privateIp,
    ...(address && { associationId: associate(cx, address, eni), publicIp: address.publicIp }),
  })
}

const makeInterface = (cx: Cx, natGatewayId: string, subnet: SubnetRow) => {
  const id = cx.ids.ec2("eni")
  const privateIp = allocateAddress(cx.tx, subnet, id)
  if (privateIp === undefined) return undefined
  const description = `Interface for NAT Gateway ${natGatewayId}`
  const made = { interfaceType: "nat_gateway", requesterManaged: true, status: "in-use" } as const
  return cx.tx.networkInterfaces.insert(
    interfaceRow({ id, subnet, privateIp, securityGroups: [], description, createdAt: cx.now, made }),
  )
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html */
export const DeleteNatGateway: Op<"ec2", "DeleteNatGateway"> = (cx, input) => {
  const row = found(cx.tx.natGateways, cx.scope, input.NatGatewayId, missing.natGateway)
  if (row.state !== "deleted") {
    if (row.networkInterfaceId !== undefined) cx.tx.networkInterfaces.delete(keyOf(cx.scope, row.networkInterfaceId))
    const address = row.associationId && cx.tx.addresses.first("association", keyOf(cx.scope, row.associationId))
    if (address) cx.tx.addresses.patch(keyOf(cx.scope, address.id), { association: undefined })
    cx.tx.natGateways.patch(keyOf(cx.scope, row.id), { state: "deleted", deletedAt: cx.now })
  }
  forgetDeleted(cx)
  return { NatGatewayId: row.id }
}

/** Whoever changes gateways also removes those that are shown no more. */
const forgetDeleted = (cx: Cx): void => {
  for (const row of cx.tx.natGateways.by("scope", scopeKey(cx.scope))) {
    if (!isShown(cx.now)(row)) cx.tx.natGateways.delete(keyOf(cx.scope, row.id))
  }
}
