// Which target a new flow gets: the target group by weight, then a target by the flow's hash, by the client's address where
// the group is sticky, or in turn where the load balancer is a classic one. Pure but for the turn.
import type { ActionConfiguration, BalancerConfiguration, ListenerConfiguration } from "../../protocol/index.ts"
import type { Pool, Pools, Target } from "../pools/pool.ts"

/** What tells flows apart; `seed` besides for TCP, where AWS's hash has the sequence number. */
export interface FlowKey {
  readonly sourceAddress: string
  readonly sourcePort: number
  readonly port: number
  readonly seed: number
}

export interface Choice {
  readonly pool: Pool
  readonly target: Target
}

/** How a front chooses; `configure` makes a new one. */
export interface Chooser {
  /** Undefined: nobody is there to take it. `except`: tried already, in vain. */
  choose(key: FlowKey, zone: string | undefined, except?: Target): Choice | undefined
}

export const newChooser = (balancer: BalancerConfiguration, listener: ListenerConfiguration, pools: Pools): Chooser => {
  const groups = groupsOf(listener.rules.at(-1)?.action)
  const whole = groups.reduce((sum, { weight }) => sum + weight, 0)
  // Off unless said, of network and of classic load balancers.
  const crossZone = balancer.attributes["load_balancing.cross_zone.enabled"] === "true"
  let turn = 0

  const poolFor = (key: FlowKey): Pool | undefined => {
    if (groups.length === 1) return pools.get(groups[0]?.pool ?? "")
    let left = hash(key.sourceAddress, key.sourcePort, key.seed ^ groupSeed) % whole
    for (const { pool, weight } of groups) {
      if (left < weight) return pools.get(pool)
      left -= weight
    }
    return undefined
  }

  return {
    choose: (key, zone, except) => {
      if (whole === 0) return undefined
      const pool = poolFor(key)
      const all = pool?.available(zone, crossZone) ?? []
      const targets = except ? all.filter((target) => target !== except) : all
      if (!pool || targets.length === 0) return undefined
      const pick = (): Target | undefined => {
        if (targets.length === 1) return targets[0]
        if (pool.configuration.attributes["stickiness.enabled"] === "true") return nearest(key.sourceAddress, targets)
        if (balancer.kind === "classic") return targets[turn++ % targets.length]
        return targets[hash(key.sourceAddress, key.sourcePort, key.port ^ key.seed) % targets.length]
      }
      const target = pick()
      return target && { pool, target }
    },
  }
}

/** So that the group and the target in it do not follow from the same bits. */
const groupSeed = 0x5bd1e995

const groupsOf = (action: ActionConfiguration | undefined) =>
  action?.type === "forward" ? action.pools.filter(({ weight }) => weight > 0) : []

/** The target whose hash with the address is highest: when targets come and go, only the clients of those move. */
const nearest = (address: string, targets: readonly Target[]): Target | undefined => {
  let best: Target | undefined
  let highest = -1
  for (const target of targets) {
    const score = hash(`${address} ${target.id}`, target.port, 0)
    if (score <= highest) continue
    highest = score
    best = target
  }
  return best
}

/** FNV-1a with a last mixing: spreads ports that follow one another. */
export const hash = (text: string, first: number, second: number): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ first, 0x01000193)
  h = Math.imul(h ^ second, 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
