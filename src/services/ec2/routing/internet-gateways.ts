// Internet gateways: made, attached to one VPC, detached, deleted, described.
import type { InternetGateway } from "@aws-sdk/client-ec2"
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InternetGatewayRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { found, keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { hasDependencies, invalid } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"

const filters: FilterTable<InternetGatewayRow> = {
  ...tagKeys,
  // EC2 says `available` of an attached gateway, here as in the description.
  "attachment.state": (g) => (g.vpcId === undefined ? [] : ["available"]),
  "attachment.vpc-id": (g) => (g.vpcId === undefined ? [] : [g.vpcId]),
  "internet-gateway-id": (g) => [g.id],
  "owner-id": (g) => [g.account],
}

const describeGateway = (gateway: InternetGatewayRow): InternetGateway => ({
  InternetGatewayId: gateway.id,
  OwnerId: gateway.account,
  // The SDK's enum lacks `available`, which is what EC2 answers for internet gateways.
  Attachments: gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: "available" as "attached" }],
  Tags: tagSet(gateway.tags),
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html */
export const DescribeInternetGateways: ReadOp<"ec2", "DescribeInternetGateways"> = (cx, input) => {
  const rows = namedRows(cx.tx.internetGateways, cx.scope, input.InternetGatewayIds, missing.internetGateway)
  const page = pageOf(applyFilters(rows, input.Filters, filters), (g) => g.id, input)
  return { InternetGateways: page.rows.map(describeGateway), NextToken: page.NextToken }
}

export const CreateInternetGateway: Op<"ec2", "CreateInternetGateway"> = (cx, input) => {
  const tags = specifiedTags(input.TagSpecifications, "internet-gateway")
  const row = cx.tx.internetGateways.insert({ ...cx.scope, tags, id: cx.ids.ec2("igw") })
  return { InternetGateway: describeGateway(row) }
}

export const DeleteInternetGateway: Op<"ec2", "DeleteInternetGateway"> = (cx, input) => {
  const gateway = found(cx.tx.internetGateways, cx.scope, input.InternetGatewayId, missing.internetGateway)
  if (gateway.vpcId !== undefined) throw hasDependencies("internetGateway", gateway.id)
  cx.tx.internetGateways.delete(keyOf(cx.scope, gateway.id))
  return {}
}

export const AttachInternetGateway: Op<"ec2", "AttachInternetGateway"> = (cx, input) => {
  const gateway = found(cx.tx.internetGateways, cx.scope, input.InternetGatewayId, missing.internetGateway)
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  if (gateway.vpcId !== undefined) {
    const text = `resource ${gateway.id} is already attached to network ${gateway.vpcId}`
    throw fault("Resource.AlreadyAssociated", text)
  }
  if (cx.tx.internetGateways.count("vpc", keyOf(cx.scope, vpc.id)) > 0) {
    throw invalid(`Network ${vpc.id} already has an internet gateway attached`)
  }
  cx.tx.internetGateways.patch(keyOf(cx.scope, gateway.id), { vpcId: vpc.id })
  return {}
}

export const DetachInternetGateway: Op<"ec2", "DetachInternetGateway"> = (cx, input) => {
  const gateway = found(cx.tx.internetGateways, cx.scope, input.InternetGatewayId, missing.internetGateway)
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  if (gateway.vpcId !== vpc.id) {
    throw fault("Gateway.NotAttached", `resource ${gateway.id} is not attached to network ${vpc.id}`)
  }
  // Elastic addresses on anything in the VPC are reached through the gateway.
  const mapped = cx.tx.networkInterfaces
    .by("vpc", keyOf(cx.scope, vpc.id))
    .some((i) => cx.tx.addresses.count("networkInterface", keyOf(cx.scope, i.id)) > 0)
  if (mapped) {
    const what = `Network ${vpc.id} has some mapped public address(es).`
    throw fault("DependencyViolation", `${what} Please unmap those public address(es) before detaching the gateway.`)
  }
  cx.tx.internetGateways.patch(keyOf(cx.scope, gateway.id), { vpcId: undefined })
  return {}
}
