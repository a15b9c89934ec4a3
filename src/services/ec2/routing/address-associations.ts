// Which interface an elastic IP address is on: AssociateAddress, DisassociateAddress, and ReleaseAddress of one on none. Nothing routes to the address; the
// association is described on both sides, and keeps the address and the VPC's gateway from being removed.
import type { Cx, Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { AddressRow, NetworkInterfaceRow } from "../../../state/index.ts"
import { found, keyOf, missing, notFound } from "../lookups.ts"
import { invalid, missingParameter } from "../refusals.ts"
import { addressCalled } from "./addresses.ts"

/** What AWS says of interfaces that it manages for a service. text from memory */
export const notYours = () => fault("AuthFailure", "You do not have permission to access the specified resource.")

/** Puts the address on the interface; answers the association's id. */
export const associate = (cx: Cx, address: AddressRow, i: NetworkInterfaceRow): string => {
  const id = cx.ids.ec2("eipassoc")
  cx.tx.addresses.patch(keyOf(cx.scope, address.id), {
    association: { id, networkInterfaceId: i.id, privateIp: i.privateIp },
  })
  return id
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html */
export const AssociateAddress: Op<"ec2", "AssociateAddress"> = (cx, input) => {
  const address = addressCalled(cx, input)
  if (input.InstanceId !== undefined) throw notFound(missing.instance, input.InstanceId)
  if (input.NetworkInterfaceId === undefined) throw missingParameter("networkInterfaceId or instanceId")
  const i = found(cx.tx.networkInterfaces, cx.scope, input.NetworkInterfaceId, missing.networkInterface)
  if (i.requesterManaged) throw notYours()
  if (input.PrivateIpAddress !== undefined && input.PrivateIpAddress !== i.privateIp) {
    throw invalid(`${input.PrivateIpAddress} is not an address of ${i.id}`) // text from memory
  }
  if (cx.tx.internetGateways.count("vpc", keyOf(cx.scope, i.vpcId)) === 0) {
    throw fault("Gateway.NotAttached", `Network ${i.vpcId} is not attached to any internet gateway`)
  }
  if (address.association?.networkInterfaceId === i.id) return { AssociationId: address.association.id }
  if (address.association && isManaged(cx, address)) throw notYours()
  if (address.association && !input.AllowReassociation) {
    const text = `resource ${address.id} is already associated with associate-id ${address.association.id}`
    throw fault("Resource.AlreadyAssociated", text)
  }
  const other = cx.tx.addresses.first("networkInterface", keyOf(cx.scope, i.id))
  if (other && !input.AllowReassociation) {
    const text = `resource ${i.id} and ${i.privateIp} is already associated with public address ${other.publicIp}`
    throw fault("Resource.AlreadyAssociated", text)
  }
  if (other) cx.tx.addresses.patch(keyOf(cx.scope, other.id), { association: undefined })
  return { AssociationId: associate(cx, address, i) }
}

/** On the interface of a NAT gateway, which alone gives it back. */
export const isManaged = (cx: Cx, { association }: AddressRow): boolean =>
  cx.tx.networkInterfaces.get(keyOf(cx.scope, association?.networkInterfaceId ?? ""))?.requesterManaged ?? false

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateAddress.html */
export const DisassociateAddress: Op<"ec2", "DisassociateAddress"> = (cx, input) => {
  const { AssociationId, PublicIp } = input
  const address =
    AssociationId === undefined
      ? addressCalled(cx, { PublicIp })
      : cx.tx.addresses.first("association", keyOf(cx.scope, AssociationId))
  if (!address?.association) throw notFound(missing.association, AssociationId ?? PublicIp ?? "")
  if (isManaged(cx, address)) throw notYours()
  cx.tx.addresses.patch(keyOf(cx.scope, address.id), { association: undefined })
  return {}
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html */
export const ReleaseAddress: Op<"ec2", "ReleaseAddress"> = (cx, input) => {
  if (input.AllocationId === undefined && input.PublicIp !== undefined) {
    throw invalid("You must specify an allocation id when releasing a VPC elastic IP address")
  }
  const row = addressCalled(cx, input)
  if (isManaged(cx, row)) throw notYours()
  if (row.association) throw fault("InvalidIPAddress.InUse", `Address ${row.publicIp} is in use.`)
  cx.tx.addresses.delete(keyOf(cx.scope, row.id))
  return {}
}
