// What the instance metadata service shows, as a tree of paths. Pure.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html#instancedata-data-categories
import type { InstanceMetadata, InstanceProfileMetadata } from "../../protocol/index.ts"

/** A value, or the things below a path. */
export type Tree = string | { readonly [name: string]: Tree }

/** The versions whose paths are served; all answer the same. */
export const versions: readonly string[] = [
  ...["1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01"],
  ...["2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20", "2016-04-19"],
  ...["2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03"],
  ...["2021-03-23", "2021-07-15", "2022-07-09", "2022-09-24", "latest"],
]

/** Everything below a version. */
export const treeOf = (metadata: InstanceMetadata): Tree => ({
  dynamic: { "instance-identity": { document: identityDocument(metadata) } },
  "meta-data": {
    "ami-id": metadata.imageId,
    "ami-launch-index": String(metadata.launchIndex),
    "ami-manifest-path": "(unknown)",
    hostname: hostname(metadata),
    ...(metadata.profile && { iam: iam(metadata.profile) }),
    "instance-action": "none",
    "instance-id": metadata.instanceId,
    "instance-life-cycle": "on-demand",
    "instance-type": metadata.instanceType,
    "local-hostname": hostname(metadata),
    "local-ipv4": metadata.privateIp,
    mac: metadata.macAddress,
    network: { interfaces: { macs: { [metadata.macAddress]: networkInterface(metadata) } } },
    placement: {
      "availability-zone": metadata.availabilityZone,
      ...(metadata.availabilityZoneId !== undefined && { "availability-zone-id": metadata.availabilityZoneId }),
      region: metadata.region,
    },
    profile: "default-hvm",
    "reservation-id": metadata.reservationId,
    "security-groups": metadata.securityGroups.map(({ name }) => name).join("\n"),
    services: { domain: "amazonaws.com", partition: "aws" },
    ...(metadata.options.tags === "enabled" && { tags: { instance: metadata.tags } }),
  },
})

const hostname = ({ privateDnsName, privateIp }: InstanceMetadata): string => privateDnsName ?? privateIp

const networkInterface = (metadata: InstanceMetadata): Tree => ({
  "device-number": "0",
  "interface-id": metadata.interfaceId,
  "local-hostname": hostname(metadata),
  "local-ipv4s": metadata.privateIp,
  mac: metadata.macAddress,
  "owner-id": metadata.accountId,
  "security-group-ids": metadata.securityGroups.map(({ id }) => id).join("\n"),
  "security-groups": metadata.securityGroups.map(({ name }) => name).join("\n"),
  "subnet-id": metadata.subnetId,
  "subnet-ipv4-cidr-block": metadata.subnetCidr,
  "vpc-id": metadata.vpcId,
  "vpc-ipv4-cidr-block": metadata.vpcCidr,
  "vpc-ipv4-cidr-blocks": metadata.vpcCidr,
})

/** The members and their order are AWS's: instance-identity-documents of the EC2 user guide. */
const identityDocument = (metadata: InstanceMetadata): string =>
  pretty({
    accountId: metadata.accountId,
    architecture: metadata.architecture,
    availabilityZone: metadata.availabilityZone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: metadata.imageId,
    instanceId: metadata.instanceId,
    instanceType: metadata.instanceType,
    kernelId: null,
    pendingTime: metadata.pendingTime,
    privateIp: metadata.privateIp,
    ramdiskId: null,
    region: metadata.region,
    version: "2017-09-30",
  })

const iam = ({ arn, id, lastUpdated, role }: InstanceProfileMetadata): Tree => ({
  info: pretty({ Code: "Success", LastUpdated: lastUpdated, InstanceProfileArn: arn, InstanceProfileId: id }),
  ...(role && { "security-credentials": { [role.name]: pretty(credentials(role, lastUpdated)) } }),
})

const credentials = (
  { name, credentials: found }: NonNullable<InstanceProfileMetadata["role"]>,
  lastUpdated: string,
): object =>
  found
    ? {
        Code: "Success",
        LastUpdated: found.lastUpdated,
        Type: "AWS-HMAC",
        AccessKeyId: found.accessKeyId,
        SecretAccessKey: found.secretAccessKey,
        Token: found.sessionToken,
        Expiration: found.expiration,
      }
    : {
        // Code as in the IAM user guide, "Troubleshoot IAM and Amazon EC2"; text from memory
        Code: "AssumeRoleUnauthorizedAccess",
        Message: `EC2 cannot assume the role ${name}. Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-info-doc.`,
        LastUpdated: lastUpdated,
      }

const pretty = (value: object): string => JSON.stringify(value, null, 2)

/** What is at a path below a version, as a body; undefined when nothing is. `user-data` is not in the tree: it is bytes. */
export const lookUp = (tree: Tree, path: readonly string[], rootExtra: readonly string[] = []): string | undefined => {
  let at: Tree = tree
  for (const name of path) {
    if (typeof at === "string" || !Object.hasOwn(at, name)) return undefined
    at = at[name] ?? ""
  }
  if (typeof at === "string") return at
  const names = Object.entries(at).map(([name, below]) => (typeof below === "string" ? name : `${name}/`))
  // The first level is shown without slashes.
  const shown = path.length === 0 ? [...names.map((name) => name.replace("/", "")), ...rootExtra] : names
  return shown.toSorted().join("\n")
}
