// The roles' part of IAM's table.
import type { ReadCx } from "../../../gate/index.ts"
import { arnOf } from "../arns.ts"
import { aboutNamed, aboutNew, roleNamed } from "../find.ts"
import { type About, changing, type Part, reading, requestTags } from "../operation.ts"
import { nameKey } from "../shapes.ts"
import { tagPage, withoutTags, withTags } from "../tags.ts"
import {
  CreateRole,
  DeleteRole,
  GetRole,
  ListRoles,
  UpdateAssumeRolePolicy,
  UpdateRole,
  UpdateRoleDescription,
} from "./roles.ts"

const named = (cx: ReadCx, input: { readonly RoleName: string | undefined }): About =>
  aboutNamed(cx, "role", input.RoleName)

export const roleOperations: Part = {
  CreateRole: changing("CreateRole", CreateRole, (cx, input) =>
    aboutNew(
      cx,
      "role",
      { path: input.Path, name: input.RoleName },
      {
        ...requestTags(input.Tags),
        ...(input.PermissionsBoundary !== undefined && { "iam:PermissionsBoundary": input.PermissionsBoundary }),
      },
    ),
  ),
  GetRole: reading("GetRole", GetRole, named),
  ListRoles: reading("ListRoles", ListRoles, (cx, input) => ({
    resources: [arnOf("role", cx.scope.account, input.PathPrefix ?? "/", "")],
  })),
  UpdateRole: changing("UpdateRole", UpdateRole, named),
  UpdateRoleDescription: changing("UpdateRoleDescription", UpdateRoleDescription, named),
  UpdateAssumeRolePolicy: changing("UpdateAssumeRolePolicy", UpdateAssumeRolePolicy, named),
  DeleteRole: changing("DeleteRole", DeleteRole, named),
  TagRole: changing(
    "TagRole",
    (cx, { RoleName, Tags }) => {
      const role = roleNamed(cx, RoleName)
      cx.tx.iamRoles.patch(nameKey(role), { tags: withTags(role.tags, Tags, "Role") })
      return {}
    },
    (cx, input) => aboutNamed(cx, "role", input.RoleName, requestTags(input.Tags)),
  ),
  UntagRole: changing(
    "UntagRole",
    (cx, { RoleName, TagKeys }) => {
      const role = roleNamed(cx, RoleName)
      cx.tx.iamRoles.patch(nameKey(role), { tags: withoutTags(role.tags, TagKeys) })
      return {}
    },
    (cx, input) => aboutNamed(cx, "role", input.RoleName, { "aws:TagKeys": input.TagKeys ?? [] }),
  ),
  ListRoleTags: reading(
    "ListRoleTags",
    (cx, { RoleName, ...paging }) => tagPage(roleNamed(cx, RoleName).tags, paging),
    named,
  ),
}
