// PrivateLink: endpoint services, which offer network load balancers to other VPCs, and the interface endpoints that reach them.
// Written by services/ec2, but for what was observed.
import { defineTable } from "../table.ts"
import { type Owned, scoped } from "./ec2.ts"
import type { LoadBalancerStatus } from "./load-balancers.ts"

interface Token {
  readonly value: string
  readonly request: string
}

export interface VpcEndpointServiceRow extends Owned {
  /** `vpce-svc-…`. */
  readonly id: string
  /** `com.amazonaws.vpce.<region>.vpce-svc-…`. */
  readonly name: string
  readonly acceptanceRequired: boolean
  /** ARNs of network load balancers. */
  readonly loadBalancers: readonly string[]
  /** Who besides the account itself may use it: ARNs, or `*`. */
  readonly principals: readonly { readonly id: string; readonly principal: string }[]
  readonly createdAt: number
  readonly token?: Token
}

export const vpcEndpointServices = defineTable<VpcEndpointServiceRow>()({
  name: "vpcEndpointServices",
  version: 1,
  key: (s) => `${scoped(s)}/${s.id}`,
  indexes: {
    scope: scoped,
    name: (s) => s.name,
    loadBalancer: (s) => s.loadBalancers,
    token: (s) => s.token && `${scoped(s)}/${s.token.value}`,
  },
})

export interface VpcEndpointRow extends Owned {
  /** `vpce-…`. */
  readonly id: string
  readonly vpcId: string
  /** The service's name; it may be another account's. */
  readonly serviceName: string
  /** One in each of its zones, with the address that was asked for. */
  readonly subnets: readonly { readonly id: string; readonly zone: string; readonly privateAddress?: string }[]
  readonly securityGroups: readonly string[]
  /** Ends in `.localhost`; those of its zones have the zone behind the first label. */
  readonly dnsName: string
  readonly createdAt: number
  /** What the owner of the service says of it. Traffic goes through while it is `accepted`. */
  readonly acceptance: "pendingAcceptance" | "accepted" | "rejected"
  /** `vpce-con-…`. */
  readonly connectionId: string
  /** It goes when its addresses are free. */
  readonly deletedAt?: number
  readonly token?: Token
  /** Written by controllers/load-balancer: what a proxy carries of it. */
  readonly status: LoadBalancerStatus
}

export const vpcEndpoints = defineTable<VpcEndpointRow>()({
  name: "vpcEndpoints",
  version: 1,
  key: (e) => `${scoped(e)}/${e.id}`,
  indexes: {
    scope: scoped,
    id: (e) => e.id,
    vpc: (e) => `${scoped(e)}/${e.vpcId}`,
    subnet: (e) => e.subnets.map(({ id }) => `${scoped(e)}/${id}`),
    service: (e) => e.serviceName,
    token: (e) => e.token && `${scoped(e)}/${e.token.value}`,
  },
})
