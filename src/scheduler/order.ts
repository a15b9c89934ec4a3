// How the strategies of a call order hosts: scores, compared one after the other, the lowest first. Pure.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html, aws-behaviour.md 2.8
import type { Host } from "./host.ts"
import type { TaskNeeds } from "./needs.ts"
import type { Strategy } from "./strategy.ts"

/** Without strategies tasks of a group are spread over zones, and in a zone over instances. */
const byDefault: readonly Strategy[] = [
  { kind: "spread", over: { attribute: "ecs.availability-zone" } },
  { kind: "spread", over: "instanceId" },
]

/** One score. */
export type Order =
  /** Known by looking at the host alone. */
  | { readonly kind: "own"; readonly of: (host: Host) => number }
  /** How many tasks of the group all hosts with the same value of an attribute have together. */
  | { readonly kind: "shared"; readonly attribute: string }
  /** By lot among those that are alike until here; what comes behind it decides nothing. */
  | { readonly kind: "lot" }

/** Of hosts that are alike the emptier one, as the last of all scores. */
const emptier: Order = { kind: "own", of: (host) => host.tasks }

const orderOf = (strategy: Strategy, group: string): Order => {
  switch (strategy.kind) {
    case "random":
      return { kind: "lot" }
    case "binpack":
      return { kind: "own", of: (host) => host.left?.[strategy.of] ?? 0 }
    case "spread":
      return strategy.over === "instanceId"
        ? { kind: "own", of: (host) => tasksOf(host, group) }
        : { kind: "shared", attribute: strategy.over.attribute }
  }
}

/** Tasks of a group that a host has. */
export const tasksOf = (host: Host, group: string): number => host.groups?.get(group) ?? 0

/** The scores by which `needs` orders hosts, the most important first. */
export const ordersOf = (needs: TaskNeeds): readonly Order[] => {
  const strategies = needs.strategies?.length ? needs.strategies : needs.group === undefined ? [] : byDefault
  const orders = strategies.map((strategy) => orderOf(strategy, needs.group ?? ""))
  const lot = orders.findIndex((order) => order.kind === "lot")
  return lot < 0 ? [...orders, emptier] : orders.slice(0, lot + 1)
}

/** A number from 0 on that looks random, and is the same for the same seed and turn: chance comes in with the seed. */
export const drawLot = (seed: number, turn: number): number => {
  let hash = Math.imul(seed ^ 0x811c9dc5, 0x01000193) ^ Math.imul(turn + 1, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
