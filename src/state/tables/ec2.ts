// The VPC slice of EC2: VPCs, subnets, route tables, gateways, security groups and network interfaces.
// Written by services/ec2, except network interfaces of tasks: controllers/task makes and removes those by call().
import { defineTable } from "../table.ts"

interface Owned {
  readonly account: string
  readonly region: string
  readonly tags: readonly { readonly key: string; readonly value: string }[]
}
const scoped = (r: Owned) => `${r.account}/${r.region}`

export interface VpcRow extends Owned {
  readonly id: string
  readonly cidr: string
  readonly isDefault: boolean
  readonly state: "available"
  readonly dhcpOptionsId: string
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

export interface SecurityGroupRow extends Owned {
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly description: string
  readonly vpcId: string
  /** Rules as EC2 describes them (IpPermission shapes). Stored, not enforced: docs/security.md. */
  readonly ingress: readonly object[]
  readonly egress: readonly object[]
}
export const securityGroups = defineTable<SecurityGroupRow>()({
  name: "securityGroups",
  version: 1,
  key: (g) => `${scoped(g)}/${g.id}`,
  indexes: { scope: scoped, vpc: (g) => `${scoped(g)}/${g.vpcId}` },
})

export interface RouteTableRow extends Owned {
  readonly id: string
  readonly vpcId: string
  readonly main: boolean
  readonly associationId: string
  readonly routes: readonly object[]
}
export const routeTables = defineTable<RouteTableRow>()({
  name: "routeTables",
  version: 1,
  key: (r) => `${scoped(r)}/${r.id}`,
  indexes: { scope: scoped, vpc: (r) => `${scoped(r)}/${r.vpcId}` },
})

export interface InternetGatewayRow extends Owned {
  readonly id: string
  readonly vpcId?: string
}
export const internetGateways = defineTable<InternetGatewayRow>()({
  name: "internetGateways",
  version: 1,
  key: (g) => `${scoped(g)}/${g.id}`,
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
  readonly privateDnsName: string
  readonly securityGroups: readonly string[]
  readonly description: string
  readonly interfaceType: "interface"
  readonly requesterManaged: boolean
  readonly status: "available" | "in-use"
  readonly createdAt: number
  /** The task that it belongs to. */
  readonly taskArn?: string
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
    /** One interface per address of a VPC. */
    address: (i) => `${scoped(i)}/${i.vpcId}/${i.privateIp}`,
  },
})
