// Network interfaces: DescribeNetworkInterfaces. They are those of tasks; controllers/task makes and removes them.
import type { Output, ReadCx, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import { type NetworkInterfaceRow, type View, zonesOf } from "../../state/index.ts"
import { applyFilters, type FilterTable, nothing, tagKeys } from "./filters.ts"
import { checkForm, type Missing, named, tagSet } from "./lookups.ts"
import { pageOf } from "./pages.ts"

const missing: Missing = { code: "InvalidNetworkInterfaceID.NotFound", what: "The network interface ID" }

/** An interface is attached once and for its whole life, so its own digits can name the attachment. */
const attachmentId = (i: NetworkInterfaceRow) => i.id.replace(/^eni-/, "eni-attach-")
const attached =
  <T>(value: (i: NetworkInterfaceRow) => T) =>
  (i: NetworkInterfaceRow): readonly T[] =>
    i.status === "in-use" ? [value(i)] : []
const zoneId = (i: NetworkInterfaceRow) => zonesOf(i.region).find((zone) => zone.name === i.availabilityZone)?.id

const groupName = (view: View, i: NetworkInterfaceRow, id: string) =>
  view.securityGroups.get(`${scopeKey(i)}/${id}`)?.name

const filtersOf = (view: View): FilterTable<NetworkInterfaceRow> => ({
  ...tagKeys,
  // No interface has a public address: there is none to give.
  "addresses.association.owner-id": nothing,
  "addresses.association.public-ip": nothing,
  "addresses.primary": () => ["true"],
  "addresses.private-ip-address": (i) => [i.privateIp],
  "association.allocation-id": nothing,
  "association.association-id": nothing,
  "association.ip-owner-id": nothing,
  "association.public-ip": nothing,
  "association.public-dns-name": nothing,
  "attachment.attach-time": attached((i) => new Date(i.createdAt).toISOString()),
  "attachment.attachment-id": attached(attachmentId),
  "attachment.delete-on-termination": attached(() => "false"),
  "attachment.device-index": attached(() => "1"),
  "attachment.instance-id": nothing,
  "attachment.instance-owner-id": nothing,
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
  "private-dns-name": (i) => [i.privateDnsName],
  "private-ip-address": (i) => [i.privateIp],
  "requester-id": nothing,
  "requester-managed": (i) => [String(i.requesterManaged)],
  "source-dest-check": () => ["true"],
  status: (i) => [i.status],
  "subnet-id": (i) => [i.subnetId],
  "vpc-id": (i) => [i.vpcId],
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export const DescribeNetworkInterfaces: ReadOp<"ec2", "DescribeNetworkInterfaces"> = (cx, input) => {
  const scope = scopeKey(cx.scope)
  checkForm(input.NetworkInterfaceIds, "eni", "InvalidNetworkInterfaceId.Malformed")
  const rows = named(
    input.NetworkInterfaceIds,
    () => cx.tx.networkInterfaces.by("scope", scope),
    (id) => cx.tx.networkInterfaces.get(`${scope}/${id}`),
    missing,
  )
  const page = pageOf(applyFilters(rows, input.Filters, filtersOf(cx.tx)), (i) => i.id, input)
  return { NetworkInterfaces: page.rows.map((row) => describeInterface(cx, row)), NextToken: page.NextToken }
}

const describeInterface = (
  cx: ReadCx,
  row: NetworkInterfaceRow,
): NonNullable<Output<"ec2", "DescribeNetworkInterfaces">["NetworkInterfaces"]>[number] => ({
  NetworkInterfaceId: row.id,
  SubnetId: row.subnetId,
  VpcId: row.vpcId,
  AvailabilityZone: row.availabilityZone,
  AvailabilityZoneId: zoneId(row),
  ...(row.status === "in-use" && {
    Attachment: {
      AttachmentId: attachmentId(row),
      AttachTime: new Date(row.createdAt),
      DeleteOnTermination: false,
      // The second interface of the machine under a Fargate task: the first is the machine's own.
      DeviceIndex: 1,
      NetworkCardIndex: 0,
      Status: "attached",
    },
  }),
  Description: row.description,
  Groups: row.securityGroups.map((id) => ({ GroupId: id, GroupName: groupName(cx.tx, row, id) })),
  InterfaceType: row.interfaceType,
  Ipv6Addresses: [],
  MacAddress: row.macAddress,
  OwnerId: row.account,
  PrivateDnsName: row.privateDnsName,
  PrivateIpAddress: row.privateIp,
  PrivateIpAddresses: [{ Primary: true, PrivateDnsName: row.privateDnsName, PrivateIpAddress: row.privateIp }],
  RequesterManaged: row.requesterManaged,
  SourceDestCheck: true,
  Status: row.status,
  TagSet: tagSet(row.tags),
})
