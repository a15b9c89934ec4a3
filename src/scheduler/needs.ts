// What a task needs of its host, and what is left of a host that has got it. Plain data.
import type { Constraint } from "./constraints.ts"
import type { Host, Room } from "./host.ts"
import type { Strategy } from "./strategy.ts"

/** What a task needs of its host. */
export interface TaskNeeds {
  /** The network that the host must be on: `<account>/<region>/<vpc id>`. */
  readonly network?: string
  /** Attributes that must be there. */
  readonly attributes: readonly string[]
  /** The VPC that the host must be in. */
  readonly vpc?: string
  /** Availability zones, one of which the host must be in. */
  readonly zones?: ReadonlySet<string>
  /** The group of the task: what is spread, and what `distinctInstance` keeps apart. */
  readonly group?: string
  readonly constraints?: readonly Constraint[]
  /** Empty or absent: spread over zones and instances. */
  readonly strategies?: readonly Strategy[]
  /** Chance for the strategy `random`. */
  readonly seed?: number
  /** Room that it takes. Absent where the host's room is not counted: on Fargate. */
  readonly room?: Room
}

/** The host once a task with these needs is on it. */
export const withTask = (host: Host, needs: TaskNeeds): Host => {
  const { group, room } = needs
  return {
    ...host,
    tasks: host.tasks + 1,
    ...(group !== undefined && { groups: new Map(host.groups).set(group, (host.groups?.get(group) ?? 0) + 1) }),
    ...(group !== undefined &&
      host.queried && {
        queried: { ...host.queried, taskGroups: new Set(host.queried.taskGroups).add(group) },
      }),
    ...(host.left &&
      room && {
        left: {
          cpu: host.left.cpu - room.cpu,
          memory: host.left.memory - room.memory,
          gpus: host.left.gpus - room.gpus,
          ports: new Set([...host.left.ports, ...room.ports]),
          ...(host.left.interfaces !== undefined && {
            interfaces: host.left.interfaces - (room.interfaces ?? 0),
          }),
        },
      }),
  }
}
