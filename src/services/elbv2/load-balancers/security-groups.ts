// The security groups of a load balancer: those that a request names, or the VPC's own.
import type { ReadCx } from "../../../gate/index.ts"
import { fault, scopeKey } from "../../../kernel/index.ts"
import { defaultSecurityGroupOf, type LoadBalancerRow } from "../../../state/index.ts"
import { misconfigured } from "../checks.ts"

/** AWS: 5 for a network interface. */
const most = 5

/** Checked, each once. An application load balancer without any gets the VPC's default group, a network one none. */
export const securityGroupsFor = (
  cx: ReadCx,
  asked: readonly string[] | undefined,
  { type, vpcId }: Pick<LoadBalancerRow, "type" | "vpcId">,
): readonly string[] => {
  if (!asked || asked.length === 0) {
    const own = type === "application" && defaultSecurityGroupOf(cx.tx, cx.scope, vpcId)
    return own ? [own.id] : []
  }
  const ids = [...new Set(asked)]
  // text from memory
  if (ids.length > most) throw misconfigured(`The maximum number of security groups per load balancer is '${most}'`)
  for (const id of ids) {
    const group = cx.tx.securityGroups.get(`${scopeKey(cx.scope)}/${id}`)
    // Text of moto's tests.
    if (!group) throw fault("InvalidSecurityGroup", `Security group ${id} does not exist`)
    // text from memory
    if (group.vpcId !== vpcId) throw misconfigured("One or more security groups are invalid")
  }
  return ids
}
