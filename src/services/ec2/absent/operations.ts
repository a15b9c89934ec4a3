// Kinds of things that clients look for in a VPC and that Roadstead has none of: each list is empty because nothing is
// there and nothing can be made (the operations that would make one answer NotImplemented). One that is named is not found.
import type { ReadOp } from "../../../gate/index.ts"
import { type Missing, notFound } from "../lookups.ts"
import { describing, type Part } from "../operation.ts"
import { pageOf } from "../pages.ts"

/** Refuses ids that are asked for, and pages that are none; then there is nothing to say. */
const none = (ids: readonly string[] | undefined, kind: Missing, input: object): void => {
  const [id] = ids ?? []
  if (id !== undefined) throw notFound(kind, id)
  pageOf([], () => "", input)
}

const kinds = {
  vpnGateway: { code: "InvalidVpnGatewayID.NotFound", what: "The vpnGateway ID" },
  egressOnly: { code: "InvalidGatewayID.NotFound", what: "The egressOnlyInternetGateway ID" },
  peering: { code: "InvalidVpcPeeringConnectionID.NotFound", what: "The vpcPeeringConnection ID" },
  carrierGateway: { code: "InvalidCarrierGatewayID.NotFound", what: "The carrierGateway ID" },
  prefixList: { code: "InvalidPrefixListId.NotFound", what: "The prefix list ID" },
  flowLog: { code: "InvalidFlowLogId.NotFound", what: "The flow log ID" },
  transitGateway: { code: "InvalidTransitGatewayID.NotFound", what: "The transitGateway ID" },
} as const satisfies Record<string, Missing>

const DescribeVpnGateways: ReadOp<"ec2", "DescribeVpnGateways"> = (_cx, input) => {
  none(input.VpnGatewayIds, kinds.vpnGateway, {})
  return { VpnGateways: [] }
}

const DescribeEgressOnlyInternetGateways: ReadOp<"ec2", "DescribeEgressOnlyInternetGateways"> = (_cx, input) => {
  none(input.EgressOnlyInternetGatewayIds, kinds.egressOnly, input)
  return { EgressOnlyInternetGateways: [] }
}

const DescribeVpcPeeringConnections: ReadOp<"ec2", "DescribeVpcPeeringConnections"> = (_cx, input) => {
  none(input.VpcPeeringConnectionIds, kinds.peering, input)
  return { VpcPeeringConnections: [] }
}

const DescribeCarrierGateways: ReadOp<"ec2", "DescribeCarrierGateways"> = (_cx, input) => {
  none(input.CarrierGatewayIds, kinds.carrierGateway, input)
  return { CarrierGateways: [] }
}

const DescribeFlowLogs: ReadOp<"ec2", "DescribeFlowLogs"> = (_cx, input) => {
  none(input.FlowLogIds, kinds.flowLog, input)
  return { FlowLogs: [] }
}

const DescribePrefixLists: ReadOp<"ec2", "DescribePrefixLists"> = (_cx, input) => {
  none(input.PrefixListIds, kinds.prefixList, input)
  return { PrefixLists: [] }
}

const DescribeManagedPrefixLists: ReadOp<"ec2", "DescribeManagedPrefixLists"> = (_cx, input) => {
  none(input.PrefixListIds, kinds.prefixList, input)
  return { PrefixLists: [] }
}

const DescribeTransitGateways: ReadOp<"ec2", "DescribeTransitGateways"> = (_cx, input) => {
  none(input.TransitGatewayIds, kinds.transitGateway, input)
  return { TransitGateways: [] }
}

const DescribeTransitGatewayVpcAttachments: ReadOp<"ec2", "DescribeTransitGatewayVpcAttachments"> = (_cx, input) => {
  none(input.TransitGatewayAttachmentIds, kinds.transitGateway, input)
  return { TransitGatewayVpcAttachments: [] }
}

export const absentOperations = {
  DescribeCarrierGateways: describing("DescribeCarrierGateways", DescribeCarrierGateways),
  DescribeEgressOnlyInternetGateways: describing(
    "DescribeEgressOnlyInternetGateways",
    DescribeEgressOnlyInternetGateways,
  ),
  DescribeFlowLogs: describing("DescribeFlowLogs", DescribeFlowLogs),
  DescribeManagedPrefixLists: describing("DescribeManagedPrefixLists", DescribeManagedPrefixLists),
  DescribePrefixLists: describing("DescribePrefixLists", DescribePrefixLists),
  DescribeTransitGatewayVpcAttachments: describing(
    "DescribeTransitGatewayVpcAttachments",
    DescribeTransitGatewayVpcAttachments,
  ),
  DescribeTransitGateways: describing("DescribeTransitGateways", DescribeTransitGateways),
  DescribeVpcPeeringConnections: describing("DescribeVpcPeeringConnections", DescribeVpcPeeringConnections),
  DescribeVpnGateways: describing("DescribeVpnGateways", DescribeVpnGateways),
} satisfies Part
