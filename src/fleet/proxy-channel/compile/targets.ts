// What is registered, as a proxy reaches it: an instance at its private address while it runs, an address as it stands, an
// application load balancer at one of its nodes.
import { type Scope, scopeKey } from "../../../kernel/index.ts"
import type { TargetConfiguration } from "../../../protocol/index.ts"
import type { TargetRow, View } from "../../../state/index.ts"

export interface TargetPorts {
  /** When on the wall clock it is so late on the cloud clock. */
  readonly wallTime: (cloud: number) => number
}

interface Place {
  readonly address?: string
  readonly zone?: string
}

/** One registration. `port` is for those that have none of their own: instances behind a classic load balancer. */
export const targetOf = (view: View, row: TargetRow, ports: TargetPorts, port = row.port): TargetConfiguration => {
  const place = placeOf(view, row, row.id)
  const zone = row.zone ?? place.zone
  return {
    id: `${row.id}:${row.port}`,
    ...(place.address !== undefined && { address: place.address }),
    port,
    ...(zone !== undefined && zone !== "all" && { zone }),
    draining: row.draining !== undefined,
    registeredAt: Math.floor(ports.wallTime(row.registeredAt)),
  }
}

const placeOf = (view: View, scope: Scope, id: string): Place => {
  if (id.startsWith("i-")) {
    const instance = view.instances.get(`${scopeKey(scope)}/${id}`)
    if (!instance) return {}
    const { availabilityZone: zone, privateIp: address } = instance
    return instance.observed.state === "running" ? { address, zone } : { zone }
  }
  if (!id.startsWith("arn:")) return { address: id }
  // Each of its nodes carries for all of its targets, so one is as good as another.
  const address = view.networkInterfaces.first("balancer", id)?.privateIp
  return address === undefined ? {} : { address }
}
