// Whom controllers act as: the service principal of ECS in the account of the record.
import type { Caller } from "../gate/index.ts"

/** ECS's service-linked role in an account. */
export const ecsPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForECS/ecs`,
  kind: "service",
  servicePrincipal: "ecs.amazonaws.com",
})
