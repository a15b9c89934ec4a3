// Which host takes a task: filters over hosts, then the least loaded, and for users the reason why none did.
// Pure. Fargate pools and container instances are both given as hosts; ranking by strategy comes with services.

/** What a task needs of its host. */
export interface TaskNeeds {
  /** The network that the host must be on: `<account>/<region>/<vpc id>`. */
  readonly network?: string
  /** Attributes that must be there. */
  readonly attributes: readonly string[]
}

/** A place for tasks. */
export interface Host {
  readonly id: string
  readonly connected: boolean
  readonly networks: ReadonlySet<string>
  readonly attributes: ReadonlySet<string>
  /** Tasks that it has. */
  readonly tasks: number
}

/** Why a host was passed over, in the words of RunTask's failures. */
export type Obstacle = "AGENT" | "ATTRIBUTE" | "NETWORK"

/** A host, or the obstacle of each. */
export type Placement =
  | { readonly host: Host }
  | { readonly host?: never; readonly obstacles: ReadonlyMap<string, Obstacle> }

const filters: readonly { readonly obstacle: Obstacle; readonly passes: (host: Host, needs: TaskNeeds) => boolean }[] =
  [
    { obstacle: "AGENT", passes: (host) => host.connected },
    { obstacle: "NETWORK", passes: (host, needs) => needs.network === undefined || host.networks.has(needs.network) },
    { obstacle: "ATTRIBUTE", passes: (host, needs) => needs.attributes.every((name) => host.attributes.has(name)) },
  ]

/** The connected host with the fewest tasks that has what the task needs. */
export const place = (hosts: Iterable<Host>, needs: TaskNeeds): Placement => {
  const obstacles = new Map<string, Obstacle>()
  let best: Host | undefined
  for (const host of hosts) {
    const failed = filters.find((filter) => !filter.passes(host, needs))
    if (failed) obstacles.set(host.id, failed.obstacle)
    else if (!best || host.tasks < best.tasks) best = host
  }
  return best ? { host: best } : { obstacles }
}
