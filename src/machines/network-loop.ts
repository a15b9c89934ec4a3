// Makes VPC networks match the wishes: each on the host that it is wished on, with its gateway answering. A network whose
// addresses are taken is a fact, not a failure: the control plane then asks for a machine of its own.
import { errorFields } from "../kernel/index.ts"
import type { NetworkWish } from "../protocol/index.ts"
import type { Facts } from "./facts.ts"
import type { HostContext } from "./hosts/host.ts"
import { canBeApart, type RunningHost } from "./machine-loop.ts"
import { OverlapError, vpcDevice } from "./networks/networks.ts"
import { closeSubnets } from "./networks/way-out.ts"
import { type Outcome, Pursuit } from "./pursuit.ts"

export interface NetworkWorld {
  readonly cx: HostContext
  readonly facts: Facts
  readonly networks: Map<string, NetworkWish>
  readonly hosts: Map<string, RunningHost>
  /** Network key → the machine that it is on. */
  readonly where: Map<string, string>
  /** A network is up: who waits for it is to be looked at. */
  readonly networkUp: (key: string) => void
}

/** The loop over networks; look at a network's key when its wish or its host changed. */
export const networkLoop = (world: NetworkWorld): Pursuit => {
  const { cx, facts, networks, hosts, where } = world
  const say = (wish: NetworkWish, status: "UP" | "FAILED" | "GONE" | "OVERLAPS", reason?: string) =>
    facts.put({
      type: "network",
      id: wish.key,
      generation: wish.generation,
      status,
      ...(reason !== undefined && { reason }),
    })

  const take = async (key: string): Promise<void> => {
    const host = hosts.get(where.get(key) ?? "")?.host
    if (host) {
      await host.gateways.shut(key)
      facts.unlisten(key)
      await host.networks.removeVpc(key)
      if (!host.reachesApisByItself) await closeSubnets(cx, key, [])
    }
    where.delete(key)
    facts.unlisten(key)
  }

  /** Keeps subnets without a way out inside: possible where the bridges are in our own network namespace. */
  const close = async (wish: NetworkWish, host: RunningHost["host"]): Promise<void> => {
    const closed = wish.closed ?? []
    try {
      if (!host.reachesApisByItself) await closeSubnets(cx, wish.key, closed)
      else if (closed.length > 0 && cx.docker) throw new Error("the engine's network is not in our hands")
    } catch (error) {
      // The tasks run all the same; that they reach out is said here, in docs/platforms.md and in the README of ec2.
      const fields = { network: wish.key, subnets: closed, ...errorFields(error) }
      cx.log.warn("subnets without a route to the internet have a way out all the same", fields)
    }
  }

  /** Load balancers' own addresses. Without them tasks run all the same, and the proxy says which it cannot listen on. */
  const address = async (wish: NetworkWish, host: RunningHost["host"]): Promise<void> => {
    try {
      await host.setAddresses?.(vpcDevice(cx.owner, wish.key), wish.addresses ?? [])
    } catch (error) {
      const fields = { network: wish.key, addresses: wish.addresses, ...errorFields(error) }
      cx.log.warn("addresses of load balancers are not what they should be", fields)
    }
  }

  const bringUp = async (wish: NetworkWish): Promise<void> => {
    const { key, machineId } = wish
    if (where.has(key) && where.get(key) !== machineId) await take(key)
    const host = hosts.get(machineId)?.host
    // It is looked at again when its host is there.
    if (!host) return
    await host.networks.ensureVpc(wish)
    where.set(key, machineId)
    await close(wish, host)
    await address(wish, host)
    await host.gateways.open({ key, address: wish.gateway })
    // Before the network is said to be up, so that who waits for it finds the listener asked for.
    if (!host.reachesApisByItself) facts.listen(key, wish.gateway)
    say(wish, "UP")
    world.networkUp(key)
  }

  const work = async (key: string): Promise<Outcome> => {
    const wish = networks.get(key)
    try {
      if (wish?.desired === "up") await bringUp(wish)
      else {
        await take(key)
        if (wish) say(wish, "GONE")
        else facts.drop("network", key)
      }
      return "done"
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // Without a machine apart to go to, the conflict is the reason why its tasks cannot run.
      if (error instanceof OverlapError && wish && canBeApart(cx)) {
        cx.log.info("a VPC's addresses are taken on this machine", { network: key, reason })
        say(wish, "OVERLAPS", reason)
        return "done"
      }
      cx.log.warn("a network could not be made as wished", { network: key, ...errorFields(error) })
      if (wish) say(wish, "FAILED", reason)
      return "again"
    }
  }
  return new Pursuit(cx.clock, work)
}
