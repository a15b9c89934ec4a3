// StartTask: tasks on container instances that the caller chooses himself. What it has in common with RunTask is in
// run-task.ts and run-task/.
import type { Failure } from "@aws-sdk/client-ecs"
import type { Op } from "../../gate/index.ts"
import type { ContainerInstanceRow } from "../../state/index.ts"
import type { EcsPorts } from "./agent-operations.ts"
import { containerInstanceArn, lastPart } from "./arns.ts"
import { describeTask } from "./describe-task.ts"
import { checkAtMost, invalidParameter } from "./faults.ts"
import { findInstance } from "./find-instance.ts"
import { activeCluster, runnableTaskDefinition } from "./resolve.ts"
import { checkEc2, startOn } from "./run-task/ec2.ts"
import { taskNetwork } from "./run-task/network.ts"
import { echoOverrides, overriddenDefinition } from "./run-task/overrides.ts"
import { taskRoles } from "./run-task/roles.ts"
import { checkRest, tagsOf } from "./run-task.ts"

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html */
const mostInstances = 10

/** Starts one task on each instance that takes it; for each that does not a failure says why. */
export const startTask =
  ({ allowHostAccess = false }: Pick<EcsPorts, "allowHostAccess">): Op<"ecs", "StartTask"> =>
  (cx, input) => {
    const cluster = activeCluster(cx, input.cluster)
    const references = [...new Set(input.containerInstances ?? [])]
    if (references.length === 0) throw invalidParameter("Container Instances cannot be empty.")
    checkAtMost("containerInstances", references, mostInstances)
    const row = runnableTaskDefinition(cx, input.taskDefinition ?? "")
    const network = taskNetwork(cx, row.definition.networkMode, input.networkConfiguration)
    const overrides = echoOverrides(row.definition, input.overrides)
    const definition = overriddenDefinition(row.definition, input.overrides ?? {}, false)
    const tags = tagsOf(cluster, row, input)
    checkRest(row, definition, input)
    checkEc2(row, { networkConfiguration: input.networkConfiguration }, allowHostAccess)
    const missing: Failure[] = []
    const instances: ContainerInstanceRow[] = []
    for (const reference of references) {
      const instance = findInstance(cx, cluster, reference)
      const arn = instance?.arn ?? containerInstanceArn(cluster, cluster.name, lastPart(reference))
      if (!instance) missing.push({ arn, reason: "MISSING" })
      // One that drains takes no new tasks either; what AWS calls that is known nowhere.
      else if (instance.status !== "ACTIVE") missing.push({ arn, reason: "INACTIVE" })
      else instances.push(instance)
    }
    const roles = taskRoles(cx, definition)
    const plan = { cluster, row, definition, overrides, network, roles, tags, input }
    const { tasks, failures } = startOn(cx, plan, instances)
    return { tasks: tasks.map((task) => describeTask(cx.tx, task, true)), failures: [...missing, ...failures] }
  }
