// What is to be said of a load balancer, by what its proxy reports: active is one that a proxy carries traffic for, at all of
// its addresses and listeners. Pure.
import type { CarriedBalancerRow, CarriedWay, LoadBalancerStatus } from "../../state/index.ts"
import type { Seen, Wanted } from "./seen.ts"

const away = "No proxy carries its traffic at the moment."

/** Its status now. `missing` are subnets in which there is no address for it. */
export const statusOf = ({ interfaces, network, carried }: Seen, wanted: Wanted): LoadBalancerStatus => {
  if (wanted.obstacle !== undefined) return { code: "failed", reason: wanted.obstacle }
  const missing = wanted.places.filter(({ subnetId }) => !interfaces.some((one) => one.subnetId === subnetId))
  const [place] = missing
  if (place && missing.length === wanted.places.length) return { code: "failed", reason: noAddress(place) }
  if (network?.observed.status === "FAILED") {
    return { code: "failed", reason: network.observed.reason ?? "The network of its VPC cannot be made." }
  }
  const proxy = network && carried.find(({ machineId }) => machineId === network.machineId)
  if (!proxy) return { code: "provisioning", ...(wasMore(wanted.status) && { reason: away }) }
  const known = waysOf(wanted, proxy, interfaces)
  if (place && known.code === "active") return { code: "active_impaired", reason: noAddress(place) }
  return known
}

const noAddress = ({ subnetId, privateAddress }: Wanted["places"][number]): string =>
  privateAddress === undefined
    ? `There is no free address in subnet ${subnetId}.`
    : `The address ${privateAddress} in subnet ${subnetId} is not free.`

/** It was carried once, or that was already said. */
const wasMore = ({ code, reason }: LoadBalancerStatus): boolean => code !== "provisioning" || reason === away

const waysOf = (
  wanted: Wanted,
  { nodes, listeners, ways }: CarriedBalancerRow,
  interfaces: Seen["interfaces"],
): LoadBalancerStatus => {
  const of = (way: CarriedWay["way"], status: CarriedWay["status"]) =>
    ways.filter((one) => one.way === way && one.status === status && wanted.listeners.includes(one.listener))
  const open = of("address", "open")
  const failed = of("address", "failed")
  const reason = reasonOf(failed.length > 0 ? failed : of("localhost", "failed"))
  if (failed.length > 0) return { code: open.length > 0 ? "active_impaired" : "failed", ...reason }
  const isAtAll = interfaces
    .filter(({ subnetId }) => wanted.places.some((place) => place.subnetId === subnetId))
    .every(({ privateIp }) => nodes.includes(privateIp))
  const isOpen = wanted.listeners.every((id) => listeners.includes(id) && open.some(({ listener }) => listener === id))
  // What comes to one that is active (a listener, a subnet) is a moment later than its record; the rest goes on.
  const goesOn = wanted.status.code === "active" || wanted.status.code === "active_impaired"
  return { code: (isAtAll && isOpen) || goesOn ? "active" : "provisioning", ...reason }
}

const reasonOf = (ways: readonly CarriedWay[]): Pick<LoadBalancerStatus, "reason"> => {
  const reasons = new Set(ways.flatMap(({ reason }) => reason ?? []))
  return reasons.size === 0 ? {} : { reason: [...reasons].join(" ") }
}
