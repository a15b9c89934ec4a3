// Endpoints come and go: CreateVpcEndpoint, ModifyVpcEndpoint, DeleteVpcEndpoints. controllers/load-balancer takes addresses for
// them, and the proxy of their VPC carries what comes to these to the load balancers of the service.
import type { Cx, Input, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { SubnetRow, VpcEndpointRow, VpcEndpointServiceRow } from "../../../state/index.ts"
import { madeBefore, tokenOf } from "../idempotency.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { checkAddress } from "../network-interfaces/change-interfaces.ts"
import { missingParameter, refuseMembers, unsupported } from "../refusals.ts"
import { groupsOf } from "../security-groups/change-groups.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeEndpoint } from "./describe-endpoints.ts"
import { baseNameOf, serviceNamed, zonesOfService } from "./lookup.ts"

const noMeans = {
  PolicyDocument: "policies of endpoints",
  RouteTableIds: "gateway endpoints",
  AddRouteTableIds: "gateway endpoints",
  RemoveRouteTableIds: "gateway endpoints",
  ServiceNetworkArn: "VPC Lattice",
  ResourceConfigurationArn: "VPC Lattice",
}

/** Texts of this file without a source are from memory. */
const checkType = (input: Input<"ec2", "CreateVpcEndpoint">): string => {
  const { ServiceName: name, VpcEndpointType: type = "Gateway" } = input
  if (name === undefined) throw missingParameter("ServiceName")
  // com.amazonaws.us-east-1.s3, aws.sagemaker.us-east-1.notebook
  if (!name.includes(".vpce-svc-") && /^(com\.amazonaws|aws)\./.test(name)) {
    throw unsupported(
      `endpoints for AWS's services (${name}): inside a VPC the APIs are reached at its gateway, which AWS_ENDPOINT_URL names`,
    )
  }
  return type
}

/** Seen in Terraform's and CDK's issues. */
const checkMatches = (type: string): void => {
  if (type === "Interface") return
  throw fault("InvalidParameter", `Endpoint type (${type}) does not match available service types ([Interface]).`)
}

const checkIpv4 = ({
  IpAddressType,
  DnsOptions,
}: Pick<Input<"ec2", "CreateVpcEndpoint">, "IpAddressType" | "DnsOptions">) => {
  if (IpAddressType !== undefined && IpAddressType !== "ipv4") throw unsupported("IPv6 (IpAddressType)")
  const record = DnsOptions?.DnsRecordIpType
  if (record !== undefined && record !== "ipv4" && record !== "service-defined") throw unsupported("IPv6 (DnsOptions)")
}

type Places = VpcEndpointRow["subnets"]

/** Each in a zone of its own in which the service is. The first text was seen in Terraform's issues. */
const placesIn = (cx: Cx, service: VpcEndpointServiceRow, vpcId: string, subnets: readonly SubnetRow[]): Places => {
  const zones = zonesOfService(cx, service)
  for (const { id, vpcId: own, availabilityZone } of subnets) {
    if (own !== vpcId) throw fault("InvalidParameter", `The subnet ${id} is not in the VPC ${vpcId}`)
    if (zones.includes(availabilityZone)) continue
    throw fault(
      "InvalidParameter",
      `The VPC endpoint service ${service.name} does not support the availability zone of the subnet: ${id}.`,
    )
  }
  if (new Set(subnets.map(({ availabilityZone }) => availabilityZone)).size < subnets.length) {
    throw fault("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the same availability zone")
  }
  return subnets.map(({ id, availabilityZone }) => ({ id, zone: availabilityZone }))
}

interface Placing {
  readonly SubnetIds?: readonly string[] | undefined
  readonly SubnetConfigurations?:
    | readonly { SubnetId?: string | undefined; Ipv4?: string | undefined; Ipv6?: string | undefined }[]
    | undefined
}

const placesOf = (cx: Cx, service: VpcEndpointServiceRow, vpcId: string, input: Placing): Places => {
  const settings = input.SubnetConfigurations ?? []
  if (settings.some(({ Ipv6 }) => Ipv6 !== undefined)) throw unsupported("IPv6 (SubnetConfigurations)")
  const ids = [...new Set([...(input.SubnetIds ?? []), ...settings.map(({ SubnetId }) => SubnetId ?? "")])]
  const subnets = ids.map((id) => found(cx.tx.subnets, cx.scope, id, missing.subnet))
  return placesIn(cx, service, vpcId, subnets).map((place, i) => {
    const address = settings.find(({ SubnetId }) => SubnetId === place.id)?.Ipv4
    const [subnet] = subnets.slice(i)
    return address === undefined || !subnet ? place : { ...place, privateAddress: checkAddress(cx, subnet, address) }
  })
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html */
export const CreateVpcEndpoint: Op<"ec2", "CreateVpcEndpoint"> = (cx, input) => {
  const token = tokenOf(input)
  const answer = (row: VpcEndpointRow) => ({
    VpcEndpoint: describeEndpoint(cx.tx, row),
    ...(token && { ClientToken: token.value }),
  })
  const known = madeBefore(cx.tx.vpcEndpoints, cx.scope, token)
  if (known) return answer(known)
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  const type = checkType(input)
  refuseMembers(input, noMeans)
  checkIpv4(input)
  const service = serviceNamed(cx, input.ServiceName ?? "")
  checkMatches(type)
  // Seen in Terraform's issues.
  if (input.PrivateDnsEnabled) {
    throw fault(
      "InvalidParameter",
      `Private DNS can't be enabled because the service ${service.name} does not provide a private DNS name.`,
    )
  }
  const subnets = placesOf(cx, service, vpc.id, input)
  if (subnets.length === 0) throw missingParameter("SubnetIds")
  const securityGroups = groupsOf(cx, vpc.id, input.SecurityGroupIds)
  const tags = specifiedTags(input.TagSpecifications, "vpc-endpoint")
  const id = cx.ids.ec2("vpce")
  const row = cx.tx.vpcEndpoints.insert({
    ...cx.scope,
    ...{ id, tags, vpcId: vpc.id, serviceName: service.name, subnets, securityGroups, createdAt: cx.now },
    dnsName: `${id}-${cx.ids.hex(8)}.${baseNameOf(service)}`,
    acceptance: service.acceptanceRequired ? "pendingAcceptance" : "accepted",
    connectionId: cx.ids.ec2("vpce-con"),
    status: { code: "provisioning" },
    ...(token && { token }),
  })
  return answer(row)
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html */
export const ModifyVpcEndpoint: Op<"ec2", "ModifyVpcEndpoint"> = (cx, input) => {
  const row = found(cx.tx.vpcEndpoints, cx.scope, input.VpcEndpointId, missing.endpoint)
  refuseMembers(input, noMeans)
  checkIpv4(input)
  if (input.PrivateDnsEnabled) throw unsupported("private names of endpoint services (PrivateDnsEnabled)")
  const gone = new Set(input.RemoveSubnetIds)
  const left = row.subnets.filter(({ id }) => !gone.has(id))
  const asks = (input.AddSubnetIds?.length ?? 0) + (input.SubnetConfigurations?.length ?? 0) > 0
  const placing = { SubnetIds: input.AddSubnetIds, SubnetConfigurations: input.SubnetConfigurations }
  const added = asks ? placesOf(cx, serviceNamed(cx, row.serviceName), row.vpcId, placing) : []
  const subnets = [...left.filter(({ id }) => !added.some((one) => one.id === id)), ...added]
  if (subnets.length === 0) throw fault("InvalidParameter", "An interface endpoint must have at least one subnet")
  if (new Set(subnets.map(({ zone }) => zone)).size < subnets.length) {
    throw fault("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the same availability zone")
  }
  const lost = new Set(input.RemoveSecurityGroupIds)
  const groups = [...row.securityGroups.filter((id) => !lost.has(id)), ...(input.AddSecurityGroupIds ?? [])]
  const securityGroups = groupsOf(cx, row.vpcId, [...new Set(groups)])
  cx.tx.vpcEndpoints.patch(keyOf(cx.scope, row.id), { subnets, securityGroups })
  return { Return: true }
}

/**
 * It is `deleting` until its addresses are free, and gone then.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
 */
export const DeleteVpcEndpoints: Op<"ec2", "DeleteVpcEndpoints"> = (cx, input) => ({
  Unsuccessful: (input.VpcEndpointIds ?? []).flatMap((id) => {
    const row = cx.tx.vpcEndpoints.get(keyOf(cx.scope, id))
    if (!row) {
      const { code, what } = missing.endpoint
      return { ResourceId: id, Error: { Code: code, Message: `${what} '${id}' does not exist` } }
    }
    if (row.deletedAt === undefined) cx.tx.vpcEndpoints.patch(keyOf(cx.scope, id), { deletedAt: cx.now })
    return []
  }),
})
