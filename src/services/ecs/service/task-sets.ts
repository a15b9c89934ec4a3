// The operations on task sets, for services whose deployments another program controls. Tasks are the controller's.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-external.html
import type { Scale } from "@aws-sdk/client-ecs"
import type { Cx, Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { ClusterRow, ServiceRow, TaskSetRow } from "../../../state/index.ts"
import type { EcsPorts } from "../agent-operations.ts"
import { clusterNameOf, taskSetArn } from "../arns.ts"
import { checkLongest, checkOneOf, invalidParameter } from "../faults.ts"
import { activeCluster, type Looking } from "../resolve.ts"
import { present } from "../shape.ts"
import { checkTags } from "../tags.ts"
import { computedDesiredCount, describeTaskSet, taskSetsOf } from "./describe-task-set.ts"
import { knownService } from "./find.ts"
import { checkLater } from "./later.ts"
import { checkTaskSetBalancers } from "./load-balancers.ts"
import { insertRevision, resolveRevision } from "./revision.ts"

/** [field] pipe-cd/pipecd#4692, aws-samples/ecs-bg-external-controller#6 */
const mostTaskSets = 5
const tokenForm = /^[\x21-\x7e]{1,36}$/

interface Named {
  readonly cluster?: string | undefined
  readonly service?: string | undefined
}

/** The service that is called upon to have task sets. */
const externalService = (cx: Looking, input: Named): { cluster: ClusterRow; service: ServiceRow } => {
  const cluster = activeCluster(cx, input.cluster)
  const service = knownService(cx, cluster, input.service ?? "")
  if (service.deploymentController !== "EXTERNAL") {
    // [field] hashicorp/terraform-provider-aws#30347
    throw invalidParameter(
      "Amazon ECS only supports task set management on services configured to use external deployment controllers.",
    )
  }
  return { cluster, service }
}

/** The same, for changes: a service that is being deleted takes none. */
const changeable = (cx: Looking, input: Named): { cluster: ClusterRow; service: ServiceRow } => {
  const found = externalService(cx, input)
  if (found.service.status !== "ACTIVE") throw fault("ServiceNotActiveException", "Service was not ACTIVE.")
  return found
}

/** A task set of the service by its ARN or id. */
const find = (cx: Looking, service: ServiceRow, reference: string): TaskSetRow | undefined =>
  cx.tx.taskSets.by("service", service.arn).find(({ arn, id }) => reference === arn || reference === id)

const known = (cx: Looking, service: ServiceRow, reference: string | undefined): TaskSetRow => {
  const set = find(cx, service, reference ?? "")
  if (!set) throw fault("TaskSetNotFoundException", "The specified task set was not found.") // text from memory
  return set
}

const scaleOf = (scale: Scale | undefined): TaskSetRow["scale"] => {
  checkOneOf("scale.unit", scale?.unit, ["PERCENT"])
  const value = scale?.value ?? 0
  if (!(value >= 0 && value <= 100)) throw invalidParameter("scale.value must be between 0 and 100.") // text from memory
  return { value, unit: "PERCENT" }
}

/** Makes a task set. The same token with the same parameters answers the one that is there. */
export const createTaskSet =
  ({ allowHostAccess = false }: Pick<EcsPorts, "allowHostAccess">): Op<"ecs", "CreateTaskSet"> =>
  (cx, input) => {
    const { cluster, service } = changeable(cx, input)
    const { clientToken, externalId } = input
    if (clientToken && !tokenForm.test(clientToken)) {
      throw invalidParameter("clientToken must be 1 to 36 ASCII characters between 33 and 126.") // text from memory
    }
    checkLongest("externalId", externalId, 1024)
    checkOneOf("launchType", input.launchType, ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])
    checkTaskSetBalancers(input.loadBalancers)
    checkLater(input)
    const scale = scaleOf(input.scale)
    const tags = checkTags(input.tags)
    const settings = resolveRevision(
      cx,
      cluster,
      { ...input, taskDefinition: input.taskDefinition ?? "" },
      service,
      allowHostAccess,
    )
    const sets = taskSetsOf(cx.tx, service)
    const made = clientToken ? sets.find((set) => set.clientToken === clientToken) : undefined
    if (made) {
      const {
        arn: _a,
        account: _b,
        region: _c,
        serviceArn: _d,
        createdAt: _e,
        images: _f,
        ...before
      } = cx.tx.serviceRevisions.get(made.revisionArn) ?? {}
      const same = [settings, scale, externalId ?? null, tags]
      if (JSON.stringify(same) !== JSON.stringify([before, made.scale, made.externalId ?? null, made.tags])) {
        throw invalidParameter("Creation of task set was not idempotent.") // text from memory, by that of services
      }
      return { taskSet: describeTaskSet(cx.tx, service, made, true) }
    }
    if (sets.length >= mostTaskSets) {
      throw invalidParameter(
        `${mostTaskSets} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.`,
      )
    }
    const id = `ecs-svc/${cx.ids.digits(19)}`
    const set = cx.tx.taskSets.insert({
      account: service.account,
      region: service.region,
      arn: taskSetArn(service, clusterNameOf(cluster.arn), service.name, id),
      id,
      serviceArn: service.arn,
      revisionArn: insertRevision(cx, service, settings).arn,
      status: "ACTIVE",
      scale,
      ...present({ externalId: externalId || undefined, clientToken: clientToken || undefined }),
      createdAt: cx.now,
      updatedAt: cx.now,
      tags,
      stabilityStatus: "STABILIZING",
      stabilityStatusAt: cx.now,
    })
    return { taskSet: describeTaskSet(cx.tx, service, set, true) }
  }

