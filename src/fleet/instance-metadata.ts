// What an EC2 instance is told about itself, from the records of the instance, of its place in the VPC, and of its role.
import { scopeKey } from "../kernel/index.ts"
import type { InstanceMetadata, InstanceProfileMetadata } from "../protocol/index.ts"
import {
  defaultMetadataOptions,
  type InstanceRow,
  type MachineRow,
  type NetworkInterfaceRow,
  shownDnsName,
  type View,
} from "../state/index.ts"

/** As IMDS shows times: to the second. */
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** The metadata of an instance on a machine; undefined while records that it needs are not there. */
export const instanceMetadata = (
  view: View,
  row: InstanceRow,
  eni: NetworkInterfaceRow,
  machine: MachineRow,
): InstanceMetadata | undefined => {
  const subnet = view.subnets.get(`${scopeKey(row)}/${eni.subnetId}`)
  const vpc = view.vpcs.get(`${scopeKey(row)}/${row.vpcId}`)
  if (!subnet || !vpc) return undefined
  const privateDnsName = shownDnsName(view, eni)
  const profile = profileOf(view, row, machine)
  return {
    options: row.metadataOptions ?? defaultMetadataOptions,
    accountId: row.account,
    region: row.region,
    availabilityZone: row.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    architecture: row.architecture,
    imageId: row.imageId,
    instanceId: row.id,
    instanceType: row.instanceType,
    launchIndex: row.launchIndex,
    reservationId: row.reservationId,
    pendingTime: iso(row.launchedAt),
    privateIp: row.privateIp,
    ...(privateDnsName !== undefined && { privateDnsName }),
    macAddress: eni.macAddress,
    interfaceId: eni.id,
    subnetId: subnet.id,
    subnetCidr: subnet.cidr,
    vpcId: vpc.id,
    vpcCidr: vpc.cidr,
    securityGroups: eni.securityGroups.map((id) => ({
      id,
      name: view.securityGroups.get(`${scopeKey(row)}/${id}`)?.name ?? id,
    })),
    ...(row.keyName !== undefined && { keyName: row.keyName }),
    ...(row.userData !== undefined && { userData: row.userData }),
    tags: Object.fromEntries(row.tags.map(({ key, value }) => [key, value])),
    ...(profile && { profile }),
  }
}

/** Of a profile whose role nobody has looked for yet nothing is said: the agent has to wait for it. */
const profileOf = (view: View, row: InstanceRow, { role }: MachineRow): InstanceProfileMetadata | undefined => {
  const { instanceProfile } = row
  if (!instanceProfile || instanceProfile.unknown) return undefined
  const { arn, id } = instanceProfile
  const found = role?.profileArn === arn ? role : undefined
  const newest = found?.keys.at(-1)
  const key = newest && view.accessKeys.get(newest.accessKeyId)
  return {
    ...{ arn, id },
    lastUpdated: iso(found?.at ?? row.launchedAt),
    ...(found?.roleName !== undefined && {
      role: {
        name: found.roleName,
        ...(key?.sessionToken !== undefined &&
          key.expiresAt !== undefined && {
            credentials: {
              accessKeyId: key.accessKeyId,
              secretAccessKey: key.secretAccessKey,
              sessionToken: key.sessionToken,
              lastUpdated: iso(key.createdAt),
              expiration: iso(key.expiresAt),
            },
          }),
      },
    }),
  }
}
