// How an EC2 instance is plugged into its VPC: a pair of virtual devices, one end in the instance's namespace with its
// address, the other on the bridge of the VPC. Both ends go with the namespace, so nothing of it is written down.
import { run } from "../commands.ts"
import { digest } from "../names.ts"

/** The bridge of a VPC's network, and the namespace that it is in when that is not our own. */
export interface BridgePlace {
  readonly device: string
  readonly namespace?: string | undefined
}

/** What the instance is to be in the VPC. */
export interface InstanceAddress {
  readonly address: string
  readonly cidr: string
  readonly gateway: string
  readonly macAddress: string
}

/** What the device is called inside. */
export const instanceDevice = "eth0"

/** At most 15 characters; the digest keeps the instances of two data folders apart. */
const bridgeEnd = (namespace: string): string => `rsi-${digest(namespace, 10)}`

const ip = (namespace: string | undefined, ...words: string[]): Promise<string> =>
  run("ip", namespace === undefined ? words : ["-n", namespace, ...words])

const isThere = (namespace: string | undefined, device: string): Promise<boolean> =>
  ip(namespace, "link", "show", "dev", device).then(
    () => true,
    () => false,
  )

/** Plugs the namespace in, or makes sure that it still is: the bridge may have been made anew. */
export const plugIn = async (namespace: string, bridge: BridgePlace, wanted: InstanceAddress): Promise<void> => {
  const outer = bridgeEnd(namespace)
  if (!(await isThere(bridge.namespace, outer)) || !(await isThere(namespace, instanceDevice))) {
    // Half of a pair is of no use: with one end the other goes too.
    if (await isThere(namespace, instanceDevice)) await ip(namespace, "link", "delete", "dev", instanceDevice)
    const peer = ["type", "veth", "peer", "name", instanceDevice, "netns", namespace]
    await ip(bridge.namespace, "link", "add", outer, ...peer)
  }
  await ip(bridge.namespace, "link", "set", "dev", outer, "master", bridge.device, "up")
  const [, prefix = "16"] = wanted.cidr.split("/")
  await ip(namespace, "link", "set", "dev", instanceDevice, "address", wanted.macAddress)
  await ip(namespace, "address", "replace", `${wanted.address}/${prefix}`, "dev", instanceDevice)
  await ip(namespace, "link", "set", "dev", instanceDevice, "up")
  await ip(namespace, "route", "replace", "default", "via", wanted.gateway, "dev", instanceDevice)
}
