// The records of IAM's principals and of what holds them: users, groups, roles, instance profiles. IAM is global: an account
// has them, no region does. Managed policies are in iam-policies.ts. Documents are kept as the text that was sent.
import { defineTable } from "../table.ts"

/** What all of IAM's things have. */
export interface IamThing {
  readonly account: string
  /** As it was spelled when it was made; unique in the account whatever its case. */
  readonly name: string
  /** The unique id that is never used again: `AIDA…`, `AGPA…`, `AROA…`, `AIPA…`, `ANPA…`. */
  readonly id: string
  /** `/` or `/division/team/`. */
  readonly path: string
  readonly arn: string
  readonly createdAt: number
}

export interface IamTag {
  readonly key: string
  readonly value: string
}

/** A policy that belongs to one user, group or role. */
export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

/** What users, groups and roles have in common: policies. */
export interface IamIdentity extends IamThing {
  /** ARNs of managed policies, in the order in which they were attached. */
  readonly attached: readonly string[]
  readonly inline: readonly InlinePolicy[]
}

export interface IamUserRow extends IamIdentity {
  /** The ARN of a managed policy that bounds what the others may allow. */
  readonly boundary?: string
  readonly tags: readonly IamTag[]
  /** The keys (`iamKey`) of the groups that it is in. */
  readonly groups: readonly string[]
}

export type IamGroupRow = IamIdentity

export interface IamRoleRow extends IamIdentity {
  readonly boundary?: string
  readonly tags: readonly IamTag[]
  readonly description?: string
  /** The trust policy: who may assume the role. */
  readonly trust: string
  /** Seconds. */
  readonly maxSessionDuration: number
  /** Of a service-linked role: the service that alone may change it, `ecs.amazonaws.com`. */
  readonly linkedTo?: string
}

export interface IamInstanceProfileRow extends IamThing {
  /** The key (`iamKey`) of its role. */
  readonly role?: string
  readonly tags: readonly IamTag[]
}

/** The key of a thing of IAM. Names differ only by case nowhere in an account. */
export const iamKey = (account: string, name: string): string => `${account}/${name.toLowerCase()}`

const keyOf = (thing: IamThing): string => iamKey(thing.account, thing.name)
const account = (thing: IamThing): string => thing.account
const arn = (thing: IamThing): string => thing.arn
const id = (thing: IamThing): string => thing.id
/** By account and policy: the managed policies of AWS have no account of their own. */
const attached = (holder: IamIdentity): readonly string[] =>
  holder.attached.map((policy) => `${holder.account}/${policy}`)
const boundary = (holder: IamThing & { readonly boundary?: string }): string | undefined =>
  holder.boundary && `${holder.account}/${holder.boundary}`

export const iamUsers = defineTable<IamUserRow>()({
  name: "iamUsers",
  version: 1,
  key: keyOf,
  indexes: { account, arn, id, attached, boundary, group: (user) => user.groups },
})

export const iamGroups = defineTable<IamGroupRow>()({
  name: "iamGroups",
  version: 1,
  key: keyOf,
  indexes: { account, arn, id, attached },
})

export const iamRoles = defineTable<IamRoleRow>()({
  name: "iamRoles",
  version: 1,
  key: keyOf,
  indexes: { account, arn, id, attached, boundary },
})

export const iamInstanceProfiles = defineTable<IamInstanceProfileRow>()({
  name: "iamInstanceProfiles",
  version: 1,
  key: keyOf,
  indexes: { account, arn, id, role: (profile) => profile.role },
})
