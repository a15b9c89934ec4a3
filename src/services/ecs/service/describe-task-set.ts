// A task set as the API shows it, with how many tasks it is to have and has. Reads only.
import type { TaskSet } from "@aws-sdk/client-ecs"
import type { ServiceRow, TaskSetRow, View } from "../../../state/index.ts"
import { date, present } from "../shape.ts"
import { tagsOut } from "../tags.ts"
import { countsByDeployment, noCounts } from "./counts.ts"
import { balancersOut } from "./load-balancers.ts"
import { shownSettings } from "./shown-settings.ts"

/** How many tasks a task set is to have: its share of the service's, rounded up (API_TaskSet). */
export const computedDesiredCount = (service: ServiceRow, set: Pick<TaskSetRow, "scale" | "status">): number =>
  set.status === "DRAINING" || service.status !== "ACTIVE"
    ? 0
    : Math.ceil((service.desiredCount * set.scale.value) / 100)

/** Of a service, in the order in which they were made. */
export const taskSetsOf = (view: View, service: ServiceRow): readonly TaskSetRow[] =>
  [...view.taskSets.by("service", service.arn)].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))

/** The one that DescribeServices shows as the service's own. */
export const primaryTaskSet = (view: View, service: ServiceRow): TaskSetRow | undefined =>
  view.taskSets.by("service", service.arn).find(({ status }) => status === "PRIMARY")

/** The form of the published outputs of create-task-set and describe-task-sets, with the ARNs that the API has since. */
export const describeTaskSet = (view: View, service: ServiceRow, set: TaskSetRow, withTags = false): TaskSet => {
  const { running, pending } = countsByDeployment(view, service.arn).get(set.id) ?? noCounts
  const revision = view.serviceRevisions.get(set.revisionArn)
  if (!revision) throw new Error(`${set.arn} has no revision`)
  return present<TaskSet>({
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    externalId: set.externalId,
    status: set.status,
    ...shownSettings(view, revision),
    computedDesiredCount: computedDesiredCount(service, set),
    pendingCount: pending,
    runningCount: running,
    createdAt: date(set.createdAt),
    updatedAt: date(set.updatedAt),
    loadBalancers: balancersOut(revision.loadBalancers),
    serviceRegistries: [],
    scale: { ...set.scale },
    stabilityStatus: set.stabilityStatus,
    stabilityStatusAt: date(set.stabilityStatusAt),
    tags: withTags ? tagsOut(set.tags) : undefined,
  })
}
