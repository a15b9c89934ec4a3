// What each operation needs permission for. Describe operations know no narrower resource than `*`.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancing.html
import type { Authorise, Conditions, Demand, ReadCx } from "../../gate/index.ts"
import { formatArn } from "../../kernel/index.ts"
import { classicKey } from "../../state/index.ts"

type Text = string | undefined

interface WireTag {
  readonly Key?: Text
  readonly Value?: Text
}

const requestTags = (tags: readonly WireTag[] | undefined): Conditions =>
  tags?.length
    ? {
        ...Object.fromEntries(tags.map(({ Key = "", Value }) => [`aws:RequestTag/${Key}`, Value ?? ""])),
        "aws:TagKeys": tags.map(({ Key = "" }) => Key),
      }
    : {}

const demand = (cx: ReadCx, action: string, names: readonly string[], conditions: Conditions = {}): Demand => {
  const arnOf = (name: string) => formatArn("elasticloadbalancing", cx.scope, `loadbalancer/${name}`)
  return {
    action: `elasticloadbalancing:${action}`,
    resources: names.map(arnOf),
    conditions,
    about: (arn) => {
      const name = names.find((one) => arnOf(one) === arn) ?? ""
      return { tags: cx.tx.classicLoadBalancers.get(classicKey(cx.scope, name))?.tags }
    },
  }
}

export const onAll = (action: string) => (): readonly Demand[] => [
  { action: `elasticloadbalancing:${action}`, resources: ["*"] },
]

interface Named {
  readonly LoadBalancerName?: Text
}

export const on =
  (action: string): Authorise<Named> =>
  (cx, input) => [demand(cx, action, [input.LoadBalancerName ?? "*"])]

export const onNew: Authorise<Named & { readonly Scheme?: Text; readonly Tags?: readonly WireTag[] | undefined }> = (
  cx,
  input,
) => {
  const names = [input.LoadBalancerName ?? "*"]
  const tags = requestTags(input.Tags)
  const own = demand(cx, "CreateLoadBalancer", names, {
    ...tags,
    "elasticloadbalancing:Scheme": input.Scheme ?? "internet-facing",
  })
  if (!input.Tags?.length) return [own]
  return [own, demand(cx, "AddTags", names, { ...tags, "elasticloadbalancing:CreateAction": "CreateLoadBalancer" })]
}

export const onTagged =
  (
    action: string,
  ): Authorise<{
    readonly LoadBalancerNames?: readonly string[] | undefined
    readonly Tags?: readonly WireTag[] | undefined
  }> =>
  (cx, input) => [demand(cx, action, input.LoadBalancerNames ?? [], requestTags(input.Tags))]
