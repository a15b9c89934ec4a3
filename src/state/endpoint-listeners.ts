// What an interface endpoint carries: the load balancers of its service and their listeners, one for each port.
import type { View } from "./schema.ts"
import type { ListenerRow, LoadBalancerRow } from "./tables/load-balancers.ts"
import type { VpcEndpointRow } from "./tables/vpc-endpoints.ts"

/** The load balancers of an endpoint's service. */
export const balancersBehind = (view: View, { serviceName }: VpcEndpointRow): readonly LoadBalancerRow[] =>
  (view.vpcEndpointServices.first("name", serviceName)?.loadBalancers ?? []).flatMap(
    (arn) => view.loadBalancers.get(arn) ?? [],
  )

/** Of load balancers that listen on the same port the first one counts. */
export const carriedListeners = (view: View, endpoint: VpcEndpointRow): readonly ListenerRow[] => {
  const byPort = new Map<number, ListenerRow>()
  for (const { arn } of balancersBehind(view, endpoint)) {
    for (const listener of view.listeners.by("loadBalancer", arn)) {
      if (!byPort.has(listener.port)) byPort.set(listener.port, listener)
    }
  }
  return [...byPort.values()]
}

/** What proxies call a listener of an endpoint. */
export const endpointListenerId = ({ id }: VpcEndpointRow, { port }: ListenerRow): string => `${id}:${port}`
