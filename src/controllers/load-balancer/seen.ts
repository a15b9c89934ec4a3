// What a load balancer is to have, whichever kind it is: application and network ones and classic ones become one form here.
import type { Scope } from "../../kernel/index.ts"
import {
  type CarriedBalancerRow,
  classicKey,
  type LoadBalancerStatus,
  type NetworkInterfaceRow,
  type NetworkRow,
  type View,
} from "../../state/index.ts"

/** A load balancer that is to be. */
export interface Wanted extends Scope {
  /** Its ARN, or its key. */
  readonly id: string
  readonly table: "loadBalancers" | "classicLoadBalancers"
  readonly vpcId: string
  readonly places: readonly { readonly subnetId: string; readonly privateAddress?: string }[]
  readonly securityGroups: readonly string[]
  /** As AWS describes its interfaces: [field] `ELB app/<name>/<id>`, of a classic one `ELB <name>`. */
  readonly description: string
  readonly interfaceType: NetworkInterfaceRow["interfaceType"]
  /** Its listeners by the ids that proxies know them by. */
  readonly listeners: readonly string[]
  readonly status: LoadBalancerStatus
}

export interface Seen {
  /** Absent: it was deleted. */
  readonly wanted?: Wanted
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
    places: row.subnets.map((subnet) => ({ subnetId: subnet.id })),
    description: `ELB ${row.name}`,
    interfaceType: "interface",
    listeners: row.listeners.map(({ port }) => `${classicKey(row, row.name)}:${port}`),
  }
}

/** All that is to be known of one. */
export const look = (view: View, id: string): Seen => {
  const wanted = loadBalancerOf(view, id) ?? classicOf(view, id)
  const network = wanted && view.networks.get(`${wanted.account}/${wanted.region}/${wanted.vpcId}`)
  return {
    ...(wanted && { wanted }),
    interfaces: view.networkInterfaces.by("balancer", id),
    ...(network?.desired === "up" && { network }),
    carried: view.carriedBalancers.by("balancer", id),
  }
}
