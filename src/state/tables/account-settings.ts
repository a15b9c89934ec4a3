// What principals have set for ECS in a region. The row of the account's root holds for everybody without one of their
// own. Written by services/ecs; which names and values there are is its account-setting-values.ts.
import { defineTable } from "../table.ts"

export interface AccountSettingRow {
  readonly account: string
  readonly region: string
  /** The ARN of the root, a user or a role. */
  readonly principalArn: string
  readonly name: string
  readonly value: string
}

export const accountSettings = defineTable<AccountSettingRow>()({
  name: "accountSettings",
  version: 1,
  key: (s) => `${s.account}/${s.region} ${s.principalArn} ${s.name}`,
  indexes: { principal: (s) => `${s.account}/${s.region} ${s.principalArn}` },
})
