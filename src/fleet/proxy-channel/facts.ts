// What proxies say, written into the records that are theirs: the health of targets, and what each proxy carries. A fact that
// says nothing new changes nothing.
import type { HealthReport, ListenerConfiguration, ListeningReport } from "../../protocol/index.ts"
import type { CarriedBalancerRow, CarriedShare, State, TargetHealthRow, TargetRow } from "../../state/index.ts"
import type { Compiled } from "./compile/compile.ts"

/** Health counts for registrations that exist. `now` is of the cloud clock. */
export const recordHealth = (state: State, reports: readonly HealthReport[], now: number): void => {
  state.transact((tx) => {
    for (const report of reports) {
      // A target's id in a pool ends as the key of its registration does.
      const key = `${report.pool} ${report.target}`
      const target = tx.targets.get(key)
      const known = tx.targetHealth.get(key)
      if (!target || (known && isSame(known, report))) continue
      tx.targetHealth.put(healthRow(target, report, known?.state === report.state ? known.since : now))
    }
  })
}

const isSame = (known: TargetHealthRow, { state, reason, description }: HealthReport): boolean =>
  known.state === state && known.reason === reason && known.description === description

const healthRow = (target: TargetRow, report: HealthReport, since: number): TargetHealthRow => {
  const { account, region, groupArn, id, port } = target
  const { state, reason, description } = report
  return {
    ...{ account, region, groupArn, id, port, state, since },
    ...(reason !== undefined && { reason }),
    ...(description !== undefined && { description }),
  }
}

/** Nobody checks these groups any more: what was seen of their targets says nothing now. */
export const forgetHealth = (state: State, groups: readonly string[]): void => {
  state.transact((tx) => {
    for (const group of groups) {
      for (const { id, port } of [...tx.targetHealth.by("group", group)])
        tx.targetHealth.delete(`${group} ${id}:${port}`)
    }
  })
}

/** A listener stays the same thing for as long as nothing of it changes. */
const shared = new WeakMap<ListenerConfiguration, readonly CarriedShare[]>()

const sharesOf = (listener: ListenerConfiguration): readonly CarriedShare[] => {
  const known = shared.get(listener)
  if (known) return known
  const shares = listener.rules.flatMap(({ id: rule, action }): CarriedShare[] =>
    action.type === "forward" && action.pools.length > 1
      ? [{ rule, weights: Object.fromEntries(action.pools.map(({ pool, weight }) => [pool, weight])) }]
      : [],
  )
  shared.set(listener, shares)
  return shares
}

/** What the proxy of a machine carries now: what it has applied, and what it said of the ways into that. */
export const recordCarried = (
  state: State,
  machineId: string,
  applied: Compiled | undefined,
  ways: Iterable<ListeningReport>,
): void => {
  const known = new Map<string, ListeningReport[]>()
  for (const way of ways) known.set(way.balancer, [...(known.get(way.balancer) ?? []), way])
  const rows = (applied?.balancers ?? []).map((balancer): CarriedBalancerRow => {
    const listeners = balancer.listeners.map(({ id }) => id)
    const shares = balancer.listeners.flatMap(sharesOf)
    return {
      account: balancer.account,
      region: balancer.region,
      balancer: balancer.id,
      machineId,
      nodes: balancer.nodes.map(({ address }) => address),
      listeners,
      ...(shares.length > 0 && { shares }),
      ways: (known.get(balancer.id) ?? [])
        .filter(({ listener }) => listeners.includes(listener))
        .map(({ listener, way, status, reason }) => ({
          listener,
          way,
          status,
          ...(reason !== undefined && { reason }),
        })),
    }
  })
  state.transact((tx) => {
    const carried = new Set(rows.map(({ balancer }) => balancer))
    for (const { balancer } of [...tx.carriedBalancers.by("machine", machineId)]) {
      if (!carried.has(balancer)) tx.carriedBalancers.delete(`${balancer} ${machineId}`)
    }
    for (const row of rows) {
      const before = tx.carriedBalancers.get(`${row.balancer} ${machineId}`)
      if (!before || JSON.stringify(before) !== JSON.stringify(row)) tx.carriedBalancers.put(row)
    }
  })
}
