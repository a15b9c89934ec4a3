// Customer managed policies with their versions, what an account as a whole has in IAM, and when keys and roles were used.
// The policies of AWS itself are data, in aws-managed-policies/.
import { defineTable } from "../table.ts"
import { type IamTag, type IamThing, iamKey } from "./iam.ts"

export interface PolicyVersion {
  /** `v1`; a number is never used again in its policy. */
  readonly id: string
  readonly document: string
  readonly createdAt: number
}

export interface IamPolicyRow extends IamThing {
  readonly description?: string
  /** One to five, oldest first. */
  readonly versions: readonly PolicyVersion[]
  /** The id of the version that is in force. */
  readonly defaultVersion: string
  readonly lastVersion: number
  readonly updatedAt: number
  readonly tags: readonly IamTag[]
}

export const iamPolicies = defineTable<IamPolicyRow>()({
  name: "iamPolicies",
  version: 1,
  key: (policy) => iamKey(policy.account, policy.name),
  indexes: { account: (policy) => policy.account, arn: (policy) => policy.arn },
})

/** One per account that has any of it. */
export interface IamAccountRow {
  readonly account: string
  readonly alias?: string
  /** Deletions of service-linked roles that were asked for: AWS answers about them by the id of the task. */
  readonly roleDeletions: readonly RoleDeletion[]
}

export interface RoleDeletion {
  readonly taskId: string
  readonly roleArn: string
  readonly status: "SUCCEEDED" | "FAILED"
  /** Why it failed. */
  readonly reason?: string
  /** What still uses the role. */
  readonly resources?: readonly string[]
}

export const iamAccounts = defineTable<IamAccountRow>()({
  name: "iamAccounts",
  version: 1,
  key: (row) => row.account,
  indexes: { alias: (row) => row.alias },
})

/** The newest use of an access key, or of a role by any of its sessions. */
export interface IamUseRow {
  /** An access key's id, or the unique id of a role. */
  readonly id: string
  readonly at: number
  /** The signing name of the service. */
  readonly service: string
  readonly region: string
}

export const iamUses = defineTable<IamUseRow>()({
  name: "iamUses",
  version: 1,
  key: (use) => use.id,
  indexes: {},
})
