// The Docker networks of one engine that are ours: the link network and the VPCs'. Found again by label, made when they
// are missing, refused with a reason when their addresses are taken.
import { type Docker, DockerError, hasStatus } from "../../docker/index.ts"
import { type InstanceWish, link, linkLabel, type NetworkWish, networkLabel, ownerLabel } from "../../protocol/index.ts"
import { digest } from "../names.ts"
import { parseBlock } from "./cidr.ts"
import { type Conflict, linkConflict, type Taken, vpcConflict } from "./conflict.ts"
import { trunkDevice } from "./instance-link.ts"
import { type DockerNetwork, listNetworks, takenByNetworks } from "./taken.ts"

/** A network that cannot be made here, with the reason in words for the user. */
export class OverlapError extends Error {
  /** The data folder id of the Roadstead that has the addresses, if it is one. */
  readonly other: string | undefined

  constructor(conflict: Conflict) {
    super(conflict.reason)
    this.name = "OverlapError"
    this.other = conflict.other
  }
}

/** See {@link networksOf}. */
export interface Networks {
  /** Throws {@link OverlapError} when another network of the engine has the link network's addresses; makes nothing. */
  refuseLink(): Promise<void>
  /** Makes or finds the link network. Throws {@link OverlapError}. */
  ensureLink(): Promise<void>
  /** Makes or finds a VPC's network. Throws {@link OverlapError}. */
  ensureVpc(wish: Pick<NetworkWish, "key" | "vpcId" | "cidr" | "gateway">): Promise<void>
  /** Removes a VPC's network; throws while containers are on it. Does nothing when it is not there. */
  removeVpc(key: string): Promise<void>
  /** The keys of the VPC networks that are there. */
  vpcKeys(): Promise<string[]>
}

/** What the engine of an EC2 instance has besides. */
export interface InstanceNetworks {
  /** Makes or finds the network by which tasks get interfaces in the instance's VPC. */
  ensureInterfaces(instance: Pick<InstanceWish, "network" | "cidr" | "gateway">): Promise<void>
}

/** Device names have at most 15 characters. The owner's or the network's digest keeps two data folders apart. */
const deviceName = (kind: "l" | "v", text: string): string => `rs${kind}-${digest(text, 10)}`

/** The bridge of a VPC's network. */
export const vpcDevice = (owner: string, key: string): string => deviceName("v", `${owner} ${key}`)

/** Addresses in the link network's block that mean something else inside AWS and are never given to a container. */
const reserved = { imds: "169.254.169.254", dns: "169.254.169.253", time: "169.254.169.123" }

const linkBody = (owner: string) => ({
  Name: `roadstead-link-${digest(owner, 10)}`,
  CheckDuplicate: true,
  Driver: "bridge",
  // Internal: it never becomes a container's default route.
  Internal: true,
  IPAM: { Driver: "default", Config: [{ Subnet: link.subnet, Gateway: link.address, AuxiliaryAddresses: reserved }] },
  Options: {
    "com.docker.network.bridge.name": deviceName("l", owner),
    "com.docker.network.bridge.enable_icc": "false",
  },
  Labels: { [ownerLabel]: owner, [linkLabel]: "true" },
})

const vpcBody = (owner: string, wish: Pick<NetworkWish, "key" | "vpcId" | "cidr" | "gateway">) => ({
  Name: `roadstead-${wish.vpcId}-${digest(`${owner} ${wish.key}`, 10)}`,
  CheckDuplicate: true,
  Driver: "bridge",
  IPAM: { Driver: "default", Config: [{ Subnet: wish.cidr, Gateway: wish.gateway }] },
  Options: {
    "com.docker.network.bridge.name": vpcDevice(owner, wish.key),
    "com.docker.network.bridge.enable_ip_masquerade": "true",
  },
  Labels: { [ownerLabel]: owner, [networkLabel]: wish.key },
})

/** Addresses are chosen by the control plane, as everywhere in the VPC; Docker hands out none of its own. */
const interfacesBody = (owner: string, instance: Pick<InstanceWish, "network" | "cidr" | "gateway">) => ({
  Name: `roadstead-${instance.network.slice(instance.network.lastIndexOf("/") + 1)}-${digest(`${owner} ${instance.network}`, 10)}`,
  CheckDuplicate: true,
  Driver: "macvlan",
  IPAM: { Driver: "default", Config: [{ Subnet: instance.cidr, Gateway: instance.gateway }] },
  Options: { parent: trunkDevice, macvlan_mode: "bridge" },
  Labels: { [ownerLabel]: owner, [networkLabel]: instance.network },
})

/** Docker's own words when another network of the engine has an address of the block. */
const isOverlapAnswer = (error: unknown): error is DockerError =>
  error instanceof DockerError && /overlaps/i.test(error.message)

type Taking = readonly Taken[] | Promise<readonly Taken[]>

/**
 * The networks of `owner` on an engine. `machine` tells what else is taken in the engine's network namespace; for a
 * namespace of our own that is nothing.
 */
export const networksOf = (docker: Docker, owner: string, machine: () => Taking): Networks & InstanceNetworks => {
  const ours = (network: DockerNetwork) => network.Labels?.[ownerLabel] === owner
  const create = async (
    body: object,
    cidr: string,
    conflictOf: typeof vpcConflict,
    known: readonly DockerNetwork[],
  ) => {
    const block = parseBlock(cidr)
    if (!block) throw new Error(`${cidr} is not an IPv4 block`)
    // An engine's networks first: their bridges show up as routes too, and a name says more than a device.
    const conflict = conflictOf(block, [...takenByNetworks(known, owner), ...(await machine())])
    if (conflict) throw new OverlapError(conflict)
    try {
      await docker.request("POST", "/networks/create", { body })
    } catch (error) {
      if (isOverlapAnswer(error)) throw new OverlapError({ reason: `${cidr}: ${error.message}` })
      throw error
    }
  }
  const isLink = (network: DockerNetwork) => ours(network) && network.Labels?.[linkLabel] !== undefined
  return {
    async refuseLink() {
      const known = await listNetworks(docker)
      const block = parseBlock(link.subnet)
      const conflict = block && !known.some(isLink) && linkConflict(block, takenByNetworks(known, owner))
      if (conflict) throw new OverlapError(conflict)
    },
    async ensureLink() {
      const known = await listNetworks(docker)
      if (known.some(isLink)) return
      await create(linkBody(owner), link.subnet, linkConflict, known)
    },
    async ensureVpc(wish) {
      const known = await listNetworks(docker)
      if (known.some((network) => ours(network) && network.Labels?.[networkLabel] === wish.key)) return
      await create(vpcBody(owner, wish), wish.cidr, vpcConflict, known)
    },
    async ensureInterfaces(instance) {
      const known = await listNetworks(docker)
      if (known.some((network) => ours(network) && network.Labels?.[networkLabel] === instance.network)) return
      await create(interfacesBody(owner, instance), instance.cidr, vpcConflict, known)
    },
    async removeVpc(key) {
      for (const network of await listNetworks(docker)) {
        if (!ours(network) || network.Labels?.[networkLabel] !== key) continue
        try {
          await docker.request("DELETE", `/networks/${network.Id}`)
        } catch (error) {
          if (!hasStatus(error, 404)) throw error
        }
      }
    },
    async vpcKeys() {
      return (await listNetworks(docker)).flatMap((network) =>
        ours(network) ? (network.Labels?.[networkLabel] ?? []) : [],
      )
    },
  }
}
