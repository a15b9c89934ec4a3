// Endpoint services: CreateVpcEndpointServiceConfiguration, Modify…, Delete…, Describe….
import type { ServiceConfiguration } from "@aws-sdk/client-ec2"
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import type { VpcEndpointServiceRow } from "../../../state/index.ts"
import { applyFilters, type FilterTable, tagKeys } from "../filters.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"
import { missingParameter, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { baseNameOf, serviceAt, zonesOfService } from "./lookup.ts"

const noMeans = {
  GatewayLoadBalancerArns: "gateway load balancers",
  AddGatewayLoadBalancerArns: "gateway load balancers",
  PrivateDnsName: "private names of endpoint services",
  RemovePrivateDnsName: "private names of endpoint services",
  SupportedRegions: "endpoint services in other regions",
  AddSupportedRegions: "endpoint services in other regions",
}

/** A network load balancer of the caller's. Texts of this file without a source are from memory. */
const checkBalancers = (cx: ReadCx, arns: readonly string[]): readonly string[] => {
  for (const arn of arns) {
    const balancer = cx.tx.loadBalancers.get(arn)
    if (!balancer || scopeKey(balancer) !== scopeKey(cx.scope)) {
      throw fault("InvalidParameter", `The load balancer ${arn} does not exist`)
    }
    if (balancer.type !== "network")
      throw fault("InvalidParameter", `The load balancer ${arn} is no Network Load Balancer`)
  }
  return [...new Set(arns)]
}

const checkAddressTypes = (types: readonly string[] | undefined): void => {
  if (types?.some((type) => type !== "ipv4"))
    refuseMembers({ SupportedIpAddressTypes: types }, { SupportedIpAddressTypes: "IPv6" })
}

const describe = (cx: ReadCx, row: VpcEndpointServiceRow): ServiceConfiguration => ({
  ServiceType: [{ ServiceType: "Interface" }],
  ServiceId: row.id,
  ServiceName: row.name,
  ServiceState: "Available",
  AvailabilityZones: [...zonesOfService(cx, row)],
  AcceptanceRequired: row.acceptanceRequired,
  ManagesVpcEndpoints: false,
  NetworkLoadBalancerArns: [...row.loadBalancers],
  SupportedIpAddressTypes: ["ipv4"],
  BaseEndpointDnsNames: [baseNameOf(row)],
  Tags: tagSet(row.tags),
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpointServiceConfiguration.html */
export const CreateVpcEndpointServiceConfiguration: Op<"ec2", "CreateVpcEndpointServiceConfiguration"> = (
  cx,
  input,
) => {
  const token = tokenOf(input)
  const answer = (row: VpcEndpointServiceRow) => ({
    ServiceConfiguration: describe(cx, row),
    ...(token && { ClientToken: token.value }),
  })
  const known = madeBefore(cx.tx.vpcEndpointServices, cx.scope, token)
  if (known) return answer(known)
  refuseMembers(input, noMeans)
  checkAddressTypes(input.SupportedIpAddressTypes)
  if (!input.NetworkLoadBalancerArns?.length) throw missingParameter("NetworkLoadBalancerArns")
  const loadBalancers = checkBalancers(cx, input.NetworkLoadBalancerArns)
  const tags = specifiedTags(input.TagSpecifications, "vpc-endpoint-service")
  const id = cx.ids.ec2("vpce-svc")
  const row = cx.tx.vpcEndpointServices.insert({
    ...cx.scope,
    ...{ id, tags, loadBalancers, principals: [], createdAt: cx.now },
    name: `com.amazonaws.vpce.${cx.scope.region}.${id}`,
    acceptanceRequired: input.AcceptanceRequired ?? true,
    ...(token && { token }),
  })
  return answer(row)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServiceConfiguration.html */
export const ModifyVpcEndpointServiceConfiguration: Op<"ec2", "ModifyVpcEndpointServiceConfiguration"> = (
  cx,
  input,
) => {
  const row = serviceAt(cx, input.ServiceId)
  refuseMembers(input, noMeans)
  checkAddressTypes(input.AddSupportedIpAddressTypes)
  const gone = new Set(input.RemoveNetworkLoadBalancerArns)
  const added = checkBalancers(cx, input.AddNetworkLoadBalancerArns ?? [])
  const loadBalancers = [...new Set([...row.loadBalancers.filter((arn) => !gone.has(arn)), ...added])]
  if (loadBalancers.length === 0) {
    throw fault("InvalidParameter", "An endpoint service must have at least one load balancer")
  }
  cx.tx.vpcEndpointServices.patch(keyOf(cx.scope, row.id), {
    loadBalancers,
    acceptanceRequired: input.AcceptanceRequired ?? row.acceptanceRequired,
  })
  return { Return: true }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpointServiceConfigurations.html */
export const DeleteVpcEndpointServiceConfigurations: Op<"ec2", "DeleteVpcEndpointServiceConfigurations"> = (
  cx,
  input,
) => {
  const failed = (ResourceId: string, Code: string, Message: string) => ({ ResourceId, Error: { Code, Message } })
  return {
    Unsuccessful: (input.ServiceIds ?? []).flatMap((id) => {
      const row = cx.tx.vpcEndpointServices.get(keyOf(cx.scope, id))
      if (!row)
        return failed(id, missing.endpointService.code, `${missing.endpointService.what} '${id}' does not exist`)
      const connections = cx.tx.vpcEndpoints.by("service", row.name)
      if (connections.some(({ acceptance, deletedAt }) => acceptance !== "rejected" && deletedAt === undefined)) {
        return failed(id, "ExistingVpcEndpointConnections", "Service has existing active VPC Endpoint connections!")
      }
      cx.tx.vpcEndpointServices.delete(keyOf(cx.scope, id))
      return []
    }),
  }
}

const filters: FilterTable<VpcEndpointServiceRow> = {
  ...tagKeys,
  "service-name": ({ name }) => [name],
  "service-id": ({ id }) => [id],
  "service-state": () => ["Available"],
  "supported-ip-address-types": () => ["ipv4"],
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServiceConfigurations.html */
export const DescribeVpcEndpointServiceConfigurations: ReadOp<"ec2", "DescribeVpcEndpointServiceConfigurations"> = (
  cx,
  input,
) => {
  const rows = namedRows(cx.tx.vpcEndpointServices, cx.scope, input.ServiceIds, missing.endpointService)
  const page = pageOf(applyFilters(rows, input.Filters, filters), ({ id }) => id, input)
  return { ServiceConfigurations: page.rows.map((row) => describe(cx, row)), NextToken: page.NextToken }
}
