// What the cluster query language can ask of a container instance. Plain data.

export interface QueriedInstance {
  readonly agentConnected: boolean
  readonly agentVersion?: string
  /** Values by name; an attribute without a value has the empty one. */
  readonly attributes: ReadonlyMap<string, string>
  readonly ec2InstanceId?: string
  /** Epoch milliseconds. */
  readonly registeredAt: number
  readonly runningTasksCount: number
  /** Groups of the tasks that it has (`service:web`, `family:web`). */
  readonly taskGroups: ReadonlySet<string>
}