/** A set of which something changed has to become stable again. */
const change = (cx: Cx, set: TaskSetRow, patch: Partial<TaskSetRow>): TaskSetRow =>
  cx.tx.taskSets.patch(set.arn, {
    ...patch,
    updatedAt: cx.now,
    ...(set.stabilityStatus === "STEADY_STATE" && { stabilityStatus: "STABILIZING", stabilityStatusAt: cx.now }),
  })

/** Changes the scale of a task set, and nothing else. */
export const UpdateTaskSet: Op<"ecs", "UpdateTaskSet"> = (cx, input) => {
  const { service } = changeable(cx, input)
  const set = known(cx, service, input.taskSet)
  if (input.scale?.value === undefined) throw invalidParameter("scale must be specified.") // text from memory
  const scale = scaleOf(input.scale)
  if (set.status === "DRAINING") throw invalidParameter("The task set is DRAINING and cannot be updated.") // text from memory
  const isSame = scale.value === set.scale.value
  return { taskSet: describeTaskSet(cx.tx, service, isSame ? set : change(cx, set, { scale }), true) }
}

/** Deletes a task set: DRAINING until its tasks are gone. Without `force` it must have been scaled to 0, and not be PRIMARY. */
export const DeleteTaskSet: Op<"ecs", "DeleteTaskSet"> = (cx, input) => {
  const { service } = externalService(cx, input)
  const set = known(cx, service, input.taskSet)
  if (set.status === "DRAINING") return { taskSet: describeTaskSet(cx.tx, service, set, true) }
  if (!input.force && set.status === "PRIMARY") {
    // That it needs force: hashicorp/terraform-provider-aws#30839; the text is from memory.
    throw invalidParameter("The task set is the primary task set of the service and cannot be deleted without force.")
  }
  if (!input.force && computedDesiredCount(service, set) > 0) {
    throw invalidParameter("The task set cannot be stopped while it is scaled above 0.") // from memory, by that of services
  }
  // The published output of delete-task-set shows a scale of 0 and no tasks wanted.
  const draining = change(cx, set, { status: "DRAINING", scale: { value: 0, unit: "PERCENT" }, tags: [] })
  return { taskSet: describeTaskSet(cx.tx, service, draining, true) }
}

/** Describes task sets of a service, all when none are named; those that are unknown are failures. */
export const DescribeTaskSets: ReadOp<"ecs", "DescribeTaskSets"> = (cx, input) => {
  checkOneOf("include", input.include?.[0], ["TAGS"])
  const { service } = externalService(cx, input)
  const withTags = input.include?.includes("TAGS") ?? false
  const references = input.taskSets?.length ? [...new Set(input.taskSets)] : undefined
  const found = references
    ? references.map((reference) => ({ reference, set: find(cx, service, reference) }))
    : taskSetsOf(cx.tx, service).map((set) => ({ reference: set.arn, set }))
  const cluster = clusterNameOf(service.clusterArn)
  const named = (reference: string) =>
    reference.startsWith("arn:") ? reference : taskSetArn(service, cluster, service.name, reference)
  return {
    taskSets: found.flatMap(({ set }) => (set ? [describeTaskSet(cx.tx, service, set, withTags)] : [])),
    failures: found.flatMap(({ reference, set }) => (set ? [] : [{ arn: named(reference), reason: "MISSING" }])),
  }
}

/** Makes a task set the one whose settings DescribeServices shows; the one before it is ACTIVE again. */
export const UpdateServicePrimaryTaskSet: Op<"ecs", "UpdateServicePrimaryTaskSet"> = (cx, input) => {
  const { service } = changeable(cx, input)
  const set = known(cx, service, input.primaryTaskSet)
  if (set.status === "DRAINING") throw invalidParameter("The task set is DRAINING and cannot be primary.") // text from memory
  for (const other of cx.tx.taskSets.by("service", service.arn)) {
    if (other.status === "PRIMARY" && other.arn !== set.arn) {
      cx.tx.taskSets.patch(other.arn, { status: "ACTIVE", updatedAt: cx.now })
    }
  }
  const primary = cx.tx.taskSets.patch(set.arn, { status: "PRIMARY", updatedAt: cx.now })
  return { taskSet: describeTaskSet(cx.tx, service, primary, true) }
}
