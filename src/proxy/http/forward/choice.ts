// Which target of a group gets a request: round robin, the least requests under way, or weighted at random. Targets that
// start slowly get their share only.
import type { RandomSource } from "../../../kernel/index.ts"
import type { Target } from "../../pools/pool.ts"

export type Algorithm = "round_robin" | "least_outstanding_requests" | "weighted_random"

/** A number from 0 up to, not including, 1. */
export type Chance = () => number

export interface Choosing {
  /** Whose turn it is is kept by pool. */
  readonly pool: string
  readonly algorithm: Algorithm
  readonly now: number
}

/** One for each listener: where its turns are. */
export class TargetChoice {
  /** Behind the target that was chosen last, by pool. */
  readonly #turns = new Map<string, number>()
  readonly #chance: Chance

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** Undefined when there are no candidates. */
  choose(candidates: readonly Target[], { pool, algorithm, now }: Choosing): Target | undefined {
    if (candidates.length < 2) return candidates[0]
    if (algorithm === "least_outstanding_requests") return this.#least(pool, candidates)
    if (algorithm === "weighted_random")
      return this.#warm(candidates, now, () => Math.floor(this.#chance() * candidates.length))
    return this.#warm(candidates, now, () => this.#turn(pool, candidates.length))
  }

  /** The turns of pools that are gone. */
  keep(has: (pool: string) => boolean): void {
    for (const id of this.#turns.keys()) if (!has(id)) this.#turns.delete(id)
  }

  #turn(pool: string, length: number): number {
    const turn = (this.#turns.get(pool) ?? 0) % length
    this.#turns.set(pool, turn + 1)
    return turn
  }

  /** The first that is warm enough for this request; the warmest of those that were looked at when none is. */
  #warm(targets: readonly Target[], now: number, next: () => number): Target | undefined {
    let warmest: Target | undefined
    let most = 0
    for (let tries = 0; tries < targets.length; tries++) {
      const target = targets[next()]
      const warmth = target?.warmth(now) ?? 0
      if (warmth >= 1 || this.#chance() < warmth) return target
      if (warmth > most) {
        most = warmth
        warmest = target
      }
    }
    return warmest ?? targets[0]
  }

  /** Turns decide among equals. */
  #least(pool: string, targets: readonly Target[]): Target | undefined {
    const start = this.#turn(pool, targets.length)
    let least = targets[start]
    for (let i = 1; i < targets.length; i++) {
      const target = targets[(start + i) % targets.length]
      if (target && (!least || target.active < least.active)) least = target
    }
    return least
  }
}

/** From a source of bytes; asked for in blocks, since requests need one often. */
export const chanceOf = (random: RandomSource): Chance => {
  const block = new Uint32Array(256)
  let at = block.length
  return () => {
    if (at === block.length) {
      random(new Uint8Array(block.buffer))
      at = 0
    }
    return (block[at++] ?? 0) / 2 ** 32
  }
}

/** Which of a rule's target groups: by weight. Undefined when all weights are zero. */
export const chooseGroup = <G extends { readonly weight: number }>(
  groups: readonly G[],
  chance: Chance,
): G | undefined => {
  const [first] = groups
  if (groups.length === 1) return first && first.weight > 0 ? first : undefined
  let sum = 0
  for (const group of groups) sum += group.weight
  let at = chance() * sum
  for (const group of groups) {
    if (group.weight > 0 && at < group.weight) return group
    at -= group.weight
  }
  return undefined
}
