// Which host takes a task: filters over hosts (filters.ts), then scores (strategies.ts), and for users the reason why
// none did. Pure. Fargate pools and container instances are both given as hosts.
import { filters, type Obstacle } from "./filters.ts"
import type { Host } from "./host.ts"
import { type TaskNeeds, withTask } from "./needs.ts"
import { isBetter, scoresOf } from "./strategies.ts"

/** A host, or the obstacle of each. */
export type Placement =
  | { readonly host: Host }
  | { readonly host?: never; readonly obstacles: ReadonlyMap<string, Obstacle> }

/** The best of the hosts that have what the task needs; of two alike the one that came first. */
export const place = (hosts: readonly Host[], needs: TaskNeeds, turn = 0): Placement => {
  const scores = scoresOf(needs, hosts, turn)
  const obstacles = new Map<string, Obstacle>()
  let best: { readonly host: Host; readonly scores: readonly number[] } | undefined
  for (const host of hosts) {
    const failed = filters.find((filter) => !filter.passes(host, needs))
    if (failed) {
      obstacles.set(host.id, failed.obstacle)
      continue
    }
    const own = scores(host)
    if (!best || isBetter(own, best.scores)) best = { host, scores: own }
  }
  return best ? { host: best.host } : { obstacles }
}

/** What became of several tasks that need the same. */
export interface Placements {
  /** The host of each that has one, in order. */
  readonly hosts: readonly Host[]
  /** Why no host took the next one; empty when all are placed. */
  readonly obstacles: ReadonlyMap<string, Obstacle>
}

/** Places `count` tasks one after the other; each takes its room from the next. Ends at the first that has no place. */
export const placeAll = (hosts: readonly Host[], needs: TaskNeeds, count: number): Placements => {
  const left = [...hosts]
  const placed: Host[] = []
  while (placed.length < count) {
    const { host, ...none } = place(left, needs, placed.length)
    if (!host) return { hosts: placed, obstacles: "obstacles" in none ? none.obstacles : new Map() }
    placed.push(host)
    left[left.indexOf(host)] = withTask(host, needs)
  }
  return { hosts: placed, obstacles: new Map() }
}
