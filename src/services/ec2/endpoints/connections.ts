// The connections of endpoints to a service, as its owner sees them: AcceptVpcEndpointConnections, Reject…, Describe….
import type { State } from "@aws-sdk/client-ec2"
import type { Cx, Op, ReadOp } from "../../../gate/index.ts"
import { scopeKey } from "../../../kernel/index.ts"
import type { VpcEndpointRow, VpcEndpointServiceRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable } from "../filters.ts"
import { keyOf, missing } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { dnsEntriesOf } from "./describe-endpoints.ts"
import { serviceAt, stateOf } from "./lookup.ts"

const judge =
  (acceptance: "accepted" | "rejected") =>
  (cx: Cx, input: { readonly ServiceId: string | undefined; readonly VpcEndpointIds: string[] | undefined }) => {
    const service = serviceAt(cx, input.ServiceId)
    return {
      Unsuccessful: (input.VpcEndpointIds ?? []).flatMap((id) => {
        const endpoint = cx.tx.vpcEndpoints.first("id", id)
        if (!endpoint || endpoint.serviceName !== service.name || endpoint.deletedAt !== undefined) {
          const { code, what } = missing.endpoint
          return { ResourceId: id, Error: { Code: code, Message: `${what} '${id}' does not exist` } }
        }
        cx.tx.vpcEndpoints.patch(keyOf(endpoint, id), { acceptance })
        return []
      }),
    }
  }

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptVpcEndpointConnections.html */
export const AcceptVpcEndpointConnections: Op<"ec2", "AcceptVpcEndpointConnections"> = judge("accepted")

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RejectVpcEndpointConnections.html */
export const RejectVpcEndpointConnections: Op<"ec2", "RejectVpcEndpointConnections"> = judge("rejected")

interface Connection {
  readonly service: VpcEndpointServiceRow
  readonly endpoint: VpcEndpointRow
}

const filters: FilterTable<Connection> = {
  "ip-address-type": () => ["ipv4"],
  "service-id": ({ service }) => [service.id],
  "vpc-endpoint-owner": ({ endpoint }) => [endpoint.account],
  "vpc-endpoint-region": ({ endpoint }) => [endpoint.region],
  "vpc-endpoint-state": ({ endpoint }) => [stateOf(endpoint)],
  "vpc-endpoint-id": ({ endpoint }) => [endpoint.id],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html */
export const DescribeVpcEndpointConnections: ReadOp<"ec2", "DescribeVpcEndpointConnections"> = (cx, input) => {
  const all = cx.tx.vpcEndpointServices
    .by("scope", scopeKey(cx.scope))
    .flatMap((service) => cx.tx.vpcEndpoints.by("service", service.name).map((endpoint) => ({ service, endpoint })))
  const page = pageOf(applyFilters(all, input.Filters, filters), ({ endpoint }) => endpoint.id, input)
  return {
    VpcEndpointConnections: page.rows.map(({ service, endpoint }) => ({
      ServiceId: service.id,
      VpcEndpointId: endpoint.id,
      VpcEndpointOwner: endpoint.account,
      VpcEndpointState: stateOf(endpoint) as State,
      CreationTimestamp: new Date(endpoint.createdAt),
      DnsEntries: dnsEntriesOf(endpoint),
      NetworkLoadBalancerArns: [...service.loadBalancers],
      IpAddressType: "ipv4",
      VpcEndpointConnectionId: endpoint.connectionId,
      Tags: [],
      VpcEndpointRegion: endpoint.region,
    })),
    NextToken: page.NextToken,
  }
}
