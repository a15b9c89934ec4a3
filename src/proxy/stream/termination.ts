// Whether flows end together with what they go to, by the attributes of their target group. The defaults are AWS's, which
// differ for groups that take UDP (the guide's page "Edit target group attributes").
import type { PoolConfiguration } from "../../protocol/index.ts"

type Group = Pick<PoolConfiguration, "attributes" | "protocol">

const takesUdp = ({ protocol }: Group): boolean => protocol === "UDP" || protocol === "TCP_UDP"

/** When the deregistration of their target is over. */
export const endsWithTarget = (group: Group): boolean =>
  (group.attributes["deregistration_delay.connection_termination.enabled"] ?? String(takesUdp(group))) === "true"

/** When their target falls ill. */
export const endsWithHealth = (group: Group): boolean =>
  (group.attributes["target_health_state.unhealthy.connection_termination.enabled"] ?? String(!takesUdp(group))) ===
  "true"
