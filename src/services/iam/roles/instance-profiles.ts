// Instance profiles: what an EC2 instance is given, with one role in it.
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { iamKey, newUniqueId } from "../../../state/index.ts"
import { arnOf } from "../arns.ts"
import { aboutNamed, aboutNew, profileNamed, roleNamed } from "../find.ts"
import { type About, changing, type Part, reading, requestTags } from "../operation.ts"
import { pageOf } from "../pages.ts"
import { checkQuota } from "../quotas.ts"
import { nameKey, profileInList, profileShape } from "../shapes.ts"
import { tagPage, tagsOf, withoutTags, withTags } from "../tags.ts"
import { checkUnlinked } from "./protected.ts"

const CreateInstanceProfile: Op<"iam", "CreateInstanceProfile"> = (cx, input) => {
  const { account } = cx.scope
  const { InstanceProfileName: name = "", Path: path = "/" } = input
  if (cx.tx.iamInstanceProfiles.has(iamKey(account, name)))
    throw fault("EntityAlreadyExists", `Instance Profile ${name} already exists.`)
  checkQuota("InstanceProfiles", cx.tx.iamInstanceProfiles.count("account", account))
  const profile = cx.tx.iamInstanceProfiles.insert({
    account,
    name,
    id: newUniqueId(cx.ids, "AIPA"),
    path,
    arn: arnOf("instance-profile", account, path, name),
    createdAt: cx.now,
    tags: tagsOf(input.Tags),
  })
  return { InstanceProfile: profileShape(cx.tx, profile) }
}

const GetInstanceProfile: ReadOp<"iam", "GetInstanceProfile"> = (cx, { InstanceProfileName }) => ({
  InstanceProfile: profileShape(cx.tx, profileNamed(cx, InstanceProfileName)),
})

const ListInstanceProfiles: ReadOp<"iam", "ListInstanceProfiles"> = (cx, { PathPrefix = "/", ...paging }) => {
  const profiles = cx.tx.iamInstanceProfiles.by("account", cx.scope.account)
  const { rows, frame } = pageOf(
    profiles.filter(({ path }) => path.startsWith(PathPrefix)),
    nameKey,
    paging,
  )
  return { InstanceProfiles: rows.map((profile) => profileInList(cx.tx, profile)), ...frame }
}

const ListInstanceProfilesForRole: ReadOp<"iam", "ListInstanceProfilesForRole"> = (cx, { RoleName, ...paging }) => {
  const role = roleNamed(cx, RoleName)
  const { rows, frame } = pageOf(cx.tx.iamInstanceProfiles.by("role", nameKey(role)), nameKey, paging)
  return { InstanceProfiles: rows.map((profile) => profileInList(cx.tx, profile)), ...frame }
}

const DeleteInstanceProfile: Op<"iam", "DeleteInstanceProfile"> = (cx, { InstanceProfileName }) => {
  const profile = profileNamed(cx, InstanceProfileName)
  if (profile.role !== undefined)
    throw fault("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
  cx.tx.iamInstanceProfiles.delete(nameKey(profile))
  return {}
}

const AddRoleToInstanceProfile: Op<"iam", "AddRoleToInstanceProfile"> = (cx, input) => {
  const profile = profileNamed(cx, input.InstanceProfileName)
  const role = roleNamed(cx, input.RoleName)
  checkUnlinked(role)
  if (profile.role !== undefined)
    throw fault("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
  cx.tx.iamInstanceProfiles.patch(nameKey(profile), { role: nameKey(role) })
  return {}
}

const RemoveRoleFromInstanceProfile: Op<"iam", "RemoveRoleFromInstanceProfile"> = (cx, input) => {
  const profile = profileNamed(cx, input.InstanceProfileName)
  const key = iamKey(cx.scope.account, input.RoleName ?? "")
  if (profile.role !== key) throw fault("NoSuchEntity", `The role with name ${input.RoleName} cannot be found.`)
  cx.tx.iamInstanceProfiles.patch(nameKey(profile), { role: undefined })
  return {}
}

const named = (cx: ReadCx, input: { readonly InstanceProfileName: string | undefined }): About =>
  aboutNamed(cx, "instance-profile", input.InstanceProfileName)

/** A role in a profile is a role that is handed to EC2. */
const passed = { "iam:PassedToService": "ec2.amazonaws.com" }

export const instanceProfileOperations: Part = {
  CreateInstanceProfile: changing("CreateInstanceProfile", CreateInstanceProfile, (cx, input) =>
    aboutNew(cx, "instance-profile", { path: input.Path, name: input.InstanceProfileName }, requestTags(input.Tags)),
  ),
  GetInstanceProfile: reading("GetInstanceProfile", GetInstanceProfile, named),
  ListInstanceProfiles: reading("ListInstanceProfiles", ListInstanceProfiles, (cx, input) => ({
    resources: [arnOf("instance-profile", cx.scope.account, input.PathPrefix ?? "/", "")],
  })),
  ListInstanceProfilesForRole: reading("ListInstanceProfilesForRole", ListInstanceProfilesForRole, (cx, input) =>
    aboutNamed(cx, "role", input.RoleName),
  ),
  DeleteInstanceProfile: changing("DeleteInstanceProfile", DeleteInstanceProfile, named),
  AddRoleToInstanceProfile: changing("AddRoleToInstanceProfile", AddRoleToInstanceProfile, (cx, input) => {
    const { resources, conditions = {} } = aboutNamed(cx, "role", input.RoleName, passed)
    return { ...named(cx, input), also: [{ action: "iam:PassRole", resources, conditions }] }
  }),
  RemoveRoleFromInstanceProfile: changing("RemoveRoleFromInstanceProfile", RemoveRoleFromInstanceProfile, named),
  TagInstanceProfile: changing(
    "TagInstanceProfile",
    (cx, { InstanceProfileName, Tags }) => {
      const profile = profileNamed(cx, InstanceProfileName)
      cx.tx.iamInstanceProfiles.patch(nameKey(profile), { tags: withTags(profile.tags, Tags, "InstanceProfile") })
      return {}
    },
    (cx, input) => aboutNamed(cx, "instance-profile", input.InstanceProfileName, requestTags(input.Tags)),
  ),
  UntagInstanceProfile: changing(
    "UntagInstanceProfile",
    (cx, { InstanceProfileName, TagKeys }) => {
      const profile = profileNamed(cx, InstanceProfileName)
      cx.tx.iamInstanceProfiles.patch(nameKey(profile), { tags: withoutTags(profile.tags, TagKeys) })
      return {}
    },
    (cx, input) =>
      aboutNamed(cx, "instance-profile", input.InstanceProfileName, { "aws:TagKeys": input.TagKeys ?? [] }),
  ),
  ListInstanceProfileTags: reading(
    "ListInstanceProfileTags",
    (cx, { InstanceProfileName, ...paging }) => tagPage(profileNamed(cx, InstanceProfileName).tags, paging),
    named,
  ),
}
