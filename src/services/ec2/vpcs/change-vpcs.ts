// VPCs that come and go: CreateVpc, DeleteVpc. The network behind one is made when a task needs it and removed by
// controllers/machines when its record is gone.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import {
  cidrsOverlap,
  defaultDhcpOptions,
  defaultVpcRows,
  forgoDefaultVpc,
  formatCidr,
  parseCidr,
  type VpcRow,
  vpcCompanions,
} from "../../../state/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { hasDependencies, invalidValue, missingParameter, refuseMembers } from "../refusals.ts"
import { specifiedTags } from "../tagging/tag-lists.ts"
import { describeVpc } from "./describe-vpcs.ts"

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
const widest = 16
const narrowest = 28

/** Never a VPC's: this network, loopback, link-local (metadata and credentials are there), multicast and what is kept. */
const kept = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"].flatMap((text) => parseCidr(text) ?? [])

/** What AWS raises its quota of 5 to on request, so that a forgotten loop ends somewhere. */
const mostVpcs = 100

const noMeans = {
  AmazonProvidedIpv6CidrBlock: "IPv6",
  Ipv6CidrBlock: "IPv6",
  Ipv6Pool: "IPv6",
  Ipv6IpamPoolId: "IPv6",
  Ipv4IpamPoolId: "IP address manager",
  Ipv4NetmaskLength: "IP address manager",
  VpcEncryptionControl: "encryption controls of VPCs",
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html */
export const CreateVpc: Op<"ec2", "CreateVpc"> = (cx, input) => {
  refuseMembers(input, noMeans)
  if (input.CidrBlock === undefined) throw missingParameter("cidrBlock")
  const block = parseCidr(input.CidrBlock)
  if (!block) throw invalidValue(input.CidrBlock, "cidrBlock", "This is not a valid CIDR block.")
  if (block.prefix < widest || block.prefix > narrowest || kept.some((other) => cidrsOverlap(other, block))) {
    throw fault("InvalidVpc.Range", `The CIDR '${input.CidrBlock}' is invalid.`)
  }
  const tenancy = input.InstanceTenancy ?? "default"
  if (tenancy === "dedicated") refuseMembers({ tenancy }, { tenancy: "dedicated hardware" })
  if (tenancy !== "default") throw invalidValue(tenancy, "instanceTenancy", "Unknown tenancy.") // text from memory
  const tags = specifiedTags(input.TagSpecifications, "vpc")
  if (cx.tx.vpcs.count("scope", scopeKey(cx.scope)) >= mostVpcs) {
    throw fault("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
  }
  const vpc = cx.tx.vpcs.insert({
    ...cx.scope,
    tags,
    id: cx.ids.ec2("vpc"),
    cidr: formatCidr(block),
    isDefault: false,
    state: "available",
    dhcpOptionsId: regionOptions(cx),
  })
  const companions = vpcCompanions(vpc, (prefix) => cx.ids.ec2(prefix))
  cx.tx.routeTables.insert(companions.routeTable)
  cx.tx.securityGroups.insert(companions.securityGroup)
  cx.tx.networkAcls.insert(companions.networkAcl)
  return { Vpc: describeVpc(vpc) }
}

/** The id of the region's DHCP options, which also a VPC of an account without a default VPC has. */
const regionOptions = (cx: Cx): string => {
  const { id } = defaultVpcRows(cx.scope).dhcpOptions
  if (!cx.tx.dhcpOptions.has(keyOf(cx.scope, id))) cx.tx.dhcpOptions.insert(defaultDhcpOptions(cx.scope, id))
  return id
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html */
export const DeleteVpc: Op<"ec2", "DeleteVpc"> = (cx, input) => {
  const vpc = found(cx.tx.vpcs, cx.scope, input.VpcId, missing.vpc)
  if (isUsed(cx, vpc)) throw hasDependencies("vpc", vpc.id)
  const inVpc = keyOf(cx.scope, vpc.id)
  for (const table of cx.tx.routeTables.by("vpc", inVpc)) cx.tx.routeTables.delete(keyOf(cx.scope, table.id))
  for (const group of cx.tx.securityGroups.by("vpc", inVpc)) cx.tx.securityGroups.delete(keyOf(cx.scope, group.id))
  for (const acl of cx.tx.networkAcls.by("vpc", inVpc)) cx.tx.networkAcls.delete(keyOf(cx.scope, acl.id))
  cx.tx.vpcs.delete(inVpc)
  if (vpc.isDefault) forgoDefaultVpc(cx.tx, cx.scope)
  return {}
}

/** Whether anything is in the VPC besides what it was made with. */
const isUsed = (cx: Cx, vpc: VpcRow): boolean => {
  const inVpc = keyOf(cx.scope, vpc.id)
  return (
    cx.tx.subnets.count("vpc", inVpc) > 0 ||
    cx.tx.networkInterfaces.count("vpc", inVpc) > 0 ||
    cx.tx.internetGateways.count("vpc", inVpc) > 0 ||
    cx.tx.natGateways.by("vpc", inVpc).some((gateway) => gateway.state === "available") ||
    cx.tx.routeTables.by("vpc", inVpc).some((table) => !table.associations.some((a) => a.main)) ||
    cx.tx.networkAcls.by("vpc", inVpc).some((acl) => !acl.isDefault) ||
    cx.tx.securityGroups.by("vpc", inVpc).some((group) => group.name !== "default")
  )
}
