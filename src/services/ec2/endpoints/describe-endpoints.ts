// Endpoints as their owner sees them: DescribeVpcEndpoints.
import type { DnsEntry, State, VpcEndpoint } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { endpointNames, type View, type VpcEndpointRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { stateOf } from "./lookup.ts"

/** The name for all of its addresses, and one for each zone. */
export const dnsEntriesOf = (row: VpcEndpointRow): DnsEntry[] =>
  endpointNames(row).map(({ name }) => ({ DnsName: name }))

/** AWS's own default, which endpoints for services of users never change. */
const openPolicy = JSON.stringify({ Statement: [{ Action: "*", Effect: "Allow", Principal: "*", Resource: "*" }] })

export const describeEndpoint = (view: View, row: VpcEndpointRow): VpcEndpoint => {
  const state = stateOf(row)
  return {
    VpcEndpointId: row.id,
    VpcEndpointType: "Interface",
    VpcId: row.vpcId,
    ServiceName: row.serviceName,
    State: state as State,
    PolicyDocument: openPolicy,
    RouteTableIds: [],
    SubnetIds: row.subnets.map(({ id }) => id),
    Groups: row.securityGroups.map((id) => ({
      GroupId: id,
      GroupName: view.securityGroups.get(keyOf(row, id))?.name,
    })),
    IpAddressType: "ipv4",
    DnsOptions: { DnsRecordIpType: "ipv4" },
    PrivateDnsEnabled: false,
    RequesterManaged: false,
    NetworkInterfaceIds: view.networkInterfaces.by("balancer", row.id).map(({ id }) => id),
    DnsEntries: dnsEntriesOf(row),
    CreationTimestamp: new Date(row.createdAt),
    Tags: tagSet(row.tags),
    OwnerId: row.account,
    ...(state === "failed" && { FailureReason: row.status.reason, LastError: { Message: row.status.reason } }),
    ServiceRegion: row.region,
  }
}

const filters: FilterTable<VpcEndpointRow> = {
  ...tagKeys,
  "ip-address-type": () => ["ipv4"],
  "service-name": ({ serviceName }) => [serviceName],
  "service-region": ({ region }) => [region],
  "vpc-id": ({ vpcId }) => [vpcId],
  "vpc-endpoint-id": ({ id }) => [id],
  "vpc-endpoint-state": (row) => [stateOf(row)],
  "vpc-endpoint-type": () => ["Interface"],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html */
export const DescribeVpcEndpoints: ReadOp<"ec2", "DescribeVpcEndpoints"> = (cx, input) => {
  const rows = namedRows(cx.tx.vpcEndpoints, cx.scope, input.VpcEndpointIds, missing.endpoint)
  const page = pageOf(applyFilters(rows, input.Filters, filters), ({ id }) => id, input)
  return { VpcEndpoints: page.rows.map((row) => describeEndpoint(cx.tx, row)), NextToken: page.NextToken }
}
