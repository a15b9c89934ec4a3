// The names that the resolvers of VPCs answer: those of interfaces, and those of load balancers and interface endpoints with
// an address in each of their subnets.
import type { NameWish } from "../protocol/index.ts"
import {
  classicKey,
  endpointNames,
  hasDnsSupport,
  type LoadBalancerRow,
  shownDnsName,
  type View,
} from "../state/index.ts"
import { classicZonesInDns, concernsFailover, zonesInDns } from "./dns-failover.ts"

/** What has names; and VPCs, whose attributes decide whether what is in them has. */
const namesFrom: ReadonlySet<string> = new Set([
  ...["networkInterfaces", "vpcs", "loadBalancers", "classicLoadBalancers", "vpcEndpoints"],
])

/** Whether names may be others after a change of a row. */
export const concernsNames = (table: string, before: object | undefined, after: object | undefined): boolean =>
  (namesFrom.has(table) && !isStatus(before, after)) || concernsFailover(table, before, after)

/** What a load balancer is said to be changes more often than where it is. */
const isStatus = (before: object | undefined, after: object | undefined): boolean => {
  const [was, is] = [before, after] as (Partial<LoadBalancerRow> | undefined)[]
  return was?.status !== undefined && is?.status !== undefined && was.status !== is.status
}

/**
 * Interfaces by their own names, and load balancers by theirs: one name with an address in each of its subnets, but for
 * zones whose node has nobody to send to.
 */
export const namesOf = (view: View): NameWish[] => [
  ...[...view.networkInterfaces.all()].flatMap((i) => {
    const name = shownDnsName(view, i)
    return name === undefined ? [] : [{ network: `${i.account}/${i.region}/${i.vpcId}`, name, address: i.privateIp }]
  }),
  ...[...view.loadBalancers.all()].flatMap((b) =>
    balancerNames(view, b, { id: b.arn, subnets: inZones(b.zones, zonesInDns(view, b), (zone) => zone.subnetId) }),
  ),
  ...[...view.classicLoadBalancers.all()].flatMap((b) =>
    balancerNames(view, b, {
      id: classicKey(b, b.name),
      subnets: inZones(b.subnets, classicZonesInDns(view, b), ({ id }) => id),
    }),
  ),
  ...[...view.vpcEndpoints.all()].flatMap((endpoint) =>
    endpointNames(endpoint).flatMap(({ name, zone }) => {
      const subnets = endpoint.subnets.filter((subnet) => zone === undefined || subnet.zone === zone)
      return balancerNames(
        view,
        { ...endpoint, dnsName: name },
        { id: endpoint.id, subnets: subnets.map(({ id }) => id) },
      )
    }),
  ),
]

const inZones = <S extends { readonly zone: string }>(
  subnets: readonly S[],
  zones: ReadonlySet<string>,
  idOf: (subnet: S) => string,
): string[] => subnets.filter(({ zone }) => zones.has(zone)).map(idOf)

const balancerNames = (
  view: View,
  { account, region, vpcId, dnsName }: Pick<LoadBalancerRow, "account" | "region" | "vpcId" | "dnsName">,
  { id, subnets }: { readonly id: string; readonly subnets: readonly string[] },
): NameWish[] => {
  const network = `${account}/${region}/${vpcId}`
  const vpc = view.vpcs.get(network)
  if (!vpc || !hasDnsSupport(vpc)) return []
  return view.networkInterfaces
    .by("balancer", id)
    .filter(({ subnetId }) => subnets.includes(subnetId))
    .map(({ privateIp }) => ({ network, name: dnsName.toLowerCase(), address: privateIp }))
}
