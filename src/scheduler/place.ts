// Which host takes a task: filters over hosts (filters.ts), then a ranking, and for users the reason why none did. Pure.
// Fargate pools and container instances are both given as hosts. Strategies are further rankings, constraints further
// filters; both come with services.
import { filters, type Obstacle } from "./filters.ts"
import { type Host, type TaskNeeds, withTask } from "./host.ts"

/** A host, or the obstacle of each. */
export type Placement =
  | { readonly host: Host }
  | { readonly host?: never; readonly obstacles: ReadonlyMap<string, Obstacle> }

/** Below zero when `a` is to be preferred. */
export type Ranking = (a: Host, b: Host) => number

/** The host with the fewest tasks; of two alike the one that came first. */
export const fewestTasks: Ranking = (a, b) => a.tasks - b.tasks

/** The best of the hosts that have what the task needs. */
export const place = (hosts: Iterable<Host>, needs: TaskNeeds, ranking: Ranking = fewestTasks): Placement => {
  const obstacles = new Map<string, Obstacle>()
  let best: Host | undefined
  for (const host of hosts) {
    const failed = filters.find((filter) => !filter.passes(host, needs))
    if (failed) obstacles.set(host.id, failed.obstacle)
    else if (!best || ranking(host, best) < 0) best = host
  }
  return best ? { host: best } : { obstacles }
}

/** What became of several tasks that need the same. */
export interface Placements {
  /** The host of each that has one, in order. */
  readonly hosts: readonly Host[]
  /** Why no host took the next one; empty when all are placed. */
  readonly obstacles: ReadonlyMap<string, Obstacle>
}

/** Places `count` tasks one after the other; each takes its room from the next. Ends at the first that has no place. */
export const placeAll = (
  hosts: readonly Host[],
  needs: TaskNeeds,
  count: number,
  ranking: Ranking = fewestTasks,
): Placements => {
  const left = new Map(hosts.map((host) => [host.id, host]))
  const placed: Host[] = []
  while (placed.length < count) {
    const { host, ...none } = place(left.values(), needs, ranking)
    if (!host) return { hosts: placed, obstacles: "obstacles" in none ? none.obstacles : new Map() }
    placed.push(host)
    left.set(host.id, withTask(host, needs))
  }
  return { hosts: placed, obstacles: new Map() }
}
