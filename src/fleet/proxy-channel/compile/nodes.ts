// Where a load balancer is: the addresses that controllers/load-balancer took for it, one in each of its subnets.
import { type Scope, scopeKey } from "../../../kernel/index.ts"
import type { NodeConfiguration } from "../../../protocol/index.ts"
import type { View } from "../../../state/index.ts"

/** The machine in whose networks a load balancer of this VPC is; undefined while the VPC has no network. */
export const machineOf = (view: View, scope: Scope, vpcId: string): string | undefined => {
  const network = view.networks.get(`${scopeKey(scope)}/${vpcId}`)
  return network?.desired === "up" ? network.machineId : undefined
}

/** Those in the subnets that it is in now, in their order. */
export const nodesOf = (view: View, balancer: string, subnets: readonly string[]): readonly NodeConfiguration[] => {
  const interfaces = view.networkInterfaces.by("balancer", balancer)
  return subnets.flatMap((subnetId) => {
    const made = interfaces.find((one) => one.subnetId === subnetId)
    return made ? [{ address: made.privateIp, zone: made.availabilityZone }] : []
  })
}
