// ModifyListener: what is not named stays as it is, but for what the new protocol has no use for.
import type { Op } from "../../../gate/index.ts"
import type { ListenerRow } from "../../../state/index.ts"
import { checkedActions } from "../actions/actions.ts"
import { attributesOfListener } from "../attributes/of-listeners.ts"
import { checkPort } from "../checks.ts"
import { listenerAt, loadBalancerAt } from "../find.ts"
import { checkBalancersCapacity } from "../targets/capacity.ts"
import { shownListener } from "./describe.ts"
import { checkFree, checkProtocol, protocolFor } from "./ports.ts"
import { tlsFor } from "./tls.ts"

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html */
export const ModifyListener: Op<"elbv2", "ModifyListener"> = (cx, input) => {
  checkProtocol(input.Protocol)
  checkPort("port", input.Port)
  const row = listenerAt(cx, input.ListenerArn)
  const balancer = loadBalancerAt(cx, row.loadBalancerArn)
  const protocol = input.Protocol === undefined ? row.protocol : protocolFor(balancer.type, input.Protocol)
  const port = input.Port ?? row.port
  checkFree(cx, balancer.arn, port, protocol, row.arn)
  const tls = tlsFor(cx, protocol, input, row)
  const place = { balancer, protocol, member: "defaultActions", operation: "ModifyListener" } as const
  // Those that stay have to suit a new protocol too.
  const isNew = input.DefaultActions !== undefined || protocol !== row.protocol
  const asked = input.DefaultActions ?? row.defaultActions
  const defaultActions = isNew ? checkedActions(cx, asked, place) : row.defaultActions
  if (protocol !== row.protocol)
    for (const rule of cx.tx.listenerRules.by("listener", row.arn))
      checkedActions(cx, rule.actions, { ...place, member: "actions" })
  const changed: ListenerRow = {
    ...unsecured(row),
    port,
    protocol,
    ...tls,
    defaultActions,
  }
  const known = attributesOfListener(changed)
  const attributes = Object.fromEntries(
    Object.entries(row.attributes).filter(([key]) => known.some((one) => one.key === key)),
  )
  const kept = cx.tx.listeners.put({ ...changed, attributes })
  checkBalancersCapacity(cx, balancer.arn)
  return { Listeners: [shownListener(kept)] }
}

/** Without what is about TLS. */
const unsecured = ({ sslPolicy, alpnPolicy, mutualAuthentication, ...row }: ListenerRow): ListenerRow => row
