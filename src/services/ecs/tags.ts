// Tags: what may be one, merging, and the three tag operations over every kind of resource that ECS has so far.
// Tags of a resource are a column of its row.
import type { Tag } from "@aws-sdk/client-ecs"
import type { Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault, parseArn } from "../../kernel/index.ts"
import type { TaskRow, Tx, View } from "../../state/index.ts"
import { clusterNotFound, invalidParameter } from "./faults.ts"
import { isVisible, type Looking } from "./resolve.ts"
import { speaksFor } from "./speaks-for.ts"

/** A tag as rows keep it. */
export interface KeptTag {
  readonly key: string
  readonly value: string
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html#tag-restrictions */
const mostTags = 50
const longestKey = 128
const longestValue = 256
const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Keys of ECS's own: a caller neither gives nor takes them, and they do not count. */
const isReserved = (key: string): boolean => /^aws:/i.test(key)

const isFew = (tags: readonly KeptTag[]): boolean => tags.filter((tag) => !isReserved(tag.key)).length <= mostTags

/** Refuses more tags than a resource can have. */
export const checkCount = (tags: readonly KeptTag[]): void => {
  if (!isFew(tags)) {
    throw invalidParameter(`The number of tags exceeds the maximum of ${mostTags}.`) // text from memory
  }
}

/** Checks tags that a caller gave and answers them as rows keep them. Throws InvalidParameterException (texts from memory). */
export const checkTags = (tags: readonly Tag[] | undefined): readonly KeptTag[] => {
  const kept = (tags ?? []).map(({ key = "", value = "" }) => ({ key, value }))
  checkCount(kept)
  const seen = new Set<string>()
  for (const { key, value } of kept) {
    if (key === "" || key.length > longestKey || !allowed.test(key)) {
      throw invalidParameter(`Tag key '${key}' must be 1 to ${longestKey} letters, numbers, spaces or any of _.:/=+-@.`)
    }
    if (value.length > longestValue || !allowed.test(value)) {
      throw invalidParameter(
        `The value of tag '${key}' must be up to ${longestValue} letters, numbers, spaces or any of _.:/=+-@.`,
      )
    }
    if (isReserved(key)) throw invalidParameter(`Tag key '${key}' is invalid: the prefix aws: is reserved.`)
    if (seen.has(key)) throw invalidParameter(`Duplicate tag key '${key}'.`)
    seen.add(key)
  }
  return kept
}

/** `added` over `tags`: a key that is there keeps its place and gets the new value. */
export const mergeTags = (tags: readonly KeptTag[], added: readonly KeptTag[]): readonly KeptTag[] => {
  const merged = new Map(tags.map((tag) => [tag.key, tag.value]))
  for (const tag of added) merged.set(tag.key, tag.value)
  return [...merged].map(([key, value]) => ({ key, value }))
}

/** The tags of an answer: mutable copies, as the SDK types them. */
export const tagsOut = (tags: readonly KeptTag[]): Tag[] => tags.map((tag) => ({ ...tag }))

/** The tags of a task: none once it has stopped, for "any tags associated with the task are deleted" (API_StopTask). */
export const taskTags = (task: TaskRow): readonly KeptTag[] => (task.lastStatus === "STOPPED" ? [] : task.tags)

type TaggedTable = "clusters" | "taskDefinitions" | "tasks" | "containerInstances" | "services" | "taskSets"

interface Tagged {
  readonly table: TaggedTable
  readonly arn: string
  readonly tags: readonly KeptTag[]
}

/** ResourceNotFoundException is an error of tagging and untagging only; reading has to do with another (texts from memory). */
const notFound = (arn: string, isRead: boolean) =>
  isRead
    ? invalidParameter(`The specified resource was not found. Specify a valid resource ARN and try again: ${arn}`)
    : fault("ResourceNotFoundException", "The specified resource wasn't found.")

/** What has a cluster in the new form of its ARN. */
const longKinds: readonly string[] = ["service", "task", "container-instance", "task-set"]

/** The resource that an ARN names, with its tags. Throws AWS's error of its kind. */
const findTagged = (cx: Looking & { now: number }, arn: string | undefined, isRead = false): Tagged => {
  const parsed = arn === undefined ? undefined : parseArn(arn)
  if (
    arn === undefined ||
    parsed?.service !== "ecs" ||
    parsed.account !== cx.scope.account ||
    parsed.region !== cx.scope.region
  ) {
    throw invalidParameter("Invalid arn syntax.") // text from memory
  }
  const kind = parsed.resource.slice(0, parsed.resource.indexOf("/"))
  const found = (table: TaggedTable, row: { tags: readonly KeptTag[] } | undefined): Tagged => {
    if (!row) throw notFound(arn, isRead)
    return { table, arn, tags: row.tags }
  }
  // [field] reproio/ecs_deploy#49, turbot/steampipe-plugin-aws#1247
  if (longKinds.includes(kind) && parsed.resource.split("/").length < 3) {
    throw invalidParameter("Long arn format must be used for tagging operations")
  }
  const view: View = cx.tx
  switch (kind) {
    case "cluster": {
      const row = view.clusters.get(arn)
      if (!row) throw clusterNotFound()
      // [field] gruntwork-io/cloud-nuke#145, hashicorp/terraform-provider-aws#35524
      if (row.status !== "ACTIVE") {
        throw invalidParameter("The specified cluster is inactive. Specify an active cluster and try again.")
      }
      return found("clusters", row)
    }
    case "task-definition":
      return found("taskDefinitions", view.taskDefinitions.get(arn))
    case "service": {
      const row = view.services.get(arn)
      // By the text for clusters.
      if (row?.status === "INACTIVE") {
        throw invalidParameter("The specified service is inactive. Specify an active service and try again.")
      }
      return found("services", row)
    }
    case "task-set": {
      const row = view.taskSets.get(arn)
      return found("taskSets", row?.status === "DRAINING" ? undefined : row)
    }
    case "task": {
      const row = view.tasks.get(arn)
      return found("tasks", row && isVisible(row, cx.now) ? { tags: taskTags(row) } : undefined)
    }
    case "container-instance": {
      const row = view.containerInstances.get(arn)
      return found("containerInstances", row && !row.pool && row.status !== "INACTIVE" ? row : undefined)
    }
    default:
      throw notFound(arn, isRead)
  }
}

const keep = (tx: Tx, tagged: Tagged, tags: readonly KeptTag[]): void => {
  if (!isFew(tags)) throw fault("LimitExceededException", "The limit for the resource was exceeded.") // from memory
  if (tagged.table === "tasks" && tx.tasks.get(tagged.arn)?.lastStatus === "STOPPED") {
    throw invalidParameter("The specified task is stopped. Specify a running task and try again.") // text from memory
  }
  // One call for each table: a union of tables has no common type of change.
  if (tagged.table === "clusters") tx.clusters.patch(tagged.arn, { tags })
  else if (tagged.table === "taskDefinitions") tx.taskDefinitions.patch(tagged.arn, { tags })
  else if (tagged.table === "services") tx.services.patch(tagged.arn, { tags })
  else if (tagged.table === "taskSets") tx.taskSets.patch(tagged.arn, { tags })
  else if (tagged.table === "tasks") tx.tasks.patch(tagged.arn, { tags })
  else tx.containerInstances.patch(tagged.arn, { tags })
}

/** Adds or replaces tags of a resource. */
export const TagResource: Op<"ecs", "TagResource"> = (cx, input) => {
  const tagged = findTagged(cx, input.resourceArn)
  keep(cx.tx, tagged, mergeTags(tagged.tags, checkTags(input.tags)))
  return {}
}

/** Removes tags by their keys; keys that are not there are no error. */
export const UntagResource: Op<"ecs", "UntagResource"> = (cx, input) => {
  const tagged = findTagged(cx, input.resourceArn)
  const gone = new Set(input.tagKeys)
  for (const key of gone) {
    if (isReserved(key)) throw invalidParameter(`Tag key '${key}' is invalid: the prefix aws: is reserved.`) // from memory
  }
  keep(
    cx.tx,
    tagged,
    tagged.tags.filter((tag) => !gone.has(tag.key)),
  )
  return {}
}

/** A host of ours may have tasks of any account and region, and asks for the tags of those and of nothing else. */
const tagsForHost = (cx: ReadCx, arn: string | undefined): readonly KeptTag[] => {
  const task = cx.tx.tasks.get(arn ?? "")
  if (task && speaksFor(cx, task)) return taskTags(task)
  throw fault("AccessDeniedException", `${cx.caller.arn} may not read the tags of what was not placed on its host.`)
}

/** The tags of a resource. */
export const ListTagsForResource: ReadOp<"ecs", "ListTagsForResource"> = (cx, input) => {
  const isHost = cx.caller.machineId !== undefined
  return { tags: tagsOut(isHost ? tagsForHost(cx, input.resourceArn) : findTagged(cx, input.resourceArn, true).tags) }
}
