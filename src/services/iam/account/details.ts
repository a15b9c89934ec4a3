// All users, groups, roles and policies of an account with everything that belongs to them: GetAccountAuthorizationDetails.
import type { GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail } from "@aws-sdk/client-iam"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import {
  awsManagedPolicies,
  type IamGroupRow,
  type IamIdentity,
  type IamPolicyRow,
  type IamRoleRow,
  type IamUserRow,
} from "../../../state/index.ts"
import { encodeDocument } from "../documents.ts"
import { pageOf } from "../pages.ts"
import {
  attachedShape,
  attachmentsOf,
  awsPolicyShape,
  boundaryShape,
  dateOf,
  groupShape,
  lastUsed,
  nameKey,
  policyInList,
  profileInList,
  userInList,
  versionShape,
} from "../shapes.ts"
import { wireTags } from "../tags.ts"

type Detail =
  | { readonly kind: "user"; readonly detail: UserDetail }
  | { readonly kind: "group"; readonly detail: GroupDetail }
  | { readonly kind: "role"; readonly detail: RoleDetail }
  | { readonly kind: "policy"; readonly detail: ManagedPolicyDetail }

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html */
export const GetAccountAuthorizationDetails: ReadOp<"iam", "GetAccountAuthorizationDetails"> = (cx, input) => {
  const wanted = (filter: string): boolean => !input.Filter?.length || input.Filter.some((each) => each === filter)
  const { account } = cx.scope
  const { tx } = cx
  const of = <R>(filter: string, rows: Iterable<R>): readonly R[] => (wanted(filter) ? [...rows] : [])
  const used = [...awsManagedPolicies().values()].filter(({ arn }) => attachmentsOf(tx, account, arn) > 0)
  // Made only for the rows of the page.
  const all: { readonly key: string; readonly make: () => Detail }[] = [
    ...of("User", tx.iamUsers.by("account", account)).map((row) => ({
      key: `1${nameKey(row)}`,
      make: () => ({ kind: "user" as const, detail: userDetail(cx, row) }),
    })),
    ...of("Group", tx.iamGroups.by("account", account)).map((row) => ({
      key: `2${nameKey(row)}`,
      make: () => ({ kind: "group" as const, detail: groupDetail(row) }),
    })),
    ...of("Role", tx.iamRoles.by("account", account)).map((row) => ({
      key: `3${nameKey(row)}`,
      make: () => ({ kind: "role" as const, detail: roleDetail(cx, row) }),
    })),
    ...of("LocalManagedPolicy", tx.iamPolicies.by("account", account)).map((row) => ({
      key: `4${nameKey(row)}`,
      make: () => ({ kind: "policy" as const, detail: policyDetail(cx, row) }),
    })),
    ...of("AWSManagedPolicy", used).map((policy) => ({
      key: `5${policy.name}`,
      make: () => ({
        kind: "policy" as const,
        detail: {
          ...awsPolicyShape(tx, account, policy),
          PolicyVersionList: [
            detailOfVersion({ id: policy.version, document: policy.document, createdAt: policy.updatedAt }, true),
          ],
        },
      }),
    })),
  ]
  const { rows, frame } = pageOf(all, ({ key }) => key, input)
  const details = rows.map(({ make }) => make())
  return {
    UserDetailList: details.flatMap((d) => (d.kind === "user" ? d.detail : [])),
    GroupDetailList: details.flatMap((d) => (d.kind === "group" ? d.detail : [])),
    RoleDetailList: details.flatMap((d) => (d.kind === "role" ? d.detail : [])),
    Policies: details.flatMap((d) => (d.kind === "policy" ? d.detail : [])),
    ...frame,
  }
}

const inlineDetails = ({ inline }: IamIdentity): PolicyDetail[] =>
  inline.map(({ name, document }) => ({ PolicyName: name, PolicyDocument: encodeDocument(document) }))

const attachedDetails = ({ attached }: IamIdentity) => attached.map(attachedShape)

const userDetail = ({ tx }: Pick<ReadCx, "tx">, user: IamUserRow): UserDetail => ({
  ...userInList(user),
  ...boundaryShape(user.boundary),
  UserPolicyList: inlineDetails(user),
  GroupList: user.groups.flatMap((key) => tx.iamGroups.get(key)?.name ?? []),
  AttachedManagedPolicies: attachedDetails(user),
  Tags: wireTags(user.tags),
})

const groupDetail = (group: IamGroupRow): GroupDetail => ({
  ...groupShape(group),
  GroupPolicyList: inlineDetails(group),
  AttachedManagedPolicies: attachedDetails(group),
})

const roleDetail = ({ tx }: Pick<ReadCx, "tx">, role: IamRoleRow): RoleDetail => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: dateOf(role.createdAt),
  AssumeRolePolicyDocument: encodeDocument(role.trust),
  InstanceProfileList: tx.iamInstanceProfiles.by("role", nameKey(role)).map((profile) => profileInList(tx, profile)),
  RolePolicyList: inlineDetails(role),
  AttachedManagedPolicies: attachedDetails(role),
  ...boundaryShape(role.boundary),
  Tags: wireTags(role.tags),
  ...lastUsed(tx, role),
})

const detailOfVersion = (version: { id: string; document: string; createdAt: number }, isDefault: boolean) => ({
  Document: encodeDocument(version.document),
  ...versionShape(version, isDefault),
})

const policyDetail = ({ tx }: Pick<ReadCx, "tx">, policy: IamPolicyRow): ManagedPolicyDetail => ({
  ...policyInList(tx, policy),
  ...(policy.description !== undefined && { Description: policy.description }),
  PolicyVersionList: policy.versions
    .toReversed()
    .map((version) => detailOfVersion(version, version.id === policy.defaultVersion)),
})
