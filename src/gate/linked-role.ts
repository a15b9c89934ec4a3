// Service-linked roles that a service makes by itself with the first of its resources in an account, as whoever asks for the
// resource. What a role is and allows is IAM's business.
import { Fault } from "../kernel/index.ts"
import { iamKey } from "../state/index.ts"
import { linkedRoles } from "./principal-policies.ts"
import type { Cx } from "./types.ts"

/**
 * Makes the role as the caller. "If the user that makes the call doesn't have permissions to create the service-linked
 * role, it isn't created", and the resource is made all the same (ECS's API page of CreateCluster).
 */
export const ensureLinkedRole = (cx: Cx, service: keyof typeof linkedRoles): void => {
  const { role, description } = linkedRoles[service]
  if (cx.tx.iamRoles.has(iamKey(cx.scope.account, role))) return
  const input = { AWSServiceName: service, ...(description !== undefined && { Description: description }) }
  try {
    cx.call("iam", "CreateServiceLinkedRole", input, cx.caller)
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown
  }
}
