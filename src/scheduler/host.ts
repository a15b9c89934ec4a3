// The two sides of placement: what a task needs, and what a host has. Plain data; where it is read from is not known here.

/** What a task needs of its host. */
export interface TaskNeeds {
  /** The network that the host must be on: `<account>/<region>/<vpc id>`. */
  readonly network?: string
  /** Attributes that must be there. */
  readonly attributes: readonly string[]
  /** Room that it takes. Absent where the host's room is not counted: on Fargate. */
  readonly room?: Room
}

/** An amount of what a host has to give. */
export interface Room {
  /** CPU units. */
  readonly cpu: number
  /** MiB. */
  readonly memory: number
  readonly gpus: number
  /** Host ports, as `80/tcp`: those that a task wants, those that a host has no more. */
  readonly ports: ReadonlySet<string>
}

/** A place for tasks. */
export interface Host {
  readonly id: string
  readonly connected: boolean
  readonly networks: ReadonlySet<string>
  readonly attributes: ReadonlySet<string>
  /** Tasks that it has. */
  readonly tasks: number
  /** What is left of it, with the ports that are taken. Absent: it is not counted. */
  readonly left?: Room
}

/** The host once a task with these needs is on it. */
export const withTask = (host: Host, { room }: TaskNeeds): Host => ({
  ...host,
  tasks: host.tasks + 1,
  ...(host.left &&
    room && {
      left: {
        cpu: host.left.cpu - room.cpu,
        memory: host.left.memory - room.memory,
        gpus: host.left.gpus - room.gpus,
        ports: new Set([...host.left.ports, ...room.ports]),
      },
    }),
})
