// What leads out of a VPC: route tables, internet gateways, NAT gateways and elastic IP addresses.
// Written by services/ec2 alone.
import { defineTable } from "../table.ts"
import { type Owned, scoped } from "./ec2.ts"

/** A route, with one target. Whether it is active is not kept: it follows from what its target is now. */
export interface Route {
  /** An IPv4 block. */
  readonly destination: string
  /** `local`, or an internet gateway. */
  readonly gatewayId?: string
  readonly natGatewayId?: string
  readonly networkInterfaceId?: string
  readonly origin: "CreateRouteTable" | "CreateRoute"
}

export interface RouteTableRow extends Owned {
  readonly id: string
  readonly vpcId: string
  /** The main one is for all subnets of the VPC that have none of their own; it has no subnet. */
  readonly associations: readonly { readonly id: string; readonly main: boolean; readonly subnetId?: string }[]
  readonly routes: readonly Route[]
  /** Of the request that made it, with what was asked: the same token again answers this table. */
  readonly token?: { readonly value: string; readonly request: string }
}

/** In version 1 a table had one association, and routes were shapes of EC2. */
interface Version1 extends Omit<RouteTableRow, "associations" | "routes"> {
  readonly main: boolean
  readonly associationId: string
  readonly routes: readonly { DestinationCidrBlock: string; GatewayId: string; Origin: Route["origin"] }[]
}

const fromVersion1 = ({ main, associationId, routes, ...table }: Version1): RouteTableRow => ({
  ...table,
  associations: [{ id: associationId, main }],
  routes: routes.map((r) => ({ destination: r.DestinationCidrBlock, gatewayId: r.GatewayId, origin: r.Origin })),
})

export const routeTables = defineTable<RouteTableRow>()({
  name: "routeTables",
  version: 2,
  key: (r) => `${scoped(r)}/${r.id}`,
  indexes: {
    scope: scoped,
    vpc: (r) => `${scoped(r)}/${r.vpcId}`,
    association: (r) => r.associations.map((a) => `${scoped(r)}/${a.id}`),
    token: (r) => r.token && `${scoped(r)}/${r.token.value}`,
  },
  upgrades: { 1: fromVersion1 },
})

export interface InternetGatewayRow extends Owned {
  readonly id: string
  readonly vpcId?: string
}
export const internetGateways = defineTable<InternetGatewayRow>()({
  name: "internetGateways",
  version: 1,
  key: (g) => `${scoped(g)}/${g.id}`,
  indexes: { scope: scoped, vpc: (g) => (g.vpcId === undefined ? undefined : `${scoped(g)}/${g.vpcId}`) },
})

export interface NatGatewayRow extends Owned {
  readonly id: string
  readonly vpcId: string
  readonly subnetId: string
  readonly connectivityType: "public" | "private"
  /** Of one that did not fail: its interface and address in the subnet. */
  readonly networkInterfaceId?: string
  readonly privateIp?: string
  /** Of a public one. */
  readonly allocationId?: string
  readonly associationId?: string
  readonly publicIp?: string
  readonly state: "available" | "failed" | "deleted"
  /** Why it failed. */
  readonly failure?: { readonly code: string; readonly message: string }
  readonly createdAt: number
  readonly deletedAt?: number
  readonly token?: { readonly value: string; readonly request: string }
}
export const natGateways = defineTable<NatGatewayRow>()({
  name: "natGateways",
  version: 1,
  key: (n) => `${scoped(n)}/${n.id}`,
  indexes: {
    scope: scoped,
    vpc: (n) => `${scoped(n)}/${n.vpcId}`,
    subnet: (n) => `${scoped(n)}/${n.subnetId}`,
    token: (n) => n.token && `${scoped(n)}/${n.token.value}`,
  },
})

/** An elastic IP address: of a range that is kept for documentation, so that it never reaches anybody. */
export interface AddressRow extends Owned {
  /** The allocation id. */
  readonly id: string
  readonly publicIp: string
  readonly association?: {
    readonly id: string
    readonly networkInterfaceId: string
    readonly privateIp: string
  }
}
export const addresses = defineTable<AddressRow>()({
  name: "addresses",
  version: 1,
  key: (a) => `${scoped(a)}/${a.id}`,
  indexes: {
    scope: scoped,
    /** One holder in all accounts and regions, as an address is public. */
    publicIp: (a) => a.publicIp,
    networkInterface: (a) => a.association && `${scoped(a)}/${a.association.networkInterfaceId}`,
    association: (a) => a.association && `${scoped(a)}/${a.association.id}`,
  },
})
