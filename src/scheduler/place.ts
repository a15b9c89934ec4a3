// Which hosts take tasks: filters over hosts (filters.ts), then the order of the strategies (ranking.ts), and for users
// the reason why none did. Pure. Fargate pools and container instances are both given as hosts. Whoever asks often of the
// same hosts keeps a Standing.
import type { Obstacle } from "./filters.ts"
import type { Host } from "./host.ts"
import type { TaskNeeds } from "./needs.ts"
import { type Placements, Standing } from "./standing.ts"

/** A host, or the obstacle of each. */
export type Placement =
  | { readonly host: Host }
  | { readonly host?: never; readonly obstacles: ReadonlyMap<string, Obstacle> }

/** Places `count` tasks one after the other; each takes its room from the next. Ends at the first that has no place. */
export const placeAll = (hosts: readonly Host[], needs: TaskNeeds, count: number): Placements =>
  new Standing(needs, hosts.entries()).place(count, needs.seed)

/** The best of the hosts that have what the task needs; of two alike the one that came first. */
export const place = (hosts: readonly Host[], needs: TaskNeeds): Placement => {
  const { hosts: placed, obstacles } = placeAll(hosts, needs, 1)
  const [host] = placed
  return host ? { host } : { obstacles }
}
