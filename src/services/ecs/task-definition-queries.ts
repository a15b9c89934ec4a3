// Reading task definitions: one by reference, and the two lists.
import type { ReadCx, ReadOp } from "../../gate/index.ts"
import { scopeKey } from "../../kernel/index.ts"
import type { TaskDefinitionRow } from "../../state/index.ts"
import { describeTaskDefinition } from "./describe-task-definition.ts"
import { checkOneOf, clientException } from "./faults.ts"
import { cut, nextToken, pageOf } from "./pages.ts"
import { checkTaskDefinitionName, findTaskDefinition } from "./resolve.ts"
import { tagsOut } from "./tags.ts"

/** One revision: the latest ACTIVE of a family, or the one that is named. */
export const DescribeTaskDefinition: ReadOp<"ecs", "DescribeTaskDefinition"> = (cx, input) => {
  checkTaskDefinitionName(input.taskDefinition)
  for (const field of input.include ?? []) checkOneOf("include", field, ["TAGS"])
  const row = findTaskDefinition(cx, input.taskDefinition ?? "")
  if (!row) throw clientException("Unable to describe task definition.")
  return {
    taskDefinition: describeTaskDefinition(row),
    ...(input.include?.includes("TAGS") ? { tags: tagsOut(row.tags) } : {}),
  }
}

/** Orders revisions by number within their family, as text. */
const orderOf = (row: TaskDefinitionRow): string => `${row.family} ${String(row.revision).padStart(10, "0")}`

/** ARNs by family and revision. `familyPrefix` is a whole family name here, whatever it is called. */
export const ListTaskDefinitions: ReadOp<"ecs", "ListTaskDefinitions"> = (cx, input) => {
  const { familyPrefix, status = "ACTIVE", sort = "ASC" } = input
  checkOneOf("status", status, ["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"])
  checkOneOf("sort", sort, ["ASC", "DESC"])
  const list = `ListTaskDefinitions ${familyPrefix ?? ""} ${status} ${sort}`
  const asked = pageOf(list, input)
  const scope = scopeKey(cx.scope)
  const all = familyPrefix
    ? cx.tx.taskDefinitions.by("family", `${scope}/${familyPrefix}`)
    : cx.tx.taskDefinitions.by("scope", scope)
  const direction = sort === "DESC" ? -1 : 1
  const sorted = all
    .filter((row) => row.status === status)
    .sort((a, b) => direction * (orderOf(a) < orderOf(b) ? -1 : 1))
  const page = cut(sorted, orderOf, asked, sort)
  return { taskDefinitionArns: page.rows.map((row) => row.arn), ...nextToken(list, page.next) }
}

const hasActive = (cx: ReadCx, family: string): boolean =>
  cx.tx.taskDefinitions.by("family", `${scopeKey(cx.scope)}/${family}`).some((row) => row.status === "ACTIVE")

/** Names of families, ACTIVE (one revision at least is) and INACTIVE alike unless asked. Here the prefix is a prefix. */
export const ListTaskDefinitionFamilies: ReadOp<"ecs", "ListTaskDefinitionFamilies"> = (cx, input) => {
  const { familyPrefix = "", status = "ALL" } = input
  checkOneOf("status", status, ["ACTIVE", "INACTIVE", "ALL"])
  const list = `ListTaskDefinitionFamilies ${familyPrefix} ${status}`
  const asked = pageOf(list, input)
  const names = cx.tx.families
    .by("scope", scopeKey(cx.scope))
    .map((row) => row.family)
    .filter((family) => family.startsWith(familyPrefix))
    // A family whose revisions were all deleted is not listed, though its numbers are remembered.
    .filter((family) => cx.tx.taskDefinitions.count("family", `${scopeKey(cx.scope)}/${family}`) > 0)
    .filter((family) => status === "ALL" || hasActive(cx, family) === (status === "ACTIVE"))
    .sort()
  const page = cut(names, (name) => name, asked)
  return { families: [...page.rows], ...nextToken(list, page.next) }
}
