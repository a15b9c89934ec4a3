// The attributes of network interfaces: DescribeNetworkInterfaceAttribute, ModifyNetworkInterfaceAttribute, and the
// attachments, which belong to services alone: DetachNetworkInterface.
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { found, keyOf, missing } from "../lookups.ts"
import { invalid, invalidValue, missingParameter, unsupported } from "../refusals.ts"
import { notYours } from "../routing/address-associations.ts"
import { groupsOf } from "../security-groups/change-groups.ts"
import { attachmentId, describeInterface } from "./describe-interfaces.ts"

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaceAttribute.html */
export const DescribeNetworkInterfaceAttribute: ReadOp<"ec2", "DescribeNetworkInterfaceAttribute"> = (cx, input) => {
  const row = found(cx.tx.networkInterfaces, cx.scope, input.NetworkInterfaceId, missing.networkInterface)
  const shown = describeInterface(cx.tx, row)
  const NetworkInterfaceId = row.id
  switch (input.Attribute) {
    case "description":
      return { NetworkInterfaceId, Description: { Value: row.description } }
    case "groupSet":
      return { NetworkInterfaceId, Groups: shown.Groups }
    case "sourceDestCheck":
      return { NetworkInterfaceId, SourceDestCheck: { Value: row.sourceDestCheck ?? true } }
    case "attachment":
      return { NetworkInterfaceId, ...(shown.Attachment && { Attachment: shown.Attachment }) }
    case "associatePublicIpAddress":
      return { NetworkInterfaceId, AssociatePublicIpAddress: false }
    default:
      throw invalidValue(input.Attribute, "attribute", "Unknown attribute.")
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html */
export const ModifyNetworkInterfaceAttribute: Op<"ec2", "ModifyNetworkInterfaceAttribute"> = (cx, input) => {
  const row = found(cx.tx.networkInterfaces, cx.scope, input.NetworkInterfaceId, missing.networkInterface)
  const { NetworkInterfaceId: _, ...given } = input
  const names = Object.keys(given).filter((name) => given[name as keyof typeof given] !== undefined)
  const [name] = names
  if (name === undefined) throw missingParameter("attribute")
  if (names.length > 1) throw invalid("Only one attribute may be modified in a request.") // text from memory
  if (row.requesterManaged) throw notYours()
  const key = keyOf(cx.scope, row.id)
  switch (name) {
    case "Description":
      cx.tx.networkInterfaces.patch(key, { description: input.Description?.Value ?? "" })
      return {}
    case "Groups":
      cx.tx.networkInterfaces.patch(key, { securityGroups: groupsOf(cx, row.vpcId, input.Groups) })
      return {}
    case "SourceDestCheck":
      cx.tx.networkInterfaces.patch(key, { sourceDestCheck: input.SourceDestCheck?.Value ?? true })
      return {}
    default:
      throw unsupported(`means for ${name} of an interface`)
  }
}

/** Every attachment that there is belongs to a service: a task of ECS, or a NAT gateway. */
export const DetachNetworkInterface: Op<"ec2", "DetachNetworkInterface"> = (cx, input) => {
  const id = input.AttachmentId ?? ""
  const row = cx.tx.networkInterfaces
    .by("scope", scopeKey(cx.scope))
    .find((i) => i.status === "in-use" && attachmentId(i) === id)
  if (!row) throw fault("InvalidAttachmentID.NotFound", `The attachment ID '${id}' does not exist`)
  if (row.instanceId !== undefined) {
    throw fault("OperationNotPermitted", "The network interface at device index 0 cannot be detached.")
  }
  if (row.interfaceType === "nat_gateway") {
    throw fault("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
  }
  throw notYours()
}
