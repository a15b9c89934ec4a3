// Making the default VPC and default subnets again after they were removed: CreateDefaultVpc, CreateDefaultSubnet.
import type { Op } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { cidrsOverlap, defaultVpcRows, makeDefaultVpc, parseCidr, subnetRow, zonesOf } from "../../../state/index.ts"
import { missingParameter, refuseMembers } from "../refusals.ts"
import { placeSubnet, zoneCalled } from "../subnets/change-subnets.ts"
import { describeSubnet } from "../subnets/describe-subnets.ts"
import { describeVpc } from "./describe-vpcs.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultVpc.html */
export const CreateDefaultVpc: Op<"ec2", "CreateDefaultVpc"> = (cx) => {
  if (cx.tx.vpcs.by("scope", scopeKey(cx.scope)).some((vpc) => vpc.isDefault)) {
    throw fault("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.")
  }
  return { Vpc: describeVpc(makeDefaultVpc(cx.tx, cx.scope)) }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultSubnet.html */
export const CreateDefaultSubnet: Op<"ec2", "CreateDefaultSubnet"> = (cx, input) => {
  refuseMembers(input, { Ipv6Native: "IPv6" })
  if (input.AvailabilityZone === undefined && input.AvailabilityZoneId === undefined) {
    throw missingParameter("availabilityZone")
  }
  const zone = zoneCalled(cx.scope.region, input)
  const vpc = cx.tx.vpcs.by("scope", scopeKey(cx.scope)).find((row) => row.isDefault)
  if (!vpc) throw fault("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
  const known = cx.tx.subnets.by("vpc", `${scopeKey(cx.scope)}/${vpc.id}`)
  const there = known.find((subnet) => subnet.defaultForAz && subnet.availabilityZone === zone.name)
  if (there) {
    throw fault(
      "DefaultSubnetAlreadyExistsInAvailabilityZone",
      `'${there.id}' is already the default subnet in ${zone.name}.`,
    )
  }
  const at = zonesOf(cx.scope.region).findIndex(({ name }) => name === zone.name)
  const cidr = defaultVpcRows(cx.scope).subnets[at]?.cidr ?? ""
  const block = parseCidr(cidr)
  const taken = known.some((subnet) => {
    const other = parseCidr(subnet.cidr)
    return block && other && cidrsOverlap(block, other)
  })
  // AWS looks for another free /20; ours are three, one a zone.
  if (taken) throw fault("InsufficientCidrBlocks", `There is not enough space in the default VPC for ${cidr}.`)
  const subnet = placeSubnet(cx, vpc, subnetRow(vpc, { id: cx.ids.ec2("subnet"), cidr, zone, isDefault: true }))
  return { Subnet: describeSubnet(cx, subnet) }
}
