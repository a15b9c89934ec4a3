// Whose actions are checked, and how AWS refuses those that will not do.
import { type Fault, fault } from "../../../kernel/index.ts"
import type { ListenerRow, LoadBalancerRow } from "../../../state/index.ts"

/** Whose actions they are. */
export interface Place {
  readonly balancer: LoadBalancerRow
  readonly protocol: ListenerRow["protocol"]
  /** As the model calls the member of the request: `actions`, `defaultActions`. */
  readonly member: "actions" | "defaultActions"
  /** `CreateRule`: said when something is not built. */
  readonly operation: string
}

export const badAction = (message: string): Fault => fault("InvalidLoadBalancerAction", message)

/** As AWS words that a part of an action is missing (Terraform issue 32620). */
export const lacks = (type: string, field: string): Fault =>
  badAction(`For actions of type '${type}', you must specify the following fields: '${field}'`)
