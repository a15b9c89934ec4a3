// Which of the hosts that could take a task takes it: placement strategies as scores, compared one after the other. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html, aws-behaviour.md 2.8
import type { Host } from "./host.ts"
import type { TaskNeeds } from "./needs.ts"
import type { Strategy } from "./strategy.ts"

const zone = { attribute: "ecs.availability-zone" }

/** Without strategies tasks of a group are spread over zones, and in a zone over instances. */
const byDefault: readonly Strategy[] = [
  { kind: "spread", over: zone },
  { kind: "spread", over: "instanceId" },
]

/** Scores of a host, the most important first; the host with the lowest is taken. */
export type Scores = (host: Host) => readonly number[]

const inGroup = (host: Host, group: string): number => host.groups?.get(group) ?? 0

/** A number that looks random and is the same for the same words: chance comes in with the seed. */
const lot = (seed: number, turn: number, id: string): number => {
  let hash = 0x811c9dc5 ^ seed ^ Math.imul(turn + 1, 0x9e3779b1)
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

const scoreOf = (
  strategy: Strategy,
  needs: TaskNeeds,
  hosts: Iterable<Host>,
  turn: number,
): ((host: Host) => number) => {
  const group = needs.group ?? ""
  switch (strategy.kind) {
    case "random":
      return (host) => lot(needs.seed ?? 0, turn, host.id)
    case "binpack":
      return (host) => host.left?.[strategy.of] ?? 0
    case "spread": {
      if (strategy.over === "instanceId") return (host) => inGroup(host, group)
      const { attribute } = strategy.over
      const counts = new Map<string | undefined, number>()
      for (const host of hosts) {
        const value = host.attributes.get(attribute)
        counts.set(value, (counts.get(value) ?? 0) + inGroup(host, group))
      }
      return (host) => counts.get(host.attributes.get(attribute)) ?? 0
    }
  }
}

/**
 * The scores by which `needs` ranks hosts. `hosts` are all of the cluster, with or without room: they decide what is
 * spread already. `turn` counts the tasks of one call.
 */
export const scoresOf = (needs: TaskNeeds, hosts: Iterable<Host>, turn: number): Scores => {
  const strategies = needs.strategies?.length ? needs.strategies : needs.group === undefined ? [] : byDefault
  const scores = strategies.map((strategy) => scoreOf(strategy, needs, hosts, turn))
  // Of hosts that are alike the emptier one.
  return (host) => [...scores.map((score) => score(host)), host.tasks]
}

/** Whether `a` is better than `b`. */
export const isBetter = (a: readonly number[], b: readonly number[]): boolean => {
  for (const [i, score] of a.entries()) {
    const other = b[i] ?? 0
    if (score !== other) return score < other
  }
  return false
}
