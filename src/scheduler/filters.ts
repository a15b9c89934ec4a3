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
  | "LOCATION"
  | "RESOURCE:CPU"
  | "RESOURCE:MEMORY"
  | "RESOURCE:PORTS"
  | "RESOURCE:ENI"
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

/** Whether an attribute is one of these, where it is said at all: a host outside of EC2 is in no VPC and in no zone. */
const agrees = (host: Host, attribute: string, values: ReadonlySet<string> | undefined): boolean => {
  const value = host.attributes.get(attribute)
  return values === undefined || value === undefined || values.has(value)
}

/** All of them. */
export const filters: readonly Filter[] = [
  { obstacle: "AGENT", passes: (host) => host.connected },
  { obstacle: "NETWORK", passes: (host, needs) => needs.network === undefined || host.networks.has(needs.network) },
  {
    obstacle: "ATTRIBUTE",
    passes: (host, { attributes, vpc }) =>
      attributes.every((name) => host.attributes.has(name)) &&
      agrees(host, "ecs.vpc-id", vpc === undefined ? undefined : new Set([vpc])),
  },
  { obstacle: "LOCATION", passes: (host, { zones }) => agrees(host, "ecs.availability-zone", zones) },
  room("RESOURCE:CPU", (needed, left) => needed.cpu <= left.cpu),
  room("RESOURCE:MEMORY", (needed, left) => needed.memory <= left.memory),
  room("RESOURCE:PORTS", (needed, left) => [...needed.ports].every((port) => !left.ports.has(port))),
  room("RESOURCE:ENI", (needed, left) => (needed.interfaces ?? 0) <= (left.interfaces ?? Number.POSITIVE_INFINITY)),
  room("RESOURCE:GPU", (needed, left) => needed.gpus <= left.gpus),
  constraint("MemberOf placement constraint unsatisfied.", "memberOf"),
  constraint("DistinctInstance placement constraint unsatisfied.", "distinctInstance"),
]
