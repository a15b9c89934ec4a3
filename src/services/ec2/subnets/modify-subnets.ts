// The attributes of a subnet: ModifySubnetAttribute.
import type { Op } from "../../../gate/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalid, missingParameter, unsupported } from "../refusals.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html */
export const ModifySubnetAttribute: Op<"ec2", "ModifySubnetAttribute"> = (cx, input) => {
  const subnet = found(cx.tx.subnets, cx.scope, input.SubnetId, missing.subnet)
  const { SubnetId: _, ...given } = input
  const names = Object.keys(given).filter((name) => given[name as keyof typeof given] !== undefined)
  const [name] = names
  if (name === undefined) throw missingParameter("attribute")
  if (names.length > 1) throw invalid("Only one attribute may be modified in a request.") // text from memory
  switch (name) {
    case "MapPublicIpOnLaunch": {
      const mapPublicIpOnLaunch = input.MapPublicIpOnLaunch?.Value ?? false
      cx.tx.subnets.patch(keyOf(cx.scope, subnet.id), { mapPublicIpOnLaunch })
      return {}
    }
    // What is off and stays off is no lie; to turn it on there is nothing.
    case "AssignIpv6AddressOnCreation":
    case "EnableDns64":
    case "MapCustomerOwnedIpOnLaunch":
    case "EnableResourceNameDnsARecordOnLaunch":
    case "EnableResourceNameDnsAAAARecordOnLaunch":
    case "DisableLniAtDeviceIndex":
      if (input[name]?.Value) throw unsupported(`means for ${name}`)
      return {}
    case "PrivateDnsHostnameTypeOnLaunch":
      if (input.PrivateDnsHostnameTypeOnLaunch !== "ip-name") throw unsupported("names of that type (resource-name)")
      return {}
    default:
      throw unsupported(`means for ${name}`)
  }
}
