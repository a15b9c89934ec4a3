// What a listener rule or a listener does with traffic, for services that name one to shift it. Reads the records of Elastic
// Load Balancing; changing them goes through its API.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen, View } from "../../../../state/index.ts"

/** A rule, or the default actions of a listener: they are those of its default rule. */
export interface Route {
  readonly kind: "rule" | "listener"
  /** Of the rule, or of the listener. */
  readonly arn: string
  /** Of the rule; of a listener that of its default rule. */
  readonly ruleArn: string
  readonly loadBalancerArn: string
  readonly type: "application" | "network"
  readonly actions: readonly Frozen<Action>[]
}

const ruleForm = /^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:listener-rule\/app\//
const networkForm = /^arn:[^:]+:elasticloadbalancing:[^:]+:\d{12}:listener\/net\//

/** Whether an ARN can name a route: the rule of an application load balancer, or a network load balancer's listener. */
export const isRouteArn = (arn: string): boolean => ruleForm.test(arn) || networkForm.test(arn)

/** The listener whose default rule it would be: `…:listener-rule/app/<lb>/<id>/<listener>/<rule>`. */
const listenerOfRule = (arn: string): string =>
  arn.slice(0, arn.lastIndexOf("/")).replace(":listener-rule/", ":listener/")

/** What an ARN names, or undefined when there is none of that name. */
export const routeOf = (view: View, arn: string): Route | undefined => {
  const rule = view.listenerRules.get(arn)
  const listener = rule ? undefined : view.listeners.get(ruleForm.test(arn) ? listenerOfRule(arn) : arn)
  if (listener && ruleForm.test(arn) && listener.defaultRuleArn !== arn) return undefined
  const loadBalancerArn = (rule ?? listener)?.loadBalancerArn
  const balancer = loadBalancerArn === undefined ? undefined : view.loadBalancers.get(loadBalancerArn)
  if (!balancer) return undefined
  const common = { loadBalancerArn: balancer.arn, type: balancer.type } as const
  if (rule) return { kind: "rule", arn, ruleArn: arn, actions: rule.actions, ...common }
  if (!listener) return undefined
  const { arn: listenerArn, defaultRuleArn: ruleArn, defaultActions: actions } = listener
  return { kind: "listener", arn: listenerArn, ruleArn, actions, ...common }
}

/** The weights of the target groups that a route forwards to. One that is named without weights has all of it. */
export const weightsOf = ({ actions }: Pick<Route, "actions">): ReadonlyMap<string, number> => {
  const weights = new Map<string, number>()
  for (const action of actions) {
    if (action.Type !== "forward") continue
    const groups = action.ForwardConfig?.TargetGroups ?? []
    for (const { TargetGroupArn: arn, Weight: weight = 1 } of groups) if (arn) weights.set(arn, weight)
    if (groups.length === 0 && action.TargetGroupArn) weights.set(action.TargetGroupArn, 1)
  }
  return weights
}
