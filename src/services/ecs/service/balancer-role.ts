// As whom ECS speaks to Elastic Load Balancing for a service: its service-linked role, or the role that the service was
// made with. Its policies decide what comes of it, at every call.
import { assumableRole, type Caller, type ReadCx } from "../../../gate/index.ts"
import { formatGlobalArn } from "../../../kernel/index.ts"
import type { ServiceRow } from "../../../state/index.ts"

/** ECS's service-linked role in an account. */
export const ecsPrincipal = (account: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/AWSServiceRoleForECS/ecs`,
  kind: "service",
  servicePrincipal: "ecs.amazonaws.com",
})

/** The name by which ECS's scheduler goes in the trail of a role. From memory. */
const sessionName = "ecs-service-scheduler"

type Named = Pick<ServiceRow, "account" | "region" | "roleArn">

/** See the head of the file; undefined when ECS cannot be the role of the service. */
export const balancerCaller = (cx: Pick<ReadCx, "tx" | "wallNow">, service: Named): Caller | undefined => {
  const { account, region, roleArn } = service
  if (roleArn === undefined) return ecsPrincipal(account)
  const found = assumableRole(cx.tx, account, roleArn, {
    service: "ecs.amazonaws.com",
    sourceArn: `arn:aws:ecs:${region}:${account}:*`,
    now: cx.wallNow,
  })
  if (!("role" in found)) return undefined
  const { role } = found
  return {
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${sessionName}`,
    kind: "role",
    principalId: `${role.id}:${sessionName}`,
    roleArn: role.arn,
    roleId: role.id,
    sessionName,
  }
}

/** The ARN of a role that is named as `role` of CreateService: "the short name or full ARN". */
export const balancerRoleArn = (account: string, role: string | undefined): string | undefined =>
  !role ? undefined : role.startsWith("arn:") ? role : formatGlobalArn("iam", account, `role/${role}`)
