// ModifyRule and SetRulePriorities.
import type { Op } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { ListenerRuleRow } from "../../../state/index.ts"
import { checkedActions } from "../actions/actions.ts"
import { checkRange, invalid, repeated } from "../checks.ts"
import { listenerAt, loadBalancerAt, ruleAt } from "../find.ts"
import { checkBalancersCapacity } from "../targets/capacity.ts"
import { checkedConditions } from "./conditions.ts"
import { shownRule } from "./describe.ts"
import { checkedTransforms } from "./transforms.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html */
export const ModifyRule: Op<"elbv2", "ModifyRule"> = (cx, input) => {
  const found = ruleAt(cx, input.RuleArn)
  // Text of field reports.
  if ("defaultOf" in found) throw fault("OperationNotPermitted", `Default rule '${input.RuleArn}' cannot be modified`)
  const { rule } = found
  const { Conditions, Actions, Transforms, ResetTransforms } = input
  // Text of moto's tests.
  if (!Conditions?.length && !Actions?.length && !Transforms && !ResetTransforms)
    throw invalid("Either conditions or actions must be specified")
  // text from memory
  if (Transforms?.length && ResetTransforms) throw invalid("You cannot specify both transforms and their reset")
  const listener = listenerAt(cx, rule.listenerArn)
  const balancer = loadBalancerAt(cx, rule.loadBalancerArn)
  const place = { balancer, protocol: listener.protocol, member: "actions", operation: "ModifyRule" } as const
  const conditions = Conditions?.length ? checkedConditions(Conditions) : rule.conditions
  const actions = Actions?.length ? checkedActions(cx, Actions, place) : rule.actions
  const transforms = Transforms ? checkedTransforms(Transforms) : rule.transforms
  const changed = cx.tx.listenerRules.patch(rule.arn, {
    conditions,
    actions,
    transforms: ResetTransforms || transforms?.length === 0 ? undefined : transforms,
  })
  checkBalancersCapacity(cx, balancer.arn)
  return { Rules: [shownRule(changed)] }
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html */
export const SetRulePriorities: Op<"elbv2", "SetRulePriorities"> = (cx, { RulePriorities: asked = [] }) => {
  for (const [i, { Priority }] of asked.entries())
    checkRange(`rulePriorities.${i + 1}.member.priority`, Priority, 1, 50000)
  // text from memory
  if (asked.length === 0) throw invalid("At least one rule priority must be specified")
  const wished = asked.map(({ RuleArn, Priority }) => {
    const found = ruleAt(cx, RuleArn)
    // text from memory
    if ("defaultOf" in found)
      throw fault("OperationNotPermitted", `The priority of default rule '${RuleArn}' cannot be changed`)
    // text from memory
    if (Priority === undefined) throw invalid("A priority must be specified")
    return { rule: found.rule, priority: Priority }
  })
  const [first] = wished
  // Texts from memory, but the one about priorities, which is of moto's tests.
  if (wished.some(({ rule }) => rule.listenerArn !== first?.rule.listenerArn))
    throw invalid("All rules must belong to the same listener")
  const [twice] = repeated(wished.map(({ priority }) => String(priority)))
  if (twice !== undefined) throw invalid(`Priority '${twice}' was provided multiple times`)
  if (repeated(wished.map(({ rule }) => rule.arn)).length > 0) throw invalid("A rule was provided multiple times")
  for (const { rule, priority } of wished) {
    const isTaken = cx.tx.listenerRules
      .by("priority", `${rule.listenerArn} ${priority}`)
      .some((other) => !wished.some((one) => one.rule.arn === other.arn))
    if (isTaken) throw fault("PriorityInUse", `Priority '${priority}' is currently in use`)
  }
  const changed = wished.map(({ rule, priority }): ListenerRuleRow => cx.tx.listenerRules.patch(rule.arn, { priority }))
  return { Rules: changed.map(shownRule) }
}
