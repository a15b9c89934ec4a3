// Groups of users: made, changed, listed, deleted, and who is in them.
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { iamKey, newUniqueId } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { aboutNamed, aboutNew, groupNamed, userNamed } from "../find.ts"
import { type About, changing, type Part, reading } from "../operation.ts"
import { pageOf } from "../pages.ts"
import { checkQuota } from "../quotas.ts"
import { groupShape, nameKey, userInList } from "../shapes.ts"

const exists = (name: string) => fault("EntityAlreadyExists", `Group with name ${name} already exists.`)

const CreateGroup: Op<"iam", "CreateGroup"> = (cx, { GroupName: name = "", Path: path = "/" }) => {
  const { account } = cx.scope
  if (cx.tx.iamGroups.has(iamKey(account, name))) throw exists(name)
  checkQuota("Groups", cx.tx.iamGroups.count("account", account))
  const group = cx.tx.iamGroups.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "AGPA"),
    path,
    arn: arnOf("group", account, path, name),
    createdAt: cx.now,
    attached: [],
    inline: [],
  })
  return { Group: groupShape(group) }
}

const GetGroup: ReadOp<"iam", "GetGroup"> = (cx, { GroupName, ...paging }) => {
  const group = groupNamed(cx, GroupName)
  const { rows, frame } = pageOf(cx.tx.iamUsers.by("group", nameKey(group)), nameKey, paging)
  return { Group: groupShape(group), Users: rows.map(userInList), ...frame }
}

const ListGroups: ReadOp<"iam", "ListGroups"> = (cx, { PathPrefix = "/", ...paging }) => {
  const groups = cx.tx.iamGroups.by("account", cx.scope.account).filter(({ path }) => path.startsWith(PathPrefix))
  const { rows, frame } = pageOf(groups, nameKey, paging)
  return { Groups: rows.map(groupShape), ...frame }
}

const ListGroupsForUser: ReadOp<"iam", "ListGroupsForUser"> = (cx, { UserName, ...paging }) => {
  const groups = userNamed(cx, UserName).groups.flatMap((key) => cx.tx.iamGroups.get(key) ?? [])
  const { rows, frame } = pageOf(groups, nameKey, paging)
  return { Groups: rows.map(groupShape), ...frame }
}

/** The members of a group that gets another name go with it. */
const UpdateGroup: Op<"iam", "UpdateGroup"> = (cx, { GroupName, NewGroupName, NewPath }) => {
  const group = groupNamed(cx, GroupName)
  const name = NewGroupName ?? group.name
  const path = NewPath ?? group.path
  const [old, key] = [nameKey(group), iamKey(group.account, name)]
  if (key !== old && cx.tx.iamGroups.has(key)) throw exists(name)
  const members = cx.tx.iamUsers.by("group", old)
  if (key !== old) cx.tx.iamGroups.delete(old)
  cx.tx.iamGroups.put({ ...group, name, path, arn: arnOf("group", group.account, path, name) })
  if (key !== old)
    for (const user of members)
      cx.tx.iamUsers.patch(nameKey(user), { groups: user.groups.map((member) => (member === old ? key : member)) })
  return {}
}

const DeleteGroup: Op<"iam", "DeleteGroup"> = (cx, { GroupName }) => {
  const group = groupNamed(cx, GroupName)
  const conflict = (what: string) => fault("DeleteConflict", `Cannot delete entity, must ${what} first.`)
  if (cx.tx.iamUsers.count("group", nameKey(group)) > 0) throw conflict("remove users from group")
  if (group.attached.length > 0) throw conflict("detach all policies")
  if (group.inline.length > 0) throw conflict("delete policies")
  cx.tx.iamGroups.delete(nameKey(group))
  return {}
}

const mostGroups = 10

/** A user that is in the group already stays in it: no error. */
const AddUserToGroup: Op<"iam", "AddUserToGroup"> = (cx, { GroupName, UserName }) => {
  const key = nameKey(groupNamed(cx, GroupName))
  const user = userNamed(cx, UserName)
  if (user.groups.includes(key)) return {}
  if (user.groups.length >= mostGroups)
    throw fault("LimitExceeded", `Cannot exceed quota for GroupsPerUser: ${mostGroups}`)
  cx.tx.iamUsers.patch(nameKey(user), { groups: [...user.groups, key] })
  return {}
}

const RemoveUserFromGroup: Op<"iam", "RemoveUserFromGroup"> = (cx, { GroupName, UserName }) => {
  const group = groupNamed(cx, GroupName)
  const user = userNamed(cx, UserName)
  const key = nameKey(group)
  // text from memory
  if (!user.groups.includes(key)) throw fault("NoSuchEntity", `User ${user.name} is not in group ${group.name}.`)
  cx.tx.iamUsers.patch(nameKey(user), { groups: user.groups.filter((member) => member !== key) })
  return {}
}

const named = (cx: ReadCx, input: { readonly GroupName: string | undefined }): About =>
  aboutNamed(cx, "group", input.GroupName)

export const groupOperations: Part = {
  CreateGroup: changing("CreateGroup", CreateGroup, (cx, input) =>
    aboutNew(cx, "group", { path: input.Path, name: input.GroupName }),
  ),
  GetGroup: reading("GetGroup", GetGroup, named),
  ListGroups: reading("ListGroups", ListGroups, (cx, input) => ({
    resources: [arnOf("group", cx.scope.account, input.PathPrefix ?? "/", "")],
  })),
  ListGroupsForUser: reading("ListGroupsForUser", ListGroupsForUser, (cx, input) =>
    aboutNamed(cx, "user", input.UserName),
  ),
  UpdateGroup: changing("UpdateGroup", UpdateGroup, (cx, input) => {
    const { resources } = named(cx, input)
    const old = cx.tx.iamGroups.get(iamKey(cx.scope.account, input.GroupName ?? ""))
    const name = input.NewGroupName ?? old?.name ?? input.GroupName ?? ""
    const arn = arnOf("group", cx.scope.account, input.NewPath ?? old?.path ?? "/", name)
    return { resources: [...new Set([...resources, arn])] }
  }),
  DeleteGroup: changing("DeleteGroup", DeleteGroup, named),
  AddUserToGroup: changing("AddUserToGroup", AddUserToGroup, named),
  RemoveUserFromGroup: changing("RemoveUserFromGroup", RemoveUserFromGroup, named),
}
