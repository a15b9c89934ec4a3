// How an EC2 instance is plugged into its VPC: a pair of virtual devices, one end on the bridge of the VPC, the other in the
// instance's namespace as the trunk of its interfaces: the instance's own, and those of its tasks in awsvpc mode. All of it
// goes with the namespace, so nothing is written down. docs/decisions/0015-interfaces-of-an-instance.md
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

/** The end of the pair inside. It has no address: its interfaces could not reach it. */
export const trunkDevice = "vpc0"

/** At most 15 characters; the digest keeps the instances of two data folders apart. */
const bridgeEnd = (namespace: string): string => `rsi-${digest(namespace, 10)}`

const ip = (namespace: string | undefined, ...words: string[]): Promise<string> =>
  run("ip", namespace === undefined ? words : ["-n", namespace, ...words])

const isThere = (namespace: string | undefined, device: string): Promise<boolean> =>
  ip(namespace, "link", "show", "dev", device).then(
    () => true,
    () => false,
  )

/** What came of it. */
export interface PluggedIn {
  /** Whether tasks can get interfaces beside the instance's own. Else the reason. */
  readonly interfaces: true | string
}

/** Plugs the namespace in, or makes sure that it still is: the bridge may have been made anew. */
export const plugIn = async (namespace: string, bridge: BridgePlace, wanted: InstanceAddress): Promise<PluggedIn> => {
  const outer = bridgeEnd(namespace)
  let refusal = "it was made by an earlier version: stop it and start it"
  if (!(await isThere(bridge.namespace, outer)) || !(await isThere(namespace, instanceDevice))) {
    refusal = (await makePair(namespace, bridge, outer)) ?? refusal
  }
  await ip(bridge.namespace, "link", "set", "dev", outer, "master", bridge.device, "up")
  const interfaces = await isThere(namespace, trunkDevice)
  if (interfaces) {
    // Without addresses it is not to answer for those of its interfaces either.
    await ip(namespace, "link", "set", "dev", trunkDevice, "arp", "off", "addrgenmode", "none", "up")
  }
  const [, prefix = "16"] = wanted.cidr.split("/")
  await ip(namespace, "link", "set", "dev", instanceDevice, "address", wanted.macAddress)
  await ip(namespace, "address", "replace", `${wanted.address}/${prefix}`, "dev", instanceDevice)
  await ip(namespace, "link", "set", "dev", instanceDevice, "up")
  await ip(namespace, "route", "replace", "default", "via", wanted.gateway, "dev", instanceDevice)
  return { interfaces: interfaces || refusal }
}

/** Makes the devices; answers why there can only be one interface, if so. */
const makePair = async (namespace: string, bridge: BridgePlace, outer: string): Promise<string | undefined> => {
  // Half of a pair is of no use: with one end the other goes too, also when that is in a namespace that lost its name.
  if (await isThere(bridge.namespace, outer)) await ip(bridge.namespace, "link", "delete", "dev", outer)
  for (const device of [instanceDevice, trunkDevice]) {
    if (await isThere(namespace, device)) await ip(namespace, "link", "delete", "dev", device)
  }
  await ip(bridge.namespace, "link", "add", outer, "type", "veth", "peer", "name", trunkDevice, "netns", namespace)
  try {
    await ip(namespace, "link", "add", "link", trunkDevice, "name", instanceDevice, "type", "macvlan", "mode", "bridge")
    return undefined
  } catch (error) {
    await ip(namespace, "link", "set", "dev", trunkDevice, "name", instanceDevice)
    return `the kernel makes no macvlan device: ${error instanceof Error ? error.message : String(error)}`
  }
}
