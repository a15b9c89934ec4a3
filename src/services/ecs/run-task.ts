// RunTask: checks a call and writes the records of its tasks. Nothing is waited for: networks, hosts and images are
// pursued by the controllers afterwards. Parts of the work are in run-task/.
import type { Cx, Input, Op } from "../../gate/index.ts"
import type { ClusterRow, TaskDefinitionRow, TaskOverrides, TaskRow } from "../../state/index.ts"
import { settingFor } from "./account-setting-values.ts"
import { containerArn, taskArn } from "./arns.ts"
import type { Definition } from "./definition/definition.ts"
import { describeTask } from "./describe-task.ts"
import { checkOneOf, invalidParameter, notYet } from "./faults.ts"
import { activeCluster, runnableTaskDefinition } from "./resolve.ts"
import { type Capacity, chooseCapacity, platformVersionOf } from "./run-task/capacity-choice.ts"
import { knownAnswer, rememberToken } from "./run-task/client-token.ts"
import { type TaskNetwork, taskNetwork } from "./run-task/network.ts"
import { echoOverrides, newContainers, overriddenDefinition, storageOf } from "./run-task/overrides.ts"
import { present } from "./shape.ts"
import { checkTags, type KeptTag, mergeTags } from "./tags.ts"

type RunTaskInput = Input<"ecs", "RunTask">

/** Everything that the tasks of one call have in common. */
interface Plan {
  readonly cluster: ClusterRow
  readonly row: TaskDefinitionRow
  /** With the overrides merged in. */
  readonly definition: Definition
  readonly overrides: TaskOverrides
  readonly network: TaskNetwork | undefined
  readonly tags: readonly KeptTag[]
  readonly input: RunTaskInput
}

const tagsOf = (cluster: ClusterRow, row: TaskDefinitionRow, input: RunTaskInput): readonly KeptTag[] => {
  checkOneOf("propagateTags", input.propagateTags, ["TASK_DEFINITION", "SERVICE", "NONE"])
  if (input.propagateTags === "SERVICE") {
    throw invalidParameter("propagateTags SERVICE is not valid for a task that is not part of a service.") // from memory
  }
  const propagated = input.propagateTags === "TASK_DEFINITION" ? row.tags : []
  const managed = input.enableECSManagedTags ? [{ key: "aws:ecs:clusterName", value: cluster.name }] : []
  return mergeTags(mergeTags(managed, propagated), checkTags(input.tags))
}

const checkRest = (row: TaskDefinitionRow, input: RunTaskInput): void => {
  if (input.volumeConfigurations?.length || row.definition.volumes?.some((volume) => volume.configuredAtLaunch)) {
    throw notYet("volumes that are configured at launch (volumeConfigurations of ecs:RunTask)")
  }
  if (row.definition.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS")) {
    throw notYet("Windows tasks in ecs:RunTask")
  }
  if ((input.startedBy?.length ?? 0) > 128) throw invalidParameter("startedBy must be at most 128 characters.") // from memory
}

const newTask = (cx: Cx, plan: Plan, capacity: Capacity, turn: number): TaskRow => {
  const { cluster, row, definition, input, network } = plan
  const id = cx.ids.hex(32)
  const subnet = network?.subnets[turn % network.subnets.length]
  return {
    arn: taskArn(cluster, cluster.name, id),
    id,
    account: cluster.account,
    region: cluster.region,
    clusterArn: cluster.arn,
    taskDefinitionArn: row.arn,
    ...capacity,
    platformVersion: platformVersionOf(input.platformVersion),
    platformFamily: "Linux",
    ephemeralStorageGiB: storageOf(definition),
    ...present({
      cpu: definition.cpu,
      memory: definition.memory,
      startedBy: input.startedBy || undefined,
      networkConfiguration: network?.configuration,
      availabilityZone: subnet?.availabilityZone,
    }),
    group: input.group || `family:${row.family}`,
    overrides: plan.overrides,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    logDriverMode: settingFor(cx, "defaultLogDriverMode"),
    tags: plan.tags,
    containers: newContainers(definition, () => containerArn(cluster, cluster.name, id, cx.ids.uuid())),
    createdAt: cx.now,
    desiredStatus: "RUNNING",
    observed: { containers: {} },
    lastStatus: "PROVISIONING",
    steps: [],
    attachments: subnet
      ? [
          {
            id: cx.ids.uuid(),
            type: "ElasticNetworkInterface",
            status: "PRECREATED",
            details: [{ name: "subnetId", value: subnet.id }],
          },
        ]
      : [],
    version: 1,
    announced: "",
  }
}

/** Placement on container instances is a later part: an empty cluster gets AWS's own error, any other says so. */
const refuseEc2 = (cx: Cx, cluster: ClusterRow): never => {
  if (cx.tx.containerInstances.count("cluster", cluster.arn) === 0) {
    throw invalidParameter("No Container Instances were found in your cluster.")
  }
  throw notYet("placement on container instances (launch type EC2 of ecs:RunTask)")
}

/**
 * Starts 1 to 10 tasks on Fargate and answers them as PROVISIONING. A known clientToken answers the tasks of its first
 * call. Throws AWS's errors for everything that does not fit together; nothing is started then.
 */
export const RunTask: Op<"ecs", "RunTask"> = (cx, input) => {
  const cluster = activeCluster(cx, input.cluster)
  const known = knownAnswer(cx, cluster, input)
  if (known) return { tasks: known, failures: [] }
  const count = input.count ?? 1
  if (!Number.isInteger(count) || count < 1 || count > 10) throw invalidParameter("count must be between 1 and 10.") // from memory
  const row = runnableTaskDefinition(cx, input.taskDefinition ?? "")
  const capacities = chooseCapacity(cluster, row, input, count)
  const isFargate = capacities.every((capacity) => capacity.launchType === "FARGATE")
  const network = taskNetwork(cx, row.definition.networkMode, input.networkConfiguration)
  const overrides = echoOverrides(row.definition, input.overrides)
  const definition = overriddenDefinition(row.definition, input.overrides ?? {}, isFargate)
  const tags = tagsOf(cluster, row, input)
  checkRest(row, input)
  if (!isFargate) refuseEc2(cx, cluster)
  const plan: Plan = { cluster, row, definition, overrides, network, tags, input }
  // Spread over the subnets from a random one on: many calls of one task must not all land in the first zone.
  const first = network ? cx.ids.below(network.subnets.length) : 0
  const tasks = capacities.map((capacity, i) => cx.tx.tasks.insert(newTask(cx, plan, capacity, first + i)))
  rememberToken(
    cx,
    cluster,
    input,
    tasks.map((task) => task.arn),
  )
  return { tasks: tasks.map((task) => describeTask(cx.tx, task, true)), failures: [] }
}
