// RunTask: checks a call and writes the records of its tasks. Nothing is waited for: networks, hosts and images are
// pursued by the controllers afterwards. Parts of the work are in run-task/.
import type { Cx, Input, Op } from "../../gate/index.ts"
import type { ClusterRow, TaskDefinitionRow } from "../../state/index.ts"
import type { EcsPorts } from "./agent-operations.ts"
import type { Definition } from "./definition/definition.ts"
import { describeTask } from "./describe-task.ts"
import { checkLongest, checkOneOf, invalidParameter, notYet } from "./faults.ts"
import { activeCluster, runnableTaskDefinition } from "./resolve.ts"
import { type Capacity, chooseCapacity } from "./run-task/capacity-choice.ts"
import { knownAnswer, rememberToken } from "./run-task/client-token.ts"
import { checkEc2, checkInstances, type Started, startPlaced } from "./run-task/ec2.ts"
import { taskNetwork } from "./run-task/network.ts"
import { newTask, type Plan } from "./run-task/new-task.ts"
import { echoOverrides, overriddenDefinition } from "./run-task/overrides.ts"
import { insertTask, taskRoles } from "./run-task/roles.ts"
import { checkCount, checkTags, type KeptTag, mergeTags } from "./tags.ts"

type RunTaskInput = Input<"ecs", "RunTask">

/** The tags of new tasks: managed ones, those of the definition when asked for, and the caller's on top. */
export const tagsOf = (
  cluster: ClusterRow,
  row: TaskDefinitionRow,
  input: Pick<RunTaskInput, "enableECSManagedTags" | "propagateTags" | "tags">,
): readonly KeptTag[] => {
  checkOneOf("propagateTags", input.propagateTags, ["TASK_DEFINITION", "SERVICE", "NONE"])
  if (input.propagateTags === "SERVICE") {
    throw invalidParameter("propagateTags SERVICE is not valid for a task that is not part of a service.") // from memory
  }
  const propagated = input.propagateTags === "TASK_DEFINITION" ? row.tags : []
  const managed = input.enableECSManagedTags ? [{ key: "aws:ecs:clusterName", value: cluster.name }] : []
  const tags = mergeTags(mergeTags(managed, propagated), checkTags(input.tags))
  checkCount(tags)
  return tags
}

/** Refuses what no task can be started with (yet). `definition` has the overrides merged in. */
export const checkRest = (
  row: TaskDefinitionRow,
  definition: Definition,
  input: Pick<RunTaskInput, "enableExecuteCommand" | "referenceId" | "startedBy" | "volumeConfigurations">,
): void => {
  if (input.volumeConfigurations?.length || row.definition.volumes?.some((volume) => volume.configuredAtLaunch)) {
    throw notYet("volumes that are configured at launch (volumeConfigurations)")
  }
  if (row.definition.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS")) {
    throw notYet("Windows tasks")
  }
  checkLongest("startedBy", input.startedBy, 128)
  checkLongest("referenceId", input.referenceId, 1024)
  // [field] boto/boto3#3173
  if (input.enableExecuteCommand && !definition.taskRoleArn) {
    throw invalidParameter(
      "The execute command failed because a valid task role is not being used. Specify a valid task role in your task definition or as a task override and try again.",
    )
  }
}

/** The record of every task of a call on Fargate, spread over the subnets. */
const startOnFargate = (cx: Cx, plan: Plan, capacities: readonly Capacity[]): Started => {
  const { network } = plan
  // From a random one on: many calls of one task must not all land in the first zone.
  const first = network ? cx.ids.below(network.subnets.length) : 0
  const tasks = capacities.map((capacity, i) => {
    const subnet = network?.subnets[(first + i) % network.subnets.length]
    return insertTask(cx, plan.roles, newTask(cx, plan, { capacity, subnet }))
  })
  return { tasks, failures: [] }
}

/**
 * Starts 1 to 10 tasks and answers them: on Fargate as PROVISIONING, on container instances as PENDING, with a failure
 * for each instance that has no room when not all could be placed. A known clientToken answers the tasks of its first
 * call. Throws AWS's errors for everything that does not fit together; nothing is started then.
 */
export const runTask =
  ({ allowHostAccess = false }: Pick<EcsPorts, "allowHostAccess">): Op<"ecs", "RunTask"> =>
  (cx, input) => {
    const cluster = activeCluster(cx, input.cluster)
    const known = knownAnswer(cx, cluster, input)
    if (known) return { ...known }
    const count = input.count ?? 1
    if (!Number.isInteger(count) || count < 1 || count > 10) throw invalidParameter("count must be between 1 and 10.") // from memory
    const row = runnableTaskDefinition(cx, input.taskDefinition ?? "")
    const capacities = chooseCapacity(cluster, row, input, count)
    const isFargate = capacities.every((capacity) => capacity.launchType === "FARGATE")
    const network = taskNetwork(cx, row.definition.networkMode, input.networkConfiguration)
    const overrides = echoOverrides(row.definition, input.overrides)
    const definition = overriddenDefinition(row.definition, input.overrides ?? {}, isFargate)
    const tags = tagsOf(cluster, row, input)
    checkRest(row, definition, input)
    if (!isFargate) {
      checkInstances(cx, cluster)
      checkEc2(row, input, allowHostAccess)
    }
    const roles = taskRoles(cx, definition)
    const plan: Plan = { cluster, row, definition, overrides, network, roles, tags, input }
    const { tasks, failures } = isFargate ? startOnFargate(cx, plan, capacities) : startPlaced(cx, plan, count, input)
    // A call that has started nothing may be tried again under its token.
    if (tasks.length > 0) {
      rememberToken(cx, cluster, input, { taskArns: tasks.map((task) => task.arn), failures })
    }
    return { tasks: tasks.map((task) => describeTask(cx.tx, task, true)), failures }
  }
