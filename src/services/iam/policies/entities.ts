// Who has a managed policy: ListEntitiesForPolicy.
import type { ReadOp } from "../../../gate/index.ts"
import { pageOf } from "../pages.ts"
import { nameKey } from "../shapes.ts"
import { policyAt } from "./find.ts"

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html */
export const ListEntitiesForPolicy: ReadOp<"iam", "ListEntitiesForPolicy"> = (cx, input) => {
  const { policy } = policyAt(cx, input.PolicyArn)
  const key = `${cx.scope.account}/${policy.arn}`
  const { EntityFilter, PathPrefix = "/", PolicyUsageFilter } = input
  const attached = PolicyUsageFilter !== "PermissionsBoundary"
  const bounding = PolicyUsageFilter !== "PermissionsPolicy"
  const kind = (name: string): boolean => EntityFilter === undefined || EntityFilter === name
  const { tx } = cx
  const users = kind("User")
    ? [...(attached ? tx.iamUsers.by("attached", key) : []), ...(bounding ? tx.iamUsers.by("boundary", key) : [])]
    : []
  const roles = kind("Role")
    ? [...(attached ? tx.iamRoles.by("attached", key) : []), ...(bounding ? tx.iamRoles.by("boundary", key) : [])]
    : []
  const groups = kind("Group") && attached ? tx.iamGroups.by("attached", key) : []
  const all = [
    ...groups.map((row) => ({ kind: "group" as const, row })),
    ...users.map((row) => ({ kind: "user" as const, row })),
    ...roles.map((row) => ({ kind: "role" as const, row })),
  ].filter(({ row }) => row.path.startsWith(PathPrefix))
  // One that has the policy twice, attached and as its boundary, is one entity.
  const once = [...new Map(all.map((entity) => [`${entity.kind} ${nameKey(entity.row)}`, entity])).entries()]
  const { rows, frame } = pageOf(once, ([entity]) => entity, input)
  const found = rows.map(([, entity]) => entity)
  return {
    PolicyGroups: found.flatMap(({ kind, row }) => (kind === "group" ? { GroupName: row.name, GroupId: row.id } : [])),
    PolicyUsers: found.flatMap(({ kind, row }) => (kind === "user" ? { UserName: row.name, UserId: row.id } : [])),
    PolicyRoles: found.flatMap(({ kind, row }) => (kind === "role" ? { RoleName: row.name, RoleId: row.id } : [])),
    ...frame,
  }
}
