// What IAM says of an account as a whole: its alias, its summary, and the password policy that it has not.
import type { Op, ReadCx, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import { quotas } from "../quotas.ts"

export const ListAccountAliases: ReadOp<"iam", "ListAccountAliases"> = (cx) => {
  const alias = cx.tx.iamAccounts.get(cx.scope.account)?.alias
  return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
}

/** An account has one alias; a new one takes the place of the old. */
export const CreateAccountAlias: Op<"iam", "CreateAccountAlias"> = (cx, { AccountAlias: alias = "" }) => {
  const { account } = cx.scope
  const holder = cx.tx.iamAccounts.first("alias", alias)
  if (holder && holder.account !== account)
    throw fault("EntityAlreadyExists", `The account alias ${alias} already exists.`)
  cx.tx.iamAccounts.put({ ...(cx.tx.iamAccounts.get(account) ?? { account, roleDeletions: [] }), alias })
  return {}
}

export const DeleteAccountAlias: Op<"iam", "DeleteAccountAlias"> = (cx, { AccountAlias: alias }) => {
  const row = cx.tx.iamAccounts.get(cx.scope.account)
  if (!row || row.alias !== alias) throw fault("NoSuchEntity", `The account alias ${alias} cannot be found.`)
  cx.tx.iamAccounts.patch(row.account, { alias: undefined })
  return {}
}

/** Nobody has a password, so no account has a policy for them. */
export const noPasswordPolicy = (cx: Pick<ReadCx, "scope">): never => {
  throw fault("NoSuchEntity", `The Password Policy with domain name ${cx.scope.account} cannot be found.`)
}

/** The quotas that AWS gives every account, and what of them is used. */
export const GetAccountSummary: ReadOp<"iam", "GetAccountSummary"> = (cx) => {
  const { tx } = cx
  const { account } = cx.scope
  const policies = tx.iamPolicies.by("account", account)
  return {
    SummaryMap: {
      Users: tx.iamUsers.count("account", account),
      UsersQuota: quotas.Users,
      Groups: tx.iamGroups.count("account", account),
      GroupsQuota: quotas.Groups,
      Roles: tx.iamRoles.count("account", account),
      RolesQuota: quotas.Roles,
      InstanceProfiles: tx.iamInstanceProfiles.count("account", account),
      InstanceProfilesQuota: quotas.InstanceProfiles,
      Policies: policies.length,
      PoliciesQuota: quotas.Policies,
      PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
      PolicyVersionsInUseQuota: 10_000,
      VersionsPerPolicyQuota: 5,
      PolicySizeQuota: 6144,
      UserPolicySizeQuota: 2048,
      GroupPolicySizeQuota: 5120,
      RolePolicySizeQuota: 10_240,
      AssumeRolePolicySizeQuota: 2048,
      AttachedPoliciesPerUserQuota: 10,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      GroupsPerUserQuota: 10,
      AccessKeysPerUserQuota: 2,
      ServerCertificates: 0,
      ServerCertificatesQuota: 20,
      SigningCertificatesPerUserQuota: 2,
      MFADevices: 0,
      MFADevicesInUse: 0,
      AccountMFAEnabled: 0,
      AccountAccessKeysPresent: 0,
      AccountSigningCertificatesPresent: 0,
      AccountPasswordPresent: 0,
      Providers: 0,
      GlobalEndpointTokenVersion: 1,
    },
  }
}
