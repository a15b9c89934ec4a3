// What a load balancer is to have, whichever kind it is: application and network ones, classic ones and interface endpoints
// become one form here.
import type { Scope } from "../../kernel/index.ts"
import {
  balancersBehind,
  type CarriedBalancerRow,
  carriedListeners,
  classicKey,
  endpointListenerId,
  type LoadBalancerStatus,
  type NetworkInterfaceRow,
  type NetworkRow,
  type View,
  type VpcEndpointRow,
} from "../../state/index.ts"

/** A load balancer that is to be. */
export interface Wanted extends Scope {
  /** Its ARN, or its key; of an endpoint its id. */
  readonly id: string
  readonly table: "loadBalancers" | "classicLoadBalancers" | "vpcEndpoints"
  /** In its table. */
  readonly key: string
  readonly vpcId: string
  readonly places: readonly { readonly subnetId: string; readonly privateAddress?: string }[]
  readonly securityGroups: readonly string[]
  /** As AWS describes its interfaces: [field] `ELB app/<name>/<id>`, of a classic one `ELB <name>`. */
  readonly description: string
  readonly interfaceType: NetworkInterfaceRow["interfaceType"]
  /** Its listeners by the ids that proxies know them by. */
  readonly listeners: readonly string[]
  readonly status: LoadBalancerStatus
  /** Why it cannot be carried. */
  readonly obstacle?: string
}

export interface Seen {
  /** Absent: it was deleted. */
  readonly wanted?: Wanted
  /** An endpoint that was deleted, until its interfaces are gone. */
  readonly gone?: VpcEndpointRow
  readonly interfaces: readonly NetworkInterfaceRow[]
  /** Of its VPC. */
  readonly network?: NetworkRow
  readonly carried: readonly CarriedBalancerRow[]
}

const loadBalancerOf = (view: View, id: string): Wanted | undefined => {
  const row = view.loadBalancers.get(id)
  if (!row) return undefined
  const { account, region, vpcId, securityGroups, status } = row
  return {
    ...{ id, account, region, vpcId, securityGroups, status },
    table: "loadBalancers",
    key: id,
    places: row.zones,
    description: `ELB ${id.slice(id.indexOf("loadbalancer/") + "loadbalancer/".length)}`,
    interfaceType: row.type === "network" ? "network_load_balancer" : "interface",
    listeners: view.listeners.by("loadBalancer", id).map(({ arn }) => arn),
  }
}

const classicOf = (view: View, id: string): Wanted | undefined => {
  const row = view.classicLoadBalancers.get(id)
  if (!row) return undefined
  const { account, region, vpcId, securityGroups, status } = row
  return {
    ...{ id, account, region, vpcId, securityGroups, status },
    table: "classicLoadBalancers",
    key: id,
    places: row.subnets.map((subnet) => ({ subnetId: subnet.id })),
    description: `ELB ${row.name}`,
    interfaceType: "interface",
    listeners: row.listeners.map(({ port }) => `${classicKey(row, row.name)}:${port}`),
  }
}

/** It keeps its addresses also while nobody may connect. */
const endpointOf = (view: View, row: VpcEndpointRow): Wanted | undefined => {
  if (row.deletedAt !== undefined) return undefined
  const { id, account, region, vpcId, securityGroups, status, subnets } = row
  const obstacle = obstacleOf(view, row)
  return {
    ...{ id, account, region, vpcId, securityGroups, status },
    table: "vpcEndpoints",
    key: `${account}/${region}/${id}`,
    places: subnets.map(({ id: subnetId, privateAddress }) => ({
      subnetId,
      ...(privateAddress !== undefined && { privateAddress }),
    })),
    description: `VPC Endpoint Interface ${id}`,
    interfaceType: "vpc_endpoint",
    listeners: carriedListeners(view, row).map((listener) => endpointListenerId(row, listener)),
    ...(obstacle !== undefined && { obstacle }),
  }
}

const networkOf = (
  view: View,
  { account, region, vpcId }: Scope & { readonly vpcId: string },
): NetworkRow | undefined => {
  const network = view.networks.get(`${account}/${region}/${vpcId}`)
  return network?.desired === "up" ? network : undefined
}

/** A proxy carries between networks of its own machine: from another one it reaches none of the service's targets. */
const obstacleOf = (view: View, row: VpcEndpointRow): string | undefined => {
  const own = networkOf(view, row)
  const isApart = balancersBehind(view, row).some((balancer) => {
    const other = networkOf(view, balancer)
    return own && other && own.machineId !== other.machineId
  })
  return isApart ? "The networks of the endpoint's VPC and of the service's are on different machines." : undefined
}

/** All that is to be known of one. */
export const look = (view: View, id: string): Seen => {
  const endpoint = view.vpcEndpoints.first("id", id)
  const wanted = endpoint ? endpointOf(view, endpoint) : (loadBalancerOf(view, id) ?? classicOf(view, id))
  const network = wanted && view.networks.get(`${wanted.account}/${wanted.region}/${wanted.vpcId}`)
  return {
    ...(wanted && { wanted }),
    ...(endpoint?.deletedAt !== undefined && { gone: endpoint }),
    interfaces: view.networkInterfaces.by("balancer", id),
    ...(network?.desired === "up" && { network }),
    carried: view.carriedBalancers.by("balancer", id),
  }
}
