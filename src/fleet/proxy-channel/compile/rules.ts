// Rules of listeners, from Elastic Load Balancing's words into those of the protocol: conditions, transforms, and the one
// action that ends a rule.
import type { Action, RuleCondition, RuleTransform } from "@aws-sdk/client-elastic-load-balancing-v2"
import type {
  ActionConfiguration,
  ConditionConfiguration,
  RuleConfiguration,
  TransformConfiguration,
} from "../../../protocol/index.ts"
import type { Frozen, ListenerRow, ListenerRuleRow } from "../../../state/index.ts"
import { memoised } from "./kept.ts"

/** Undefined: it has no action that a proxy could do, which services/elbv2 lets nobody make. */
export const ruleOf = memoised((rule: ListenerRuleRow): RuleConfiguration | undefined => {
  const action = actionOf(rule.actions)
  if (!action) return undefined
  return {
    id: rule.arn,
    priority: rule.priority,
    conditions: rule.conditions.flatMap((condition) => conditionOf(condition) ?? []),
    ...(rule.transforms?.length && { transforms: rule.transforms.flatMap((one) => transformOf(one) ?? []) }),
    action,
  }
})

/** The rule that is tried last. */
export const defaultRuleOf = ({ defaultRuleArn: id, defaultActions }: ListenerRow): RuleConfiguration | undefined => {
  const action = defaultAction(defaultActions)
  return action && { id, priority: 0, conditions: none, action }
}

const none: readonly ConditionConfiguration[] = []
const defaultAction = memoised((actions: readonly Frozen<Action>[]) => actionOf(actions))

const conditionOf = (condition: Frozen<RuleCondition>): ConditionConfiguration | undefined => {
  const plain = condition.Values ?? []
  switch (condition.Field) {
    case "host-header":
    case "path-pattern": {
      const config = condition.Field === "host-header" ? condition.HostHeaderConfig : condition.PathPatternConfig
      const regex = config?.RegexValues ?? condition.RegexValues
      if (regex?.length) return { field: condition.Field, values: regex, regex: true }
      return { field: condition.Field, values: config?.Values ?? plain }
    }
    case "http-request-method":
      return { field: "http-request-method", values: condition.HttpRequestMethodConfig?.Values ?? plain }
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig?.Values ?? plain }
    case "http-header": {
      const { HttpHeaderName: name = "", Values: values = [], RegexValues: regex } = condition.HttpHeaderConfig ?? {}
      if (regex?.length) return { field: "http-header", name, values: regex, regex: true }
      return { field: "http-header", name, values }
    }
    case "query-string": {
      const values = (condition.QueryStringConfig?.Values ?? []).map(({ Key: key, Value: value = "" }) => ({
        ...(key !== undefined && { key }),
        value,
      }))
      return { field: "query-string", values }
    }
    default:
      return undefined
  }
}

const transformOf = (transform: Frozen<RuleTransform>): TransformConfiguration | undefined => {
  const type = transform.Type
  if (type !== "host-header-rewrite" && type !== "url-rewrite") return undefined
  const config = type === "host-header-rewrite" ? transform.HostHeaderRewriteConfig : transform.UrlRewriteConfig
  const rewrites = (config?.Rewrites ?? []).map(({ Regex: regex = "", Replace: replace = "" }) => ({ regex, replace }))
  return { type, rewrites }
}

/** AWS: the action that ends a rule has the highest order; those before it would authenticate, which is refused. */
const actionOf = (actions: readonly Frozen<Action>[]): ActionConfiguration | undefined => {
  const last = actions.toSorted((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).at(-1)
  switch (last?.Type) {
    case "forward":
      return forwardOf(last)
    case "redirect": {
      const { StatusCode, Protocol, Host, Port, Path, Query } = last.RedirectConfig ?? {}
      return {
        type: "redirect",
        statusCode: StatusCode === "HTTP_301" ? 301 : 302,
        // What is not said stays as the request has it: API reference, RedirectActionConfig.
        protocol: Protocol ?? "#{protocol}",
        host: Host ?? "#{host}",
        port: Port ?? "#{port}",
        path: Path ?? "/#{path}",
        query: Query ?? "#{query}",
      }
    }
    case "fixed-response": {
      const { StatusCode, ContentType, MessageBody } = last.FixedResponseConfig ?? {}
      return {
        type: "fixed-response",
        statusCode: Number(StatusCode),
        ...(ContentType !== undefined && { contentType: ContentType }),
        ...(MessageBody !== undefined && { body: MessageBody }),
      }
    }
    default:
      return undefined
  }
}

const forwardOf = (action: Frozen<Action>): ActionConfiguration => {
  const groups = action.ForwardConfig?.TargetGroups ?? []
  const { Enabled, DurationSeconds } = action.ForwardConfig?.TargetGroupStickinessConfig ?? {}
  return {
    type: "forward",
    pools:
      groups.length > 0
        ? groups.map(({ TargetGroupArn = "", Weight }) => ({ pool: TargetGroupArn, weight: Weight ?? 1 }))
        : [{ pool: action.TargetGroupArn ?? "", weight: 1 }],
    ...(Enabled && DurationSeconds !== undefined && { stickySeconds: DurationSeconds }),
  }
}
