// An interface endpoint: addresses in its own VPC, with the listeners of the network load balancers of its service, whose
// targets the proxy reaches from where it is.
import type { BalancerConfiguration } from "../../../protocol/index.ts"
import {
  balancersBehind,
  carriedListeners,
  endpointListenerId,
  type View,
  type VpcEndpointRow,
} from "../../../state/index.ts"
import { type Certificates, listenerOf } from "./balancer.ts"
import type { Kept } from "./kept.ts"
import { machineOf, nodesOf } from "./nodes.ts"

/** Undefined while nobody may connect, while it has no address, and where its service cannot be reached. */
export const endpointOf = (
  view: View,
  row: VpcEndpointRow,
  kept: Kept,
  certificates: Certificates,
): { readonly balancer: BalancerConfiguration; readonly zones: readonly { readonly zone: string }[] } | undefined => {
  if (row.acceptance !== "accepted" || row.deletedAt !== undefined) return undefined
  const machineId = machineOf(view, row, row.vpcId)
  const behind = balancersBehind(view, row).filter((one) => machineOf(view, one, one.vpcId) === machineId)
  const [first] = behind
  const subnets = row.subnets.map(({ id }) => id)
  const nodes = nodesOf(view, row.id, subnets).map((node) => kept.keep(`node ${row.id} ${node.address}`, node))
  if (!first || nodes.length === 0) return undefined
  const balancer = kept.keep(`balancer ${row.id}`, {
    id: row.id,
    kind: "endpoint" as const,
    name: row.id,
    account: row.account,
    region: row.region,
    label: row.id,
    dnsName: row.dnsName,
    nodes,
    attributes: first.attributes,
    listeners: carriedListeners(view, row)
      .filter(({ loadBalancerArn }) => behind.some(({ arn }) => arn === loadBalancerArn))
      .flatMap((listener) => {
        const made = listenerOf(view, listener, kept, certificates)
        const id = endpointListenerId(row, listener)
        return made ? kept.keep(`listener ${id}`, { ...made, id }) : []
      }),
  })
  return { balancer, zones: behind.flatMap(({ zones }) => zones) }
}
