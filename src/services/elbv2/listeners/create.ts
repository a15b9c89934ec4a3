// CreateListener.
import type { Op, ReadCx } from "../../../gate/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { checkedActions } from "../actions/actions.ts"
import { listenerArn, ruleArn } from "../arns.ts"
import { checkPort, invalid } from "../checks.ts"
import { loadBalancerAt } from "../find.ts"
import { limits } from "../limits.ts"
import { sameTags, withTags } from "../tagging/tags.ts"
import { checkBalancersCapacity, reached } from "../targets/capacity.ts"
import { shownListener } from "./describe.ts"
import { checkFree, checkProtocol, protocolFor } from "./ports.ts"
import { tlsFor } from "./tls.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html */
export const CreateListener: Op<"elbv2", "CreateListener"> = (cx, input) => {
  checkProtocol(input.Protocol)
  checkPort("port", input.Port)
  const balancer = loadBalancerAt(cx, input.LoadBalancerArn)
  // Texts of moto's tests.
  if (input.Port === undefined) throw invalid("A listener port must be specified")
  if (input.Protocol === undefined) throw invalid("A listener protocol must be specified")
  const protocol = protocolFor(balancer.type, input.Protocol)
  const tags = withTags([], input.Tags, "listener")
  const tls = tlsFor(cx, protocol, input)
  const place = { balancer, protocol, member: "defaultActions", operation: "CreateListener" } as const
  const defaultActions = checkedActions(cx, input.DefaultActions, place)
  const wished = { loadBalancerArn: balancer.arn, port: input.Port, protocol, ...tls, defaultActions, tags }
  const known = sameListener(cx, wished)
  if (known) return { Listeners: [shownListener(known)] }
  checkFree(cx, balancer.arn, input.Port, protocol)
  const most = limits.listenersPerLoadBalancer
  if (cx.tx.listeners.count("loadBalancer", balancer.arn) >= most)
    throw reached("TooManyListeners", "listeners", most, balancer.arn)
  const arn = listenerArn(balancer.arn, cx.ids.hex(16))
  const row = cx.tx.listeners.insert({
    ...cx.scope,
    arn,
    ...wished,
    defaultRuleArn: ruleArn(arn, cx.ids.hex(16)),
    attributes: {},
    createdAt: cx.now,
  })
  checkBalancersCapacity(cx, balancer.arn)
  return { Listeners: [shownListener(row)] }
}

type Wished = Omit<ListenerRow, "arn" | "account" | "region" | "defaultRuleArn" | "attributes" | "createdAt">

/** "This operation is idempotent": the same listener again is the one that is there. */
const sameListener = (cx: ReadCx, wished: Wished): ListenerRow | undefined => {
  const text = ({ protocol, certificates, sslPolicy, alpnPolicy, defaultActions }: Wished) =>
    JSON.stringify([protocol, certificates[0], sslPolicy, alpnPolicy, defaultActions])
  return cx.tx.listeners
    .by("port", `${wished.loadBalancerArn} ${wished.port}`)
    .find((row) => text(row) === text(wished) && sameTags(row.tags, wished.tags))
}
