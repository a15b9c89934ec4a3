// Finding load balancers, listeners, rules and target groups by what a request names, with AWS's errors for those that are
// not there. What belongs to another account or region is not there either.
import type { ReadCx } from "../../gate/index.ts"
import { type Fault, fault, parseArn, type Scope } from "../../kernel/index.ts"
import type { ListenerRow, ListenerRuleRow, LoadBalancerRow, TargetGroupRow } from "../../state/index.ts"
import { isArnOf, type Kind } from "./arns.ts"
import { invalid } from "./checks.ts"

/** Codes and words: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/CommonErrors.html, and field reports. */
const codes: Readonly<Record<Kind, string>> = {
  "load balancer": "LoadBalancerNotFound",
  "target group": "TargetGroupNotFound",
  listener: "ListenerNotFound",
  "listener rule": "RuleNotFound",
}

/** Of several: `One or more target groups not found`. */
export const someNotFound = (kind: Kind): Fault =>
  fault(codes[kind], `One or more ${kind === "listener rule" ? "rule" : kind}s not found`)

/** Of a listener AWS speaks as if there were several (aws-load-balancer-controller issue 1157); the others from memory. */
const oneNotFound = (kind: Kind, arn: string): Fault =>
  kind === "listener" ? someNotFound(kind) : fault(codes[kind], `${titles[kind]} '${arn}' not found`)

const titles = { "load balancer": "Load balancer", "target group": "Target group", "listener rule": "Rule" } as const

/** AWS says the same of an ARN that is none and of one of another account or region (field reports). */
export const checkArn = (scope: Scope, kind: Kind, arn: string): void => {
  const parts = isArnOf(kind, arn) ? parseArn(arn) : undefined
  if (parts?.account !== scope.account || parts.region !== scope.region)
    throw invalid(`'${arn}' is not a valid ${kind} ARN`)
}

interface Named<R> {
  get(arn: string): R | undefined
}

const one = <R extends Scope>(cx: ReadCx, table: Named<R>, kind: Kind, arn: string | undefined): R => {
  checkArn(cx.scope, kind, arn ?? "")
  const row = table.get(arn ?? "")
  if (!row) throw oneNotFound(kind, arn ?? "")
  return row
}

export const loadBalancerAt = (cx: ReadCx, arn: string | undefined): LoadBalancerRow =>
  one(cx, cx.tx.loadBalancers, "load balancer", arn)
export const targetGroupAt = (cx: ReadCx, arn: string | undefined): TargetGroupRow =>
  one(cx, cx.tx.targetGroups, "target group", arn)
export const listenerAt = (cx: ReadCx, arn: string | undefined): ListenerRow =>
  one(cx, cx.tx.listeners, "listener", arn)

/** A rule that has a row; of a default rule the listener. */
export const ruleAt = (
  cx: ReadCx,
  arn: string | undefined,
): { readonly rule: ListenerRuleRow } | { readonly defaultOf: ListenerRow } => {
  checkArn(cx.scope, "listener rule", arn ?? "")
  const rule = cx.tx.listenerRules.get(arn ?? "")
  if (rule) return { rule }
  const listener = cx.tx.listeners.get(listenerOfRule(arn ?? ""))
  if (listener && listener.defaultRuleArn === arn) return { defaultOf: listener }
  throw oneNotFound("listener rule", arn ?? "")
}

/** The ARN of the listener that a rule's ARN says it is of. */
export const listenerOfRule = (arn: string): string =>
  arn.replace(":listener-rule/", ":listener/").replace(/\/[^/]+$/, "")

/** Each of the named ones, once; all of them have to be there. */
export const allAt = <R extends Scope>(
  cx: ReadCx,
  table: Named<R>,
  kind: Kind,
  arns: readonly string[],
): readonly R[] => {
  for (const arn of arns) checkArn(cx.scope, kind, arn)
  return [...new Set(arns)].map((arn) => {
    const row = table.get(arn)
    if (!row) throw someNotFound(kind)
    return row
  })
}
