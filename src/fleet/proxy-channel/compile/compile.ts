// From records to what each proxy is to do: the load balancers of the VPCs whose networks are on its machine, and the pools
// that they forward to. What did not change comes out as the same object.
import type { BalancerConfiguration, PoolConfiguration } from "../../../protocol/index.ts"
import type { View } from "../../../state/index.ts"
import { balancerOf } from "./balancer.ts"
import { certificateReader, type OpenKey } from "./certificates.ts"
import { classicOf } from "./classic.ts"
import { endpointOf } from "./endpoint.ts"
import { Kept } from "./kept.ts"
import { machineOf } from "./nodes.ts"
import { poolOf } from "./pools.ts"
import type { TargetPorts } from "./targets.ts"

export interface CompilePorts extends TargetPorts {
  readonly openKey: OpenKey
}

/** What one proxy is to do, without its version. */
export interface Compiled {
  readonly balancers: readonly BalancerConfiguration[]
  readonly pools: readonly PoolConfiguration[]
}

/** For each machine that is to carry anything. */
export type CompileAll = (view: View) => ReadonlyMap<string, Compiled>

interface Making {
  readonly balancers: BalancerConfiguration[]
  /** Those of classic load balancers, which make their own. */
  readonly pools: PoolConfiguration[]
  /** By target group: the zones of the load balancers that forward to it. */
  readonly zones: Map<string, Set<string>>
}

/** A compiler remembers what it answered last: have one, and ask it again after each change. */
export const newCompiler = (ports: CompilePorts): CompileAll => {
  const kept = new Kept()
  const certificates = certificateReader(ports.openKey)
  return (view) => {
    const machines = new Map<string, Making>()
    const on = (machineId: string): Making => {
      const known = machines.get(machineId) ?? { balancers: [], pools: [], zones: new Map() }
      machines.set(machineId, known)
      return known
    }
    for (const row of view.loadBalancers.all()) {
      const machineId = machineOf(view, row, row.vpcId)
      const made = machineId === undefined ? undefined : balancerOf(view, row, kept, certificates)
      if (machineId === undefined || !made) continue
      const making = on(machineId)
      making.balancers.push(made)
      reach(making, made, row.zones)
    }
    for (const row of view.vpcEndpoints.all()) {
      const machineId = machineOf(view, row, row.vpcId)
      const made = machineId === undefined ? undefined : endpointOf(view, row, kept, certificates)
      if (machineId === undefined || !made) continue
      on(machineId).balancers.push(made.balancer)
      reach(on(machineId), made.balancer, made.zones)
    }
    for (const row of view.classicLoadBalancers.all()) {
      const machineId = machineOf(view, row, row.vpcId)
      const made = machineId === undefined ? undefined : classicOf(view, row, kept, { ...ports, certificates })
      if (machineId === undefined || !made) continue
      on(machineId).balancers.push(made.balancer)
      on(machineId).pools.push(...made.pools)
    }
    const all = new Map<string, Compiled>()
    for (const [machineId, { balancers, pools, zones }] of machines) {
      for (const [arn, reached] of zones) {
        const group = view.targetGroups.get(arn)
        if (group) pools.push(poolOf(view, group, reached, kept, ports))
      }
      all.set(machineId, kept.keep(`machine ${machineId}`, { balancers, pools }))
    }
    kept.round()
    return all
  }
}

/** The groups behind it are reached in these zones. */
const reach = (
  { zones }: Making,
  balancer: BalancerConfiguration,
  reached: readonly { readonly zone: string }[],
): void => {
  for (const group of groupsOf(balancer)) {
    const known = zones.get(group) ?? new Set()
    for (const { zone } of reached) known.add(zone)
    zones.set(group, known)
  }
}

const groupsOf = ({ listeners }: BalancerConfiguration): ReadonlySet<string> => {
  const groups = new Set<string>()
  for (const { rules } of listeners) {
    for (const { action } of rules) if (action.type === "forward") for (const { pool } of action.pools) groups.add(pool)
  }
  return groups
}
