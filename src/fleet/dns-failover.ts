// Which of a load balancer's zones its name has an address in: AWS takes a zone's node out of DNS while the node has too few
// healthy targets, and all of them come back when no zone has enough (the guide's page "Target group health", DNS failover).
import { scopeKey } from "../kernel/index.ts"
import {
  type ClassicLoadBalancerRow,
  classicKey,
  type LoadBalancerRow,
  type TargetHealthRow,
  type TargetRow,
  targetGroupsOf,
  targetKey,
  type View,
} from "../state/index.ts"

/** Tables from which zones of names follow. */
const asked: ReadonlySet<string> = new Set(["targets", "listeners", "listenerRules", "targetGroups"])

/** Whether a change of a row may move a name; of health only what makes a target healthy, or no longer. */
export const concernsFailover = (table: string, before: object | undefined, after: object | undefined): boolean => {
  if (table !== "targetHealth") return asked.has(table)
  const [was, is] = [before, after] as (TargetHealthRow | undefined)[]
  return isGood(was) !== isGood(is)
}

const isGood = (health: TargetHealthRow | undefined): boolean =>
  health?.state === "healthy" || health?.state === "unavailable"

/** What is asked of one group of targets. */
interface Demand {
  readonly targets: readonly { readonly zone: string | undefined; readonly healthy: boolean }[]
  readonly crossZone: boolean
  readonly count: number
  /** In per cent of those registered. */
  readonly percentage: number
}

/** The zones whose nodes are in DNS. */
export const zonesInDns = (view: View, row: LoadBalancerRow): ReadonlySet<string> => {
  const actions = [
    ...view.listeners
      .by("loadBalancer", row.arn)
      .flatMap(({ arn, defaultActions }) => [
        defaultActions,
        ...view.listenerRules.by("listener", arn).map((rule) => rule.actions),
      ]),
  ].flat()
  const own = row.attributes["load_balancing.cross_zone.enabled"] ?? String(row.type === "application")
  const demands = targetGroupsOf(actions).map((arn): Demand => {
    const group = view.targetGroups.get(arn)
    const attributes = group?.attributes ?? {}
    const of = (name: string) => attributes[`target_group_health.dns_failover.minimum_healthy_targets.${name}`]
    const said = attributes["load_balancing.cross_zone.enabled"]
    const percentage = of("percentage") ?? "off"
    return {
      targets: seenTargets(view, arn, group?.healthCheck.enabled === false),
      crossZone: (said === "true" || said === "false" ? said : own) === "true",
      count: Number(of("count") ?? 1),
      percentage: percentage === "off" ? 0 : Number(percentage),
    }
  })
  return zonesWith(demands, new Set(row.zones.map(({ zone }) => zone)))
}

export const classicZonesInDns = (view: View, row: ClassicLoadBalancerRow): ReadonlySet<string> => {
  const crossZone = row.attributes["CrossZoneLoadBalancing.Enabled"] === "true"
  const targets = seenTargets(view, classicKey(row, row.name), false)
  return zonesWith([{ targets, crossZone, count: 1, percentage: 0 }], new Set(row.subnets.map(({ zone }) => zone)))
}

const seenTargets = (view: View, group: string, unchecked: boolean): Demand["targets"] =>
  view.targets
    .by("group", group)
    .filter(({ draining }) => draining === undefined)
    .map((target) => ({
      zone: zoneOf(view, target),
      healthy: unchecked || isGood(view.targetHealth.get(targetKey(group, target.id, target.port))),
    }))

const zoneOf = (view: View, { id, zone, ...scope }: TargetRow): string | undefined => {
  const found = zone ?? view.instances.get(`${scopeKey(scope)}/${id}`)?.availabilityZone
  return found === "all" ? undefined : found
}

/** All of them when none has enough. A group without targets takes no zone away: it has nothing anywhere. */
const zonesWith = (demands: readonly Demand[], zones: ReadonlySet<string>): ReadonlySet<string> => {
  const inZones = demands
    .map((demand) => ({
      ...demand,
      targets: demand.targets.filter(({ zone }) => zone === undefined || zones.has(zone)),
    }))
    .filter(({ targets }) => targets.length > 0)
  const good = [...zones].filter((zone) => inZones.every((demand) => hasEnough(demand, zone)))
  return good.length > 0 ? new Set(good) : zones
}

const hasEnough = ({ targets, crossZone, count, percentage }: Demand, node: string): boolean => {
  const there = crossZone ? targets : targets.filter(({ zone }) => zone === undefined || zone === node)
  const healthy = there.filter((target) => target.healthy).length
  return healthy >= Math.max(count, (percentage * there.length) / 100)
}
