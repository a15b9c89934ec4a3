// How many things of each kind an account may have: the quotas that AWS gives every account.
import { fault } from "../../kernel/index.ts"

export const quotas = { Users: 5000, Groups: 300, Roles: 1000, InstanceProfiles: 1000, Policies: 1500 } as const

/** Throws when an account that has `there` things of a kind may have no more. */
export const checkQuota = (kind: keyof typeof quotas, there: number): void => {
  if (there >= quotas[kind]) throw fault("LimitExceeded", `Cannot exceed quota for ${kind}PerAccount: ${quotas[kind]}`)
}
