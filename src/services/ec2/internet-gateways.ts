// Internet gateways: DescribeInternetGateways.
import type { ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { InternetGatewayRow } from "../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "./filters.ts"
import { type Missing, named, tagSet } from "./lookups.ts"
import { pageOf } from "./pages.ts"

const missing: Missing = { code: "InvalidInternetGatewayID.NotFound", what: "The internetGateway ID" }

const filters: FilterTable<InternetGatewayRow> = {
  ...tagKeys,
  // EC2 says `available` of an attached gateway, here as in the description.
  "attachment.state": (g) => (g.vpcId === undefined ? [] : ["available"]),
  "attachment.vpc-id": (g) => (g.vpcId === undefined ? [] : [g.vpcId]),
  "internet-gateway-id": (g) => [g.id],
  "owner-id": (g) => [g.account],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInternetGateways.html */
export const DescribeInternetGateways: ReadOp<"ec2", "DescribeInternetGateways"> = (cx, input) => {
  const scope = scopeKey(cx.scope)
  const rows = named(
    input.InternetGatewayIds,
    () => cx.tx.internetGateways.by("scope", scope),
    (id) => cx.tx.internetGateways.get(`${scope}/${id}`),
    missing,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filters), (g) => g.id, input)
  return {
    InternetGateways: page.rows.map((gateway) => ({
      InternetGatewayId: gateway.id,
      OwnerId: gateway.account,
      // The SDK's enum lacks `available`, which is what EC2 answers for internet gateways.
      Attachments: gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: "available" as "attached" }],
      Tags: tagSet(gateway.tags),
    })),
    NextToken: page.NextToken,
  }
}
