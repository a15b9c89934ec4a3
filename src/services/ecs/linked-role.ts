// ECS's service-linked role: made with the first cluster of an account. What it is and allows is IAM's business.
import type { Cx } from "../../gate/index.ts"
import { Fault } from "../../kernel/index.ts"
import { iamKey } from "../../state/index.ts"

const name = "AWSServiceRoleForECS"
/** The description that AWS gives it. */
const description = "Role to enable Amazon ECS to manage your cluster."

/**
 * Makes the role as the caller. "If the user that makes the call doesn't have permissions to create the service-linked
 * role, it isn't created", and the cluster is made all the same (ECS's API page of CreateCluster).
 */
export const ensureLinkedRole = (cx: Cx): void => {
  if (cx.tx.iamRoles.has(iamKey(cx.scope.account, name))) return
  const input = { AWSServiceName: "ecs.amazonaws.com", Description: description }
  try {
    cx.call("iam", "CreateServiceLinkedRole", input, cx.caller)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
  }
}
