// What each operation needs permission for. Describe operations know no narrower resource than `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
import type { AboutResource, Authorise, Conditions, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { listenerOfRule } from "./find.ts"
import type { Tags, WireTag } from "./tagging/tags.ts"

type Text = string | undefined

const requestTags = (tags: readonly WireTag[] | undefined): Conditions =>
  tags?.length
    ? {
        ...Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value])),
        "aws:TagKeys": tags.map(({ Key = "" }) => Key),
      }
    : {}

/** The tags of whatever an ARN names. */
const tagsOf = (cx: ReadCx, arn: string): Tags | undefined =>
  (
    cx.tx.loadBalancers.get(arn) ??
    cx.tx.targetGroups.get(arn) ??
    cx.tx.listeners.get(arn) ??
    cx.tx.listenerRules.get(arn)
  )?.tags ?? cx.tx.listeners.get(listenerOfRule(arn))?.defaultRuleTags

const demand = (cx: ReadCx, action: string, resources: readonly string[], conditions: Conditions = {}): Demand => ({
  action: `elasticloadbalancing:${action}`,
  resources,
  conditions,
  about: (arn): AboutResource => ({ tags: tagsOf(cx, arn) }),
})

/** With its tags: tagging while creating is an action of its own. */
const making = (
  cx: ReadCx,
  action: string,
  on: readonly string[],
  made: string,
  { tags, conditions }: { readonly tags?: readonly WireTag[] | undefined; readonly conditions?: Conditions },
): readonly Demand[] => {
  const own = demand(cx, action, on, { ...conditions, ...requestTags(tags) })
  if (!tags?.length) return [own]
  return [own, demand(cx, "AddTags", [made], { ...requestTags(tags), "elasticloadbalancing:CreateAction": action })]
}

export const onAll =
  (action: string): Authorise<object> =>
  (cx) => [demand(cx, action, ["*"])]

export const onLoadBalancer =
  (action: string): Authorise<{ LoadBalancerArn: Text }> =>
  (cx, input) => [demand(cx, action, [input.LoadBalancerArn ?? "*"])]

export const onTargetGroup =
  (action: string): Authorise<{ TargetGroupArn: Text }> =>
  (cx, input) => [demand(cx, action, [input.TargetGroupArn ?? "*"])]

export const onListener =
  (action: string): Authorise<{ ListenerArn: Text; Protocol?: Text; SslPolicy?: Text }> =>
  (cx, input) => [demand(cx, action, [input.ListenerArn ?? "*"], listenerConditions(input))]

export const onRule =
  (action: string): Authorise<{ RuleArn: Text }> =>
  (cx, input) => [demand(cx, action, [input.RuleArn ?? "*"])]

export const onRules: Authorise<{ RulePriorities: readonly { readonly RuleArn?: Text }[] | undefined }> = (
  cx,
  input,
) => [
  demand(
    cx,
    "SetRulePriorities",
    (input.RulePriorities ?? []).map(({ RuleArn }) => RuleArn ?? "*"),
  ),
]

const listenerConditions = ({ Protocol, SslPolicy }: { Protocol?: Text; SslPolicy?: Text }): Conditions => ({
  ...(Protocol !== undefined && { "elasticloadbalancing:ListenerProtocol": Protocol }),
  ...(SslPolicy !== undefined && { "elasticloadbalancing:SecurityPolicy": SslPolicy }),
})

interface Placed {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly { readonly SubnetId?: Text }[] | undefined
  readonly SecurityGroups?: readonly string[] | undefined
}

const placeConditions = ({ Subnets = [], SubnetMappings = [], SecurityGroups = [] }: Placed): Conditions => {
  const subnets = [...Subnets, ...SubnetMappings.flatMap(({ SubnetId }) => SubnetId ?? [])]
  return {
    ...(subnets.length > 0 && { "elasticloadbalancing:Subnet": subnets }),
    ...(SecurityGroups.length > 0 && { "elasticloadbalancing:SecurityGroup": SecurityGroups }),
  }
}

const types: Readonly<Record<string, string>> = { network: "net", gateway: "gwy" }

export const onNewLoadBalancer: Authorise<
  Placed & { Name: Text; Type?: Text; Scheme?: Text; Tags?: readonly WireTag[] | undefined }
> = (cx, input) => {
  const name = `loadbalancer/${types[input.Type ?? ""] ?? "app"}/${input.Name ?? ""}/*`
  const arn = formatArn("elasticloadbalancing", cx.scope, name)
  const conditions = { ...placeConditions(input), "elasticloadbalancing:Scheme": input.Scheme ?? "internet-facing" }
  return making(cx, "CreateLoadBalancer", [arn], arn, { tags: input.Tags, conditions })
}

/** SetSubnets and SetSecurityGroups. */
export const onPlace =
  (action: string): Authorise<Placed & { LoadBalancerArn: Text }> =>
  (cx, input) => [demand(cx, action, [input.LoadBalancerArn ?? "*"], placeConditions(input))]

export const onNewTargetGroup: Authorise<{ Name: Text; Tags?: readonly WireTag[] | undefined }> = (cx, input) => {
  const arn = formatArn("elasticloadbalancing", cx.scope, `targetgroup/${input.Name ?? ""}/*`)
  return making(cx, "CreateTargetGroup", [arn], arn, { tags: input.Tags })
}

export const onNewListener: Authorise<{
  LoadBalancerArn: Text
  Protocol?: Text
  SslPolicy?: Text
  Tags?: readonly WireTag[] | undefined
}> = (cx, input) => {
  const arn = input.LoadBalancerArn ?? "*"
  const made = `${arn.replace(":loadbalancer/", ":listener/")}/*`
  return making(cx, "CreateListener", [arn], made, { tags: input.Tags, conditions: listenerConditions(input) })
}

export const onNewRule: Authorise<{ ListenerArn: Text; Tags?: readonly WireTag[] | undefined }> = (cx, input) => {
  const arn = input.ListenerArn ?? "*"
  return making(cx, "CreateRule", [arn], `${arn.replace(":listener/", ":listener-rule/")}/*`, { tags: input.Tags })
}

/** AddTags and RemoveTags, on whatever is named. */
export const onTagged =
  (
    action: string,
  ): Authorise<{
    ResourceArns: readonly string[] | undefined
    Tags?: readonly WireTag[] | undefined
    TagKeys?: readonly string[] | undefined
  }> =>
  (cx, input) => [
    demand(cx, action, input.ResourceArns ?? [], {
      ...requestTags(input.Tags),
      ...(input.TagKeys?.length && { "aws:TagKeys": input.TagKeys }),
    }),
  ]
