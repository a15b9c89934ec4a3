// Which hosts take tasks: filters over hosts (filters.ts), then the order of the strategies (ranking.ts), and for users
// the reason why none did. Pure. Fargate pools and container instances are both given as hosts.
//
// Hosts are filtered once a call. A task that is placed changes its own host, which is filtered and ordered again, and
// nothing that another is filtered by.
import { filters, type Obstacle } from "./filters.ts"
import type { Host } from "./host.ts"
import { type TaskNeeds, withTask } from "./needs.ts"
import { ordersOf, tasksOf } from "./order.ts"
import { type Entry, rankBy } from "./ranking.ts"

/** A host, or the obstacle of each. */
export type Placement =
  | { readonly host: Host }
  | { readonly host?: never; readonly obstacles: ReadonlyMap<string, Obstacle> }

/** What became of several tasks that need the same. */
export interface Placements {
  /** The host of each that has one, in order. */
  readonly hosts: readonly Host[]
  /** Why no host took the next one; empty when all are placed. */
  readonly obstacles: ReadonlyMap<string, Obstacle>
}

const passes = (host: Host, needs: TaskNeeds): boolean => {
  for (const filter of filters) if (!filter.passes(host, needs)) return false
  return true
}

/** Tasks of the group by value of an attribute, over all hosts, with room or without; counted when first asked for. */
const sharedCounts = (hosts: readonly Host[], group: string) => {
  const known = new Map<string, Map<string | undefined, number>>()
  return {
    of: (attribute: string): ReadonlyMap<string | undefined, number> => {
      const counts = known.get(attribute) ?? new Map<string | undefined, number>()
      if (known.has(attribute)) return counts
      known.set(attribute, counts)
      for (const host of hosts) {
        const value = host.attributes.get(attribute)
        counts.set(value, (counts.get(value) ?? 0) + tasksOf(host, group))
      }
      return counts
    },
    /** A host has got a task of the group. */
    count: (host: Host): void => {
      for (const [attribute, counts] of known) {
        const value = host.attributes.get(attribute)
        counts.set(value, (counts.get(value) ?? 0) + 1)
      }
    },
  }
}

/** The first obstacle of each host. */
const obstaclesOf = (hosts: readonly Host[], needs: TaskNeeds): ReadonlyMap<string, Obstacle> =>
  new Map(
    hosts.flatMap((host) => {
      const failed = filters.find((filter) => !filter.passes(host, needs))
      return failed ? [[host.id, failed.obstacle] as const] : []
    }),
  )

/** Places `count` tasks one after the other; each takes its room from the next. Ends at the first that has no place. */
export const placeAll = (hosts: readonly Host[], needs: TaskNeeds, count: number): Placements => {
  const counts = sharedCounts(hosts, needs.group ?? "")
  const ranking = rankBy(ordersOf(needs), { shared: counts.of, seed: needs.seed ?? 0 })
  const entries = hosts.map((host, index): Entry => ({ at: 0, index, host, key: [] }))
  ranking.fill(entries.filter(({ host }) => passes(host, needs)))
  const placed: Host[] = []
  while (placed.length < count) {
    const entry = ranking.take()
    if (!entry) {
      const now = entries.map(({ host }) => host)
      return { hosts: placed, obstacles: obstaclesOf(now, needs) }
    }
    placed.push(entry.host)
    entry.host = withTask(entry.host, needs)
    if (needs.group !== undefined) counts.count(entry.host)
    if (passes(entry.host, needs)) ranking.add(entry)
  }
  return { hosts: placed, obstacles: new Map() }
}

/** The best of the hosts that have what the task needs; of two alike the one that came first. */
export const place = (hosts: readonly Host[], needs: TaskNeeds): Placement => {
  const { hosts: placed, obstacles } = placeAll(hosts, needs, 1)
  const [host] = placed
  return host ? { host } : { obstacles }
}
