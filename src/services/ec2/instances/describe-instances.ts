// DescribeInstances: instances by their reservations, as EC2 shows them. What there is none of here (volumes, public
// addresses) is absent from the answer.
import type { _InstanceType, Instance, InstanceNetworkInterface, Reservation } from "@aws-sdk/client-ec2"
import type { ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { InstanceRow, NetworkInterfaceRow, View } from "../../../state/index.ts"
import { applyFilters } from "../filters.ts"
import { checkForm, keyOf, missing, namedRows, tagSet } from "../lookups.ts"
import { describeInterface } from "../network-interfaces/describe-interfaces.ts"
import { pageOf } from "../pages.ts"
import { instanceFilters } from "./filters.ts"
import { describeMetadataOptions } from "./metadata-options.ts"
import { describeReason, describeState } from "./state.ts"

/** The first interface of an instance; a terminated one has none. */
export const interfaceOf = (view: View, row: InstanceRow): NetworkInterfaceRow | undefined => {
  const found = view.networkInterfaces.get(keyOf(row, row.interfaceId))
  return found?.instanceId === row.id ? found : undefined
}

const describeOwnInterface = (view: View, row: NetworkInterfaceRow): InstanceNetworkInterface => {
  const { Attachment, AvailabilityZone, AvailabilityZoneId, RequesterManaged, TagSet, Association, ...shown } =
    describeInterface(view, row)
  const attachment = Attachment && {
    AttachTime: Attachment.AttachTime,
    AttachmentId: Attachment.AttachmentId,
    DeleteOnTermination: Attachment.DeleteOnTermination,
    DeviceIndex: Attachment.DeviceIndex,
    NetworkCardIndex: Attachment.NetworkCardIndex,
    Status: Attachment.Status,
  }
  return { ...shown, ...(attachment && { Attachment: attachment }) } as InstanceNetworkInterface
}

/** An instance as EC2 shows it. */
export const describeInstance = (view: View, row: InstanceRow): Instance => {
  const own = interfaceOf(view, row)
  const shown = own && describeOwnInterface(view, own)
  const ofTasks = view.networkInterfaces
    .by("attachedTo", keyOf(row, row.id))
    .toSorted((a, b) => (a.attachedTo?.deviceIndex ?? 0) - (b.attachedTo?.deviceIndex ?? 0))
  const reason = describeReason(row)
  return {
    InstanceId: row.id,
    ImageId: row.imageId,
    InstanceType: row.instanceType as _InstanceType,
    State: describeState(row),
    ...(reason && { StateReason: reason }),
    StateTransitionReason: row.transitionReason,
    AmiLaunchIndex: row.launchIndex,
    Architecture: row.architecture,
    BlockDeviceMappings: [],
    ...(row.token && { ClientToken: row.token.value }),
    CpuOptions: { CoreCount: row.vcpus, ThreadsPerCore: 1 },
    EbsOptimized: false,
    EnaSupport: true,
    Hypervisor: "xen",
    ...(row.instanceProfile && { IamInstanceProfile: { Arn: row.instanceProfile.arn, Id: row.instanceProfile.id } }),
    ...(row.keyName !== undefined && { KeyName: row.keyName }),
    LaunchTime: new Date(row.launchedAt),
    MetadataOptions: describeMetadataOptions(row),
    Monitoring: { State: "disabled" },
    NetworkInterfaces: [...(shown ? [shown] : []), ...ofTasks.map((one) => describeOwnInterface(view, one))],
    Placement: { AvailabilityZone: row.availabilityZone, GroupName: "", Tenancy: "default" },
    PlatformDetails: "Linux/UNIX",
    PrivateDnsName: shown?.PrivateDnsName ?? "",
    ...(shown && {
      PrivateIpAddress: row.privateIp,
      SubnetId: row.subnetId,
      VpcId: row.vpcId,
      SourceDestCheck: shown.SourceDestCheck,
    }),
    ProductCodes: [],
    PublicDnsName: "",
    RootDeviceName: "/dev/xvda",
    RootDeviceType: "ebs",
    SecurityGroups: shown?.Groups ?? [],
    Tags: tagSet(row.tags),
    VirtualizationType: "hvm",
  }
}

/** The instances of one request together. */
export const describeReservation = (view: View, rows: readonly InstanceRow[]): Reservation => ({
  ReservationId: rows[0]?.reservationId,
  OwnerId: rows[0]?.account,
  Groups: [],
  Instances: rows.toSorted((a, b) => a.launchIndex - b.launchIndex).map((row) => describeInstance(view, row)),
})

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html */
export const DescribeInstances: ReadOp<"ec2", "DescribeInstances"> = (cx, input) => {
  if (input.InstanceIds?.length && input.MaxResults !== undefined) {
    throw fault(
      "InvalidParameterCombination",
      "The parameter instancesSet cannot be used with the parameter maxResults",
    )
  }
  checkForm(input.InstanceIds, "i", "InvalidInstanceID.Malformed")
  const rows = namedRows(cx.tx.instances, cx.scope, input.InstanceIds, missing.instance)
  const page = pageOf(applyFilters(rows, input.Filters, instanceFilters(cx.tx)), (i) => i.id, input)
  const groups = Map.groupBy(page.rows, (row) => row.reservationId)
  return {
    Reservations: [...groups.values()].map((group) => describeReservation(cx.tx, group)),
    NextToken: page.NextToken,
  }
}
