// From records to the shapes of IAM's answers. Lists leave out what AWS leaves out of them: tags, boundaries, last uses.
import type {
  AttachedPermissionsBoundary,
  Group,
  InstanceProfile,
  Policy,
  Role,
  User,
  PolicyVersion as WireVersion,
} from "@aws-sdk/client-iam"
import {
  type AwsManagedPolicy,
  type IamGroupRow,
  type IamInstanceProfileRow,
  type IamPolicyRow,
  type IamRoleRow,
  type IamUserRow,
  iamKey,
  type View,
} from "../../state/index.ts"
import { encodeDocument } from "./documents.ts"
import { someTags } from "./tags.ts"

/** Dates of IAM have no fractions. */
export const dateOf = (at: number): Date => new Date(Math.floor(at / 1000) * 1000)

export const boundaryShape = (arn: string | undefined): { PermissionsBoundary?: AttachedPermissionsBoundary } =>
  arn === undefined
    ? {}
    : { PermissionsBoundary: { PermissionsBoundaryType: "PermissionsBoundaryPolicy", PermissionsBoundaryArn: arn } }

export const userInList = (user: IamUserRow) =>
  ({
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: dateOf(user.createdAt),
  }) satisfies User

export const userShape = (user: IamUserRow) => ({
  ...userInList(user),
  ...boundaryShape(user.boundary),
  ...someTags(user.tags),
})

export const groupShape = (group: IamGroupRow) =>
  ({
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: group.arn,
    CreateDate: dateOf(group.createdAt),
  }) satisfies Group

const roleBase = (role: IamRoleRow) =>
  ({
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: dateOf(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(role.trust),
  }) satisfies Role

const described = (thing: { readonly description?: string }) =>
  thing.description === undefined ? {} : { Description: thing.description }

export const roleInList = (role: IamRoleRow) => ({
  ...roleBase(role),
  ...described(role),
  MaxSessionDuration: role.maxSessionDuration,
})

/** What CreateRole answers: not how long sessions may last, unless that is not the usual hour. */
export const newRoleShape = (role: IamRoleRow) => ({
  ...roleBase(role),
  ...described(role),
  ...(role.maxSessionDuration !== 3600 && { MaxSessionDuration: role.maxSessionDuration }),
  ...boundaryShape(role.boundary),
  ...someTags(role.tags),
})

export const roleShape = (view: View, role: IamRoleRow) => ({
  ...roleInList(role),
  ...boundaryShape(role.boundary),
  ...someTags(role.tags),
  ...lastUsed(view, role),
})

export const lastUsed = (view: View, role: IamRoleRow) => {
  const use = view.iamUses.get(role.id)
  return { RoleLastUsed: use ? { LastUsedDate: dateOf(use.at), Region: use.region } : {} }
}

/** The role of a profile stands in it without what only GetRole says. */
export const profileInList = (view: View, profile: IamInstanceProfileRow) => {
  const role = profile.role === undefined ? undefined : view.iamRoles.get(profile.role)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: dateOf(profile.createdAt),
    Roles: role ? [roleBase(role)] : [],
  } satisfies InstanceProfile
}

export const profileShape = (view: View, profile: IamInstanceProfileRow) => ({
  ...profileInList(view, profile),
  ...someTags(profile.tags),
})

/** How many users, groups and roles of an account have a managed policy. */
export const attachmentsOf = (view: View, account: string, arn: string): number => {
  const key = `${account}/${arn}`
  return (
    view.iamUsers.count("attached", key) + view.iamGroups.count("attached", key) + view.iamRoles.count("attached", key)
  )
}

export const boundedBy = (view: View, account: string, arn: string): number =>
  view.iamUsers.count("boundary", `${account}/${arn}`) + view.iamRoles.count("boundary", `${account}/${arn}`)

const usesOf = (view: View, account: string, arn: string) => ({
  AttachmentCount: attachmentsOf(view, account, arn),
  PermissionsBoundaryUsageCount: boundedBy(view, account, arn),
})

export const policyInList = (view: View, policy: IamPolicyRow) =>
  ({
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    ...usesOf(view, policy.account, policy.arn),
    IsAttachable: true,
    CreateDate: dateOf(policy.createdAt),
    UpdateDate: dateOf(policy.updatedAt),
  }) satisfies Policy

export const policyShape = (view: View, policy: IamPolicyRow) => ({
  ...policyInList(view, policy),
  ...described(policy),
  Tags: policy.tags.map(({ key, value }) => ({ Key: key, Value: value })),
})

export const awsPolicyShape = (view: View, account: string, policy: AwsManagedPolicy) =>
  ({
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.version,
    ...usesOf(view, account, policy.arn),
    IsAttachable: true,
    CreateDate: dateOf(policy.createdAt),
    UpdateDate: dateOf(policy.updatedAt),
  }) satisfies Policy

export const versionShape = (
  version: { readonly id: string; readonly createdAt: number; readonly document: string },
  isDefault: boolean,
) =>
  ({
    VersionId: version.id,
    IsDefaultVersion: isDefault,
    CreateDate: dateOf(version.createdAt),
  }) satisfies WireVersion

/** `AttachedPolicies` of lists and details: by the last part of the ARN, which is the policy's name. */
export const attachedShape = (arn: string) => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn })

/** The key of a thing, for the order of lists. */
export const nameKey = (row: { readonly account: string; readonly name: string }): string =>
  iamKey(row.account, row.name)
