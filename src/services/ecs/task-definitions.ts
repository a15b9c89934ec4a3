// Registering task definitions and ending them. Reading them is in task-definition-queries.ts, the checks in definition/.
import type { TaskDefinition } from "@aws-sdk/client-ecs"
import type { Input, Op } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { TaskDefinitionRow } from "../../state/index.ts"
import { taskDefinitionArn } from "./arns.ts"
import { checkDefinition } from "./definition/check.ts"
import { fillDefaults } from "./definition/defaults.ts"
import type { Definition } from "./definition/definition.ts"
import { describeTaskDefinition } from "./describe-task-definition.ts"
import { clientException, invalidParameter } from "./faults.ts"
import { checkTaskDefinitionName, findTaskDefinition, parseTaskDefinition } from "./resolve.ts"
import { present } from "./shape.ts"
import { checkTags, tagsOut } from "./tags.ts"

/** The members of the request that are the definition: all but tags and what this API does not know. */
const bodyOf = (input: Input<"ecs", "RegisterTaskDefinition">): Definition => {
  const { tags: _tags, ...body } = input
  return present(body) as Definition
}

/** Registers the next revision of a family. Throws ClientException with AWS's text for a bad definition. */
export const RegisterTaskDefinition: Op<"ecs", "RegisterTaskDefinition"> = (cx, input) => {
  const body = bodyOf(input)
  checkDefinition(body)
  // [field] hashicorp/terraform-provider-aws sends no empty list for this reason
  if (input.tags?.length === 0) throw clientException("Tags can not be empty.")
  const tags = checkTags(input.tags)
  const { account, region } = cx.scope
  const family = body.family ?? ""
  // Kept apart from the definitions: a revision is never used again, not even after its deletion.
  const revision = (cx.tx.families.get(`${scopeKey(cx.scope)}/${family}`)?.lastRevision ?? 0) + 1
  cx.tx.families.put({ account, region, family, lastRevision: revision })
  const row = cx.tx.taskDefinitions.insert({
    arn: taskDefinitionArn(cx.scope, family, revision),
    account,
    region,
    family,
    revision,
    status: "ACTIVE",
    registeredAt: cx.now,
    registeredBy: cx.caller.arn,
    definition: fillDefaults(body),
    tags,
  })
  return { taskDefinition: describeTaskDefinition(row), ...(tags.length > 0 ? { tags: tagsOut(tags) } : {}) }
}

/** Makes a revision INACTIVE at once; tasks and services that use it go on. Twice is no error. */
export const DeregisterTaskDefinition: Op<"ecs", "DeregisterTaskDefinition"> = (cx, input) => {
  const reference = input.taskDefinition ?? ""
  checkTaskDefinitionName(reference)
  // Both texts by the suite of getmoto/moto.
  if (parseTaskDefinition(reference)?.revision === undefined) throw clientException("Revision is missing.")
  const row = findTaskDefinition(cx, reference)
  if (!row) throw clientException("The specified task definition does not exist.")
  const inactive =
    row.status === "ACTIVE" ? cx.tx.taskDefinitions.patch(row.arn, { status: "INACTIVE", deregisteredAt: cx.now }) : row
  return { taskDefinition: describeTaskDefinition(inactive) }
}

const whyNotDeletable = (row: TaskDefinitionRow | undefined): string | undefined => {
  if (!row)
    return "The specified task definition does not exist. Specify a valid account, family, revision and try again."
  if (row.status !== "ACTIVE") return undefined
  return "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
}

/**
 * Asks for the deletion of up to 10 INACTIVE revisions. They are DELETE_IN_PROGRESS until nothing uses them
 * (see sweep.ts). What cannot be deleted is a failure, not an error.
 */
export const DeleteTaskDefinitions: Op<"ecs", "DeleteTaskDefinitions"> = (cx, input) => {
  const references = input.taskDefinitions ?? []
  if (references.length === 0) throw invalidParameter("Size of TaskDefinition references list must be greater than 0")
  if (references.length > 10) throw invalidParameter("Size of TaskDefinition references list cannot exceed 10")
  const deleted: TaskDefinition[] = []
  const failures: { arn: string; reason: string }[] = []
  for (const reference of references) {
    checkTaskDefinitionName(reference)
    const named = parseTaskDefinition(reference)
    if (named?.revision === undefined) throw clientException("Revision is missing.") // as of DeregisterTaskDefinition
    const row = findTaskDefinition(cx, reference)
    const reason = whyNotDeletable(row)
    if (!row || reason !== undefined) {
      failures.push({ arn: taskDefinitionArn(cx.scope, named.family, named.revision), reason: reason ?? "MISSING" })
      continue
    }
    const deleting =
      row.status === "INACTIVE"
        ? cx.tx.taskDefinitions.patch(row.arn, { status: "DELETE_IN_PROGRESS", deleteRequestedAt: cx.now })
        : row
    deleted.push(describeTaskDefinition(deleting))
  }
  return { taskDefinitions: deleted, failures }
}
