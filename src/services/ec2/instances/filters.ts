// The filters of DescribeInstances, and those of DescribeInstanceStatus.
import type { InstanceRow, View } from "../../../state/index.ts"
import { shownDnsName, zonesOf } from "../../../state/index.ts"
import { type FilterTable, nothing, tagKeys } from "../filters.ts"
import { keyOf } from "../lookups.ts"
import { describeReason, stateCodes, stateName } from "./state.ts"

const ifAny = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text])

const zoneId = (i: InstanceRow) => zonesOf(i.region).find((zone) => zone.name === i.availabilityZone)?.id

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const instanceFilters = (view: View): FilterTable<InstanceRow> => {
  const own = (i: InstanceRow) => {
    const row = view.networkInterfaces.get(keyOf(i, i.interfaceId))
    return row?.instanceId === i.id ? row : undefined
  }
  const attached =
    (value: (i: InstanceRow) => string | undefined) =>
    (i: InstanceRow): readonly string[] =>
      own(i) ? ifAny(value(i)) : []
  const groups = (i: InstanceRow) => own(i)?.securityGroups ?? []
  const groupNames = (i: InstanceRow) => groups(i).flatMap((id) => ifAny(view.securityGroups.get(keyOf(i, id))?.name))
  const dnsName = (i: InstanceRow) => {
    const row = own(i)
    return ifAny(row && shownDnsName(view, row))
  }
  const interfaceId = attached((i) => i.interfaceId)
  return {
    ...tagKeys,
    architecture: (i) => [i.architecture],
    "availability-zone": (i) => [i.availabilityZone],
    "availability-zone-id": (i) => ifAny(zoneId(i)),
    "client-token": (i) => ifAny(i.token?.value),
    "dns-name": nothing,
    hypervisor: () => ["xen"],
    "iam-instance-profile.arn": (i) => ifAny(i.instanceProfile?.arn),
    "iam-instance-profile.id": (i) => ifAny(i.instanceProfile?.id),
    "image-id": (i) => [i.imageId],
    "instance-id": (i) => [i.id],
    "instance-lifecycle": nothing,
    "instance-state-code": (i) => [String(stateCodes[stateName(i)])],
    "instance-state-name": (i) => [stateName(i)],
    "instance-type": (i) => [i.instanceType],
    "instance.group-id": groups,
    "instance.group-name": groupNames,
    "ip-address": nothing,
    "key-name": (i) => ifAny(i.keyName),
    "launch-index": (i) => [String(i.launchIndex)],
    "launch-time": (i) => [new Date(i.launchedAt).toISOString()],
    "monitoring-state": () => ["disabled"],
    "network-interface.addresses.private-ip-address": attached((i) => i.privateIp),
    "network-interface.availability-zone": attached((i) => i.availabilityZone),
    "network-interface.group-id": groups,
    "network-interface.group-name": groupNames,
    "network-interface.network-interface-id": interfaceId,
    "network-interface.owner-id": attached((i) => i.account),
    "network-interface.private-dns-name": dnsName,
    "network-interface.status": attached(() => "in-use"),
    "network-interface.subnet-id": attached((i) => i.subnetId),
    "network-interface.vpc-id": attached((i) => i.vpcId),
    "owner-id": (i) => [i.account],
    "placement-group-name": nothing,
    platform: nothing,
    "private-dns-name": dnsName,
    "private-ip-address": attached((i) => i.privateIp),
    "product-code": nothing,
    reason: (i) => [i.transitionReason],
    "requester-id": nothing,
    "reservation-id": (i) => [i.reservationId],
    "root-device-name": () => ["/dev/xvda"],
    "root-device-type": () => ["ebs"],
    "source-dest-check": attached((i) => String(own(i)?.sourceDestCheck ?? true)),
    "spot-instance-request-id": nothing,
    "state-reason-code": (i) => ifAny(describeReason(i)?.Code),
    "state-reason-message": (i) => ifAny(describeReason(i)?.Message),
    "subnet-id": attached((i) => i.subnetId),
    tenancy: () => ["default"],
    "virtualization-type": () => ["hvm"],
    "vpc-id": attached((i) => i.vpcId),
  }
}
