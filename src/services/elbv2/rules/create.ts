// CreateRule.
import type { Op, ReadCx } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { LoadBalancerRow } from "../../../state/index.ts"
import { checkedActions } from "../actions/actions.ts"
import { ruleArn } from "../arns.ts"
import { checkRange, misconfigured } from "../checks.ts"
import { listenerAt, loadBalancerAt } from "../find.ts"
import { limits } from "../limits.ts"
import { withTags } from "../tagging/tags.ts"
import { checkBalancersCapacity, reached } from "../targets/capacity.ts"
import { checkedConditions } from "./conditions.ts"
import { shownRule } from "./describe.ts"
import { checkedTransforms } from "./transforms.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
export const CreateRule: Op<"elbv2", "CreateRule"> = (cx, input) => {
  checkRange("priority", input.Priority, 1, 50000)
  const listener = listenerAt(cx, input.ListenerArn)
  const balancer = loadBalancerAt(cx, listener.loadBalancerArn)
  checkHasRules(balancer)
  const priority = input.Priority ?? 0
  const conditions = checkedConditions(input.Conditions ?? [])
  const place = { balancer, protocol: listener.protocol, member: "actions", operation: "CreateRule" } as const
  const actions = checkedActions(cx, input.Actions, place)
  const transforms = checkedTransforms(input.Transforms)
  const tags = withTags([], input.Tags, "listener rule")
  checkPriority(cx, listener.arn, priority)
  checkQuota(cx, balancer)
  const row = cx.tx.listenerRules.insert({
    ...cx.scope,
    arn: ruleArn(listener.arn, cx.ids.hex(16)),
    listenerArn: listener.arn,
    loadBalancerArn: balancer.arn,
    priority,
    conditions,
    ...(transforms.length > 0 && { transforms }),
    actions,
    createdAt: cx.now,
    tags,
  })
  checkBalancersCapacity(cx, balancer.arn)
  return { Rules: [shownRule(row)] }
}

/** AWS knows rules of network load balancers by the type of the source's address, of which there is one here. text from memory */
export const checkHasRules = ({ type }: LoadBalancerRow): void => {
  if (type === "network") throw misconfigured("Listener rules are not supported for load balancers of type 'network'")
}

/** Text of field reports. */
export const checkPriority = (cx: ReadCx, listener: string, priority: number): void => {
  if (cx.tx.listenerRules.count("priority", `${listener} ${priority}`) > 0)
    throw fault("PriorityInUse", `Priority '${priority}' is currently in use`)
}

const checkQuota = (cx: ReadCx, { arn }: LoadBalancerRow): void => {
  const count = cx.tx.listeners
    .by("loadBalancer", arn)
    .reduce((sum, listener) => sum + cx.tx.listenerRules.count("listener", listener.arn), 0)
  const most = limits.rulesPerApplicationLoadBalancer
  if (count >= most) throw reached("TooManyRules", "rules", most, arn)
}
