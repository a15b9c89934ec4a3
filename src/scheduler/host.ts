// A host as placement sees it. Plain data; where it is read from is not known here.
import type { QueriedInstance } from "./query/index.ts"

/** An amount of what a host has to give. */
export interface Room {
  /** CPU units. */
  readonly cpu: number
  /** MiB. */
  readonly memory: number
  readonly gpus: number
  /** Host ports, as `80/tcp`: those that a task wants, those that a host has no more. */
  readonly ports: ReadonlySet<string>
  /** Network interfaces: one for a task in awsvpc mode; those that a host can still get. Absent: not counted. */
  readonly interfaces?: number
}

/** A place for tasks. */
export interface Host {
  readonly id: string
  readonly connected: boolean
  readonly networks: ReadonlySet<string>
  /** Values by name; the empty one where an attribute has none. */
  readonly attributes: ReadonlyMap<string, string>
  /** Tasks of each group that it has. */
  readonly groups?: ReadonlyMap<string, number>
  /** What queries ask. Absent where none is asked: on Fargate. */
  readonly queried?: QueriedInstance
  /** Tasks that it has. */
  readonly tasks: number
  /** What is left of it, with the ports that are taken. Absent: it is not counted. */
  readonly left?: Room
}
