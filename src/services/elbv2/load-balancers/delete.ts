// DeleteLoadBalancer. Its listeners and rules go with it; target groups stay, and are unused from then on.
import type { Op } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { checkArn } from "../find.ts"
import { removeListener } from "../listeners/delete.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html */
export const DeleteLoadBalancer: Op<"elbv2", "DeleteLoadBalancer"> = (cx, { LoadBalancerArn: arn = "" }) => {
  checkArn(cx.scope, "load balancer", arn)
  const row = cx.tx.loadBalancers.get(arn)
  // "If the load balancer does not exist or has already been deleted, the call succeeds."
  if (!row) return {}
  if (row.attributes["deletion_protection.enabled"] === "true")
    throw fault(
      "OperationNotPermitted",
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    )
  const services = cx.tx.targets.by("id", `${scopeKey(cx.scope)}/${arn}`)
  // text from memory
  if (services.some(({ draining }) => !draining))
    throw fault("ResourceInUse", `Load balancer '${arn}' cannot be deleted because it is registered as a target`)
  // text from memory
  if (cx.tx.vpcEndpointServices.count("loadBalancer", arn) > 0)
    throw fault(
      "ResourceInUse",
      `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
    )
  for (const listener of cx.tx.listeners.by("loadBalancer", arn)) removeListener(cx, listener)
  cx.tx.loadBalancers.delete(arn)
  return {}
}
