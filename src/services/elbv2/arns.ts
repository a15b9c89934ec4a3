// The ARNs of load balancers, listeners, rules and target groups: how they are put together and what they say.
import { formatArn, type Scope } from "../../kernel/index.ts"
import type { LoadBalancerRow } from "../../state/index.ts"

const service = "elasticloadbalancing"
const shorts = { application: "app", network: "net" } as const

export const loadBalancerArn = (scope: Scope, type: LoadBalancerRow["type"], name: string, id: string): string =>
  formatArn(service, scope, `loadbalancer/${shorts[type]}/${name}/${id}`)

export const targetGroupArn = (scope: Scope, name: string, id: string): string =>
  formatArn(service, scope, `targetgroup/${name}/${id}`)

/** `…:listener/app/<name>/<id>/<listener>` from `…:loadbalancer/app/<name>/<id>`. */
export const listenerArn = (loadBalancer: string, id: string): string =>
  `${loadBalancer.replace(":loadbalancer/", ":listener/")}/${id}`

/** `…:listener-rule/…/<listener>/<rule>` from the listener's. */
export const ruleArn = (listener: string, id: string): string =>
  `${listener.replace(":listener/", ":listener-rule/")}/${id}`

/** What an ARN names. */
export type Kind = "load balancer" | "target group" | "listener" | "listener rule"

const forms: Readonly<Record<Kind, RegExp>> = {
  "load balancer": /^arn:[a-z-]+:elasticloadbalancing:[^:]*:[^:]*:loadbalancer\/(app|net|gwy)\/[^/]+\/[^/]+$/,
  "target group": /^arn:[a-z-]+:elasticloadbalancing:[^:]*:[^:]*:targetgroup\/[^/]+\/[^/]+$/,
  listener: /^arn:[a-z-]+:elasticloadbalancing:[^:]*:[^:]*:listener\/(app|net|gwy)(\/[^/]+){3}$/,
  "listener rule": /^arn:[a-z-]+:elasticloadbalancing:[^:]*:[^:]*:listener-rule\/(app|net|gwy)(\/[^/]+){4}$/,
}

export const isArnOf = (kind: Kind, text: string): boolean => forms[kind].test(text)

/** The kind of thing that an ARN names, or undefined. */
export const kindOf = (text: string): Kind | undefined =>
  (Object.keys(forms) as Kind[]).find((kind) => isArnOf(kind, text))
