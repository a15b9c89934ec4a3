// What a host must pass to get a task, each with the word by which RunTask's failures name it (aws-behaviour.md 1.5).
// The order is the order of the explanation: the first that a host fails is the one that users see.
import { type Constraint, holds } from "./constraints.ts"
import type { Host, Room } from "./host.ts"
import type { TaskNeeds } from "./needs.ts"

/** Why a host was passed over, in the words of RunTask's failures. */
export type Obstacle =
  | "AGENT"
  | "ATTRIBUTE"
  | "NETWORK"
  | "RESOURCE:CPU"
  | "RESOURCE:MEMORY"
  | "RESOURCE:PORTS"
  | "RESOURCE:GPU"
  | "DistinctInstance placement constraint unsatisfied."
  | "MemberOf placement constraint unsatisfied."

/** One thing that must hold of a host. */
export interface Filter {
  readonly obstacle: Obstacle
  readonly passes: (host: Host, needs: TaskNeeds) => boolean
}

/** A filter that compares what is needed with what is left, where both are counted. */
const room = (obstacle: Obstacle, fits: (needed: Room, left: Room) => boolean): Filter => ({
  obstacle,
  passes: ({ left }, { room: needed }) => left === undefined || needed === undefined || fits(needed, left),
})

const constraint = (obstacle: Obstacle, kind: Constraint["kind"]): Filter => ({
  obstacle,
  passes: (host, { constraints = [], group }) =>
    constraints.every((one) => one.kind !== kind || holds(one, host, group)),
})

/** All of them. */
export const filters: readonly Filter[] = [
  { obstacle: "AGENT", passes: (host) => host.connected },
  { obstacle: "NETWORK", passes: (host, needs) => needs.network === undefined || host.networks.has(needs.network) },
  { obstacle: "ATTRIBUTE", passes: (host, needs) => needs.attributes.every((name) => host.attributes.has(name)) },
  room("RESOURCE:CPU", (needed, left) => needed.cpu <= left.cpu),
  room("RESOURCE:MEMORY", (needed, left) => needed.memory <= left.memory),
  room("RESOURCE:PORTS", (needed, left) => [...needed.ports].every((port) => !left.ports.has(port))),
  room("RESOURCE:GPU", (needed, left) => needed.gpus <= left.gpus),
  constraint("MemberOf placement constraint unsatisfied.", "memberOf"),
  constraint("DistinctInstance placement constraint unsatisfied.", "distinctInstance"),
]
