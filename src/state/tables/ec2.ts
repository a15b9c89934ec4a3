// The VPC slice of EC2: VPCs, subnets and network interfaces. What guards them is in ec2-security.ts, what leads out of
// them in ec2-routing.ts. Written by services/ec2, except network interfaces of tasks: those are controllers/task's.
import { defineTable } from "../table.ts"

/** What every record of EC2 has. */
export interface Owned {
  readonly account: string
  readonly region: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}
export const scoped = (r: Pick<Owned, "account" | "region">) => `${r.account}/${r.region}`

export interface VpcRow extends Owned {
  readonly id: string
  readonly cidr: string
  readonly isDefault: boolean
  readonly state: "available"
  readonly dhcpOptionsId: string
  /** Absent: on. */
  readonly enableDnsSupport?: boolean
  /** Absent: on in a default VPC, off in any other. */
  readonly enableDnsHostnames?: boolean
}
export const vpcs = defineTable<VpcRow>()({
  name: "vpcs",
  version: 1,
  key: (v) => `${scoped(v)}/${v.id}`,
  indexes: { scope: scoped },
})

export interface SubnetRow extends Owned {
  readonly id: string
  readonly arn: string
  readonly vpcId: string
  readonly cidr: string
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly defaultForAz: boolean
  readonly mapPublicIpOnLaunch: boolean
}
export const subnets = defineTable<SubnetRow>()({
  name: "subnets",
  version: 1,
  key: (s) => `${scoped(s)}/${s.id}`,
  indexes: { scope: scoped, vpc: (s) => `${scoped(s)}/${s.vpcId}` },
})

/** Options for DHCP; every account has one set per region, that of AWS. */
export interface DhcpOptionsRow extends Owned {
  readonly id: string
  readonly configurations: readonly { readonly key: string; readonly values: readonly string[] }[]
}
export const dhcpOptions = defineTable<DhcpOptionsRow>()({
  name: "dhcpOptions",
  version: 1,
  key: (d) => `${scoped(d)}/${d.id}`,
  indexes: { scope: scoped },
})

export interface NetworkInterfaceRow extends Owned {
  readonly id: string
  readonly subnetId: string
  readonly vpcId: string
  readonly availabilityZone: string
  readonly privateIp: string
  /** Lower-case, colon-separated; derived from the address as Docker would have it. */
  readonly macAddress: string
  /** Always kept; shown and answered only while the VPC has DNS hostnames. */
  readonly privateDnsName: string
  readonly securityGroups: readonly string[]
  readonly description: string
  readonly interfaceType: "interface" | "nat_gateway" | "network_load_balancer" | "vpc_endpoint"
  readonly requesterManaged: boolean
  readonly status: "available" | "in-use"
  readonly createdAt: number
  /** The task that it belongs to. */
  readonly taskArn?: string
  /** The instance that it is the first interface of. */
  readonly instanceId?: string
  /** The load balancer (its ARN) or interface endpoint (its id) that a proxy carries for at this address. */
  readonly balancer?: string
  /** Of a task on an instance: which of its interfaces it is. */
  readonly attachedTo?: { readonly instanceId: string; readonly deviceIndex: number }
  /** Whether it goes with its instance. */
  readonly deleteOnTermination?: boolean
  readonly attachedAt?: number
  /** Absent: on. */
  readonly sourceDestCheck?: boolean
  /** Of the request that made it, with what was asked: the same token again answers this interface. */
  readonly token?: { readonly value: string; readonly request: string }
}
export const networkInterfaces = defineTable<NetworkInterfaceRow>()({
  name: "networkInterfaces",
  version: 1,
  key: (i) => `${scoped(i)}/${i.id}`,
  indexes: {
    scope: scoped,
    subnet: (i) => `${scoped(i)}/${i.subnetId}`,
    vpc: (i) => `${scoped(i)}/${i.vpcId}`,
    task: (i) => i.taskArn,
    balancer: (i) => i.balancer,
    /** Those that proxies listen at, by their VPC. */
    vpcOfBalancer: (i) => (i.balancer === undefined ? undefined : `${scoped(i)}/${i.vpcId}`),
    /** Those of tasks, by their subnet: to be counted. */
    subnetOfTask: (i) => (i.taskArn === undefined ? undefined : `${scoped(i)}/${i.subnetId}`),
    /** One interface per address of a VPC. */
    address: (i) => `${scoped(i)}/${i.vpcId}/${i.privateIp}`,
    securityGroup: (i) => i.securityGroups.map((id) => `${scoped(i)}/${id}`),
    token: (i) => i.token && `${scoped(i)}/${i.token.value}`,
    /** Those of tasks, by the instance that they are on. */
    attachedTo: (i) => i.attachedTo && `${scoped(i)}/${i.attachedTo.instanceId}`,
  },
})
