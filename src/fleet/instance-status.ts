// What an agent's health checks of its host say (PublishInstanceStatusRequest), kept for DescribeContainerInstances.
import type { PublishInstanceStatusRequest } from "../protocol/index.ts"
import type { InstanceHealthRow, State } from "../state/index.ts"

type Check = InstanceHealthRow["checks"][number]

/** Agents write types in another case than the API: ecs-agent-protocol.md section 14. */
const types: ReadonlyMap<unknown, string> = new Map([
  ["ContainerRuntime", "CONTAINER_RUNTIME"],
  ["EBSDaemon", "DAEMON"],
  ["ACCELERATED_COMPUTE", "ACCELERATED_COMPUTE"],
])
const statuses: ReadonlySet<unknown> = new Set<Check["status"]>(["OK", "IMPAIRED", "INSUFFICIENT_DATA", "INITIALIZING"])

export interface StatusSource {
  readonly state: State
  readonly instanceArn: string
  /** The time of the cloud clock. */
  readonly cloudNow: () => number
}

/** Nothing of a frame is of any type until it is looked at. Checks that the API has no word for are left out. */
export const takeInstanceStatus = (
  { state, instanceArn, cloudNow }: StatusSource,
  request: PublishInstanceStatusRequest,
): void => {
  const now = cloudNow()
  state.transact((tx) => {
    const instance = tx.containerInstances.get(instanceArn)
    if (!instance || !Array.isArray(request.statuses)) return
    const row = tx.instanceHealth.get(instanceArn)
    const known = new Map(row?.checks.map((check) => [check.type, check]))
    for (const said of request.statuses as readonly (Readonly<Record<string, unknown>> | null)[]) {
      const type = types.get(said?.type)
      if (type === undefined || !statuses.has(said?.status)) continue
      const status = said?.status as Check["status"]
      const before = known.get(type)
      known.set(type, {
        type,
        status,
        ...(typeof said?.statusReason === "string" && said.statusReason && { statusReason: said.statusReason }),
        lastUpdated: now,
        lastStatusChange: before?.status === status ? before.lastStatusChange : now,
      })
    }
    if (known.size === 0) return
    const { account, region } = instance
    const checks = [...known.values()]
    if (row) tx.instanceHealth.patch(instanceArn, { checks })
    else tx.instanceHealth.insert({ containerInstanceArn: instanceArn, account, region, checks })
  })
}
