// `iam:PassRole`: what everybody needs who hands a role to a service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
import { iamKey } from "../state/index.ts"
import type { Demand, ReadCx } from "./types.ts"

/** The demand for handing `role` (an ARN, or a name of the account's) to the service `to`, `ecs-tasks.amazonaws.com`. */
export const passRole = (
  cx: Pick<ReadCx, "tx" | "scope">,
  role: string,
  to: string,
  /** What will have the role. */
  associated?: string,
): Demand => {
  const { account } = cx.scope
  const name = role.slice(role.lastIndexOf("/") + 1)
  const found = role.startsWith("arn:") ? undefined : cx.tx.iamRoles.get(iamKey(account, name))?.arn
  return {
    action: "iam:PassRole",
    resources: [role.startsWith("arn:") ? role : (found ?? `arn:aws:iam::${account}:role/${role}`)],
    conditions: { "iam:PassedToService": to, "iam:AssociatedResourceArn": associated },
    about: (arn) => ({ tags: cx.tx.iamRoles.first("arn", arn)?.tags }),
  }
}
