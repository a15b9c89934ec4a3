// Rules as they are shown, and DescribeRules. The default rule comes last.
import type { Action, Rule, RuleCondition, RuleTransform } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { ReadCx, ReadOp } from "../../../gate/index.ts"
import type { ListenerRow, ListenerRuleRow } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { checkArn, listenerAt, listenerOfRule, someNotFound } from "../find.ts"
import { pageOf } from "../pages.ts"
import { thaw } from "../thaw.ts"

export const shownRule = (row: ListenerRuleRow): Rule => ({
  RuleArn: row.arn,
  Priority: String(row.priority),
  Conditions: thaw<RuleCondition[]>(row.conditions),
  Actions: thaw<Action[]>(row.actions),
  IsDefault: false,
  ...(row.transforms && { Transforms: thaw<RuleTransform[]>(row.transforms) }),
})

export const shownDefaultRule = (listener: ListenerRow): Rule => ({
  RuleArn: listener.defaultRuleArn,
  Priority: "default",
  Conditions: [],
  Actions: thaw<Action[]>(listener.defaultActions),
  IsDefault: true,
})

/** Behind every priority. */
const last = 1_000_000

interface Placed {
  readonly place: number
  readonly rule: Rule
}

const rulesOf = (cx: ReadCx, listener: ListenerRow): readonly Placed[] => [
  ...cx.tx.listenerRules.by("listener", listener.arn).map((row) => ({ place: row.priority, rule: shownRule(row) })),
  { place: last, rule: shownDefaultRule(listener) },
]

const named = (cx: ReadCx, arns: readonly string[]): readonly Placed[] => {
  for (const arn of arns) checkArn(cx.scope, "listener rule", arn)
  const rules = [...new Set(arns)].map((arn) => {
    const listener = cx.tx.listeners.get(listenerOfRule(arn))
    const row = cx.tx.listenerRules.get(arn)
    if (row) return shownRule(row)
    if (listener?.defaultRuleArn === arn) return shownDefaultRule(listener)
    throw someNotFound("listener rule")
  })
  return rules.map((rule, place) => ({ place, rule }))
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html */
export const DescribeRules: ReadOp<"elbv2", "DescribeRules"> = (cx, input) => {
  const { ListenerArn: listener, RuleArns: arns = [] } = input
  // Texts of moto's tests.
  if (listener === undefined && arns.length === 0)
    throw invalid("You must specify either listener rule ARNs or a listener ARN")
  if (listener !== undefined && arns.length > 0)
    throw invalid("Listener rule ARNs and a listener ARN cannot be specified at the same time")
  const rules = listener === undefined ? named(cx, arns) : rulesOf(cx, listenerAt(cx, listener))
  const page = pageOf(rules, ({ place }) => place, input)
  return {
    Rules: page.rows.map(({ rule }) => rule),
    ...(page.NextMarker !== undefined && { NextMarker: page.NextMarker }),
  }
}
