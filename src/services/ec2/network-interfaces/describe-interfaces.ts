// Describing network interfaces: those of tasks, of NAT gateways, of load balancers, and those that users made.
import type { NetworkInterface, NetworkInterfaceType } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { type AddressRow, type NetworkInterfaceRow, shownDnsName, type View, zonesOf } from "../../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "../filters.ts"
import { checkForm, keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { pageOf } from "../pages.ts"

/** An interface is attached once and for its whole life, so its own digits can name the attachment. */
export const attachmentId = (i: NetworkInterfaceRow) =>
  i.id.replace(/^eni-/, i.interfaceType === "nat_gateway" || requesterOf(i) ? "ela-attach-" : "eni-attach-")
const attached =
  <T>(value: (i: NetworkInterfaceRow) => T) =>
  (i: NetworkInterfaceRow): readonly T[] =>
    i.status === "in-use" ? [value(i)] : []
const zoneId = (i: NetworkInterfaceRow) => zonesOf(i.region).find((zone) => zone.name === i.availabilityZone)?.id

/** [field] Elastic Load Balancing under the name that its interfaces have, whosever account they are in. */
const balancing = "amazon-elb"
const requesterOf = (i: NetworkInterfaceRow): string | undefined =>
  i.balancer !== undefined && i.interfaceType !== "vpc_endpoint" ? balancing : undefined

/** The instance that it is on: its own, or that of a task. */
const instanceOf = (i: NetworkInterfaceRow): string | undefined => i.instanceId ?? i.attachedTo?.instanceId
const ownerOf = (i: NetworkInterfaceRow): string | undefined =>
  instanceOf(i) === undefined ? requesterOf(i) : i.account
/** Under a Fargate task it is the second interface of the machine: the first is the machine's own. */
const deviceIndex = (i: NetworkInterfaceRow): number =>
  i.instanceId === undefined ? (i.attachedTo?.deviceIndex ?? 1) : 0

const groupName = (view: View, i: NetworkInterfaceRow, id: string) => view.securityGroups.get(keyOf(i, id))?.name

/** The elastic address on an interface. */
const addressOf = (view: View, i: NetworkInterfaceRow): AddressRow | undefined =>
  view.addresses.first("networkInterface", keyOf(i, i.id))

const filtersOf = (view: View): FilterTable<NetworkInterfaceRow> => {
  const elastic = (value: (address: AddressRow) => string | undefined) => (i: NetworkInterfaceRow) => {
    const address = addressOf(view, i)
    const found = address && value(address)
    return found === undefined ? [] : [found]
  }
  return {
    ...tagKeys,
    "addresses.association.owner-id": elastic((a) => a.account),
    "addresses.association.public-ip": elastic((a) => a.publicIp),
    "addresses.primary": () => ["true"],
    "addresses.private-ip-address": (i) => [i.privateIp],
    "association.allocation-id": elastic((a) => a.id),
    "association.association-id": elastic((a) => a.association?.id),
    "association.ip-owner-id": elastic((a) => a.account),
    "association.public-ip": elastic((a) => a.publicIp),
    "association.public-dns-name": nothing,
    "attachment.attach-time": attached((i) => new Date(i.createdAt).toISOString()),
    "attachment.attachment-id": attached(attachmentId),
    "attachment.delete-on-termination": attached(() => "false"),
    "attachment.device-index": attached((i) => String(deviceIndex(i))),
    "attachment.instance-id": (i) => [instanceOf(i)].filter((id) => id !== undefined),
    "attachment.instance-owner-id": (i) => [ownerOf(i)].filter((owner) => owner !== undefined),
    "attachment.status": (i) => [i.status === "in-use" ? "attached" : "detached"],
    "availability-zone": (i) => [i.availabilityZone],
    "availability-zone-id": (i) => [zoneId(i) ?? ""],
    description: (i) => [i.description],
    "group-id": (i) => i.securityGroups,
    "group-name": (i) => i.securityGroups.map((id) => groupName(view, i, id) ?? ""),
    "ipv6-addresses.ipv6-address": nothing,
    "interface-type": (i) => [i.interfaceType],
    "mac-address": (i) => [i.macAddress],
    "network-interface-id": (i) => [i.id],
    "operator.managed": () => ["false"],
    "operator.principal": nothing,
    "owner-id": (i) => [i.account],
    "private-dns-name": (i) => [shownDnsName(view, i)].filter((name) => name !== undefined),
    "private-ip-address": (i) => [i.privateIp],
    "requester-id": (i) => [requesterOf(i)].filter((id) => id !== undefined),
    "requester-managed": (i) => [String(i.requesterManaged)],
    "source-dest-check": (i) => [String(i.sourceDestCheck ?? true)],
    status: (i) => [i.status],
    "subnet-id": (i) => [i.subnetId],
    "vpc-id": (i) => [i.vpcId],
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export const DescribeNetworkInterfaces: ReadOp<"ec2", "DescribeNetworkInterfaces"> = (cx, input) => {
  checkForm(input.NetworkInterfaceIds, "eni", "InvalidNetworkInterfaceId.Malformed")
  const rows = namedRows(cx.tx.networkInterfaces, cx.scope, input.NetworkInterfaceIds, missing.networkInterface)
  const page = pageOf(applyFilters(rows, input.Filters, filtersOf(cx.tx)), (i) => i.id, input)
  return { NetworkInterfaces: page.rows.map((row) => describeInterface(cx.tx, row)), NextToken: page.NextToken }
}

/** An interface as EC2 shows it. */
export const describeInterface = (view: View, row: NetworkInterfaceRow): NetworkInterface => {
  const name = shownDnsName(view, row)
  const dns = name === undefined ? {} : { PrivateDnsName: name }
  const address = addressOf(view, row)
  const association = address?.association && {
    Association: {
      AllocationId: address.id,
      AssociationId: address.association.id,
      IpOwnerId: address.account,
      PublicIp: address.publicIp,
    },
  }
  return {
    NetworkInterfaceId: row.id,
    SubnetId: row.subnetId,
    VpcId: row.vpcId,
    AvailabilityZone: row.availabilityZone,
    AvailabilityZoneId: zoneId(row),
    ...association,
    ...(row.status === "in-use" && { Attachment: describeAttachment(row) }),
    Description: row.description,
    Groups: row.securityGroups.map((id) => ({ GroupId: id, GroupName: groupName(view, row, id) })),
    // EC2 answers `nat_gateway`, whatever the SDK's enum says.
    InterfaceType: row.interfaceType as NetworkInterfaceType,
    Ipv6Addresses: [],
    MacAddress: row.macAddress,
    OwnerId: row.account,
    ...dns,
    PrivateIpAddress: row.privateIp,
    PrivateIpAddresses: [{ Primary: true, ...dns, PrivateIpAddress: row.privateIp, ...association }],
    ...(requesterOf(row) !== undefined && { RequesterId: requesterOf(row) }),
    RequesterManaged: row.requesterManaged,
    SourceDestCheck: row.sourceDestCheck ?? true,
    Status: row.status,
    TagSet: tagSet(row.tags),
  }
}

const describeAttachment = (row: NetworkInterfaceRow): NetworkInterface["Attachment"] => ({
  AttachmentId: attachmentId(row),
  AttachTime: new Date(row.attachedAt ?? row.createdAt),
  DeleteOnTermination: row.deleteOnTermination ?? false,
  DeviceIndex: deviceIndex(row),
  ...(instanceOf(row) !== undefined && { InstanceId: instanceOf(row) }),
  ...(ownerOf(row) !== undefined && { InstanceOwnerId: ownerOf(row) }),
  NetworkCardIndex: 0,
  Status: "attached",
})
