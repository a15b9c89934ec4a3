// What is to be done for a load balancer: interfaces to make, to change, to give back, and the network to ask for. Pure.
import type { NetworkInterfaceRow } from "../../state/index.ts"
import type { Seen, Wanted } from "./seen.ts"

export interface Plan {
  readonly network: boolean
  /** Subnets in which it has no interface yet. */
  readonly make: readonly Wanted["places"][number][]
  /** Those with other security groups than it has now. */
  readonly change: readonly NetworkInterfaceRow[]
  readonly release: readonly NetworkInterfaceRow[]
  /** The record of an endpoint that has nothing left. */
  readonly forget: boolean
}

export const plan = ({ wanted, gone, interfaces, network, carried }: Seen): Plan => {
  const isWanted = ({ subnetId }: NetworkInterfaceRow) =>
    wanted?.places.some((place) => place.subnetId === subnetId) ?? false
  // An address that is given to somebody else while a proxy still listens on it would take their traffic.
  const isCarried = ({ privateIp }: NetworkInterfaceRow) => carried.some(({ nodes }) => nodes.includes(privateIp))
  return {
    network: wanted !== undefined && network === undefined,
    make: (wanted?.places ?? []).filter(({ subnetId }) => !interfaces.some((one) => one.subnetId === subnetId)),
    change: interfaces.filter((one) => wanted && isWanted(one) && !isSame(one.securityGroups, wanted.securityGroups)),
    release: interfaces.filter((one) => !isWanted(one) && !isCarried(one)),
    forget: gone !== undefined && !interfaces.some(isCarried),
  }
}

/** Whether there is nothing to do. */
export const isEmpty = ({ network, make, change, release, forget }: Plan): boolean =>
  !network && !forget && [make, change, release].every((list) => list.length === 0)

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, at) => one === b[at])
