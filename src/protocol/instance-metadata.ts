// What an EC2 instance is told about itself at 169.254.169.254: said by the control plane with the wish for its machine, and
// again when something of it changes.

/** Where an instance asks. */
export const instanceMetadataAddress = "169.254.169.254"

/** Who may ask, and how (MetadataOptions of EC2). */
export interface InstanceMetadataOptions {
  readonly endpoint: "enabled" | "disabled"
  /** `required`: version 2 only. */
  readonly tokens: "optional" | "required"
  /** How many hops the answer with a token may make: 1 does not reach a container in bridge mode. */
  readonly hopLimit: number
  readonly tags: "enabled" | "disabled"
}

/** Keys of a session of the instance's role. */
export interface InstanceRoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** Both in ISO 8601, to the second. */
  readonly lastUpdated: string
  readonly expiration: string
}

/** The instance profile, and what came of its role. */
export interface InstanceProfileMetadata {
  readonly arn: string
  readonly id: string
  readonly lastUpdated: string
  /** Absent for a profile without a role. */
  readonly role?: {
    readonly name: string
    /** Absent when EC2 may not assume the role. */
    readonly credentials?: InstanceRoleCredentials
  }
}

/** See the head of the file. */
export interface InstanceMetadata {
  readonly options: InstanceMetadataOptions
  readonly accountId: string
  readonly region: string
  readonly availabilityZone: string
  readonly availabilityZoneId?: string
  readonly architecture: "x86_64" | "arm64"
  readonly imageId: string
  readonly instanceId: string
  readonly instanceType: string
  readonly launchIndex: number
  readonly reservationId: string
  /** When it was last started: ISO 8601, to the second. */
  readonly pendingTime: string
  readonly privateIp: string
  readonly privateDnsName?: string
  readonly macAddress: string
  readonly interfaceId: string
  readonly subnetId: string
  readonly subnetCidr: string
  readonly vpcId: string
  readonly vpcCidr: string
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[]
  readonly keyName?: string
  /** Base64. */
  readonly userData?: string
  readonly tags: Readonly<Record<string, string>>
  readonly profile?: InstanceProfileMetadata
}
