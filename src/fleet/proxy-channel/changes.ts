// Which changes of records can make another configuration: the rest is not compiled for.
import type { Change, InstanceRow, LoadBalancerRow, NetworkInterfaceRow, NetworkRow } from "../../state/index.ts"

const always: ReadonlySet<string> = new Set([
  ...["listeners", "listenerRules", "targetGroups", "targets", "certificates", "vpcEndpointServices"],
])

/** Whether proxies may have to be told something else after it. */
export const concernsProxies = ({ table, before, after }: Change): boolean => {
  if (always.has(table)) return true
  switch (table) {
    case "loadBalancers":
    case "classicLoadBalancers":
    case "vpcEndpoints":
      return isMoreThan<LoadBalancerRow>(["status", "tags"], before, after)
    case "networkInterfaces":
      return ((after ?? before) as NetworkInterfaceRow).balancer !== undefined
    case "networks":
      return differs<NetworkRow>(["machineId", "desired"], before, after)
    case "instances":
      return differs<InstanceRow>(["observed", "privateIp", "availabilityZone"], before, after)
    default:
      return false
  }
}

/** Whether one of the members is another one; also when the row came or went. */
const differs = <R extends object>(names: readonly (keyof R)[], before?: object, after?: object): boolean => {
  if (!before || !after) return true
  return names.some((name) => (before as R)[name] !== (after as R)[name])
}

/** Whether a member besides these is another one. */
const isMoreThan = <R extends object>(names: readonly (keyof R)[], before?: object, after?: object): boolean => {
  const all = [...Object.keys(before ?? {}), ...Object.keys(after ?? {})] as (keyof R)[]
  return differs<R>(
    all.filter((name) => !names.includes(name)),
    before,
    after,
  )
}
