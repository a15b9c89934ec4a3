// Makes EC2 instances match the wishes for them: started or found again, stopped, removed with all that is on them. The
// hosts of Fargate tasks are in machine-loop.ts.
import { errorFields } from "../kernel/index.ts"
import type { MachineWish } from "../protocol/index.ts"
import type { Facts } from "./facts.ts"
import { removeApart } from "./hosts/apart-host.ts"
import type { Crowd } from "./hosts/crowd.ts"
import type { HostContext } from "./hosts/host.ts"
import { type InstanceHost, type InstanceMachineWish, startInstanceHost, stopInstance } from "./hosts/instance-host.ts"
import { removeSimulatedInstance, startSimulatedInstance } from "./hosts/simulated-instance.ts"
import { canBeApart } from "./machine-loop.ts"
import type { BridgePlace } from "./networks/instance-link.ts"
import { type Outcome, Pursuit } from "./pursuit.ts"

/** What the loop knows. */
export interface InstanceWorld {
  readonly cx: HostContext
  readonly facts: Facts
  readonly machines: ReadonlyMap<string, MachineWish>
  /** Instances that run, with the wishes that they were made for. */
  readonly running: Map<string, { readonly wish: InstanceMachineWish; readonly host: InstanceHost }>
  /** The agents of simulated instances. */
  readonly crowd?: Crowd
  /** The bridge of a VPC's network, once it is up. */
  readonly bridgeOf: (network: string) => BridgePlace | undefined
}

const isWhole = (wish: MachineWish | undefined): wish is InstanceMachineWish => wish?.instance !== undefined

const whyImpossible = (cx: HostContext): string | undefined => {
  if (canBeApart(cx)) return undefined
  return "an EC2 instance is a network namespace with an engine of its own, which Roadstead can make only as root on the engine's machine (roadstead doctor)"
}

/** The loop; look at a machine's id when its wish changed, or the network of its VPC came up. */
export const instanceLoop = (world: InstanceWorld): Pursuit => {
  const { cx, facts, machines, running } = world

  const say = (wish: MachineWish, status: "STARTING" | "UP" | "FAILED" | "STOPPED" | "GONE", reason?: string) =>
    facts.put({
      type: "machine",
      id: wish.id,
      generation: wish.generation,
      status,
      ...(reason !== undefined && { reason }),
    })

  const bringUp = async (wish: InstanceMachineWish): Promise<void> => {
    const impossible = cx.docker && whyImpossible(cx)
    if (impossible) return say(wish, "FAILED", impossible)
    const bridge = world.bridgeOf(wish.instance.network)
    // It is looked at again when the network is up.
    if (!bridge && cx.docker) return say(wish, "STARTING", "its VPC's network is not up yet")
    const known = running.get(wish.id)
    const isSame =
      JSON.stringify([known?.wish.agent, known?.wish.instance]) === JSON.stringify([wish.agent, wish.instance])
    if (known && isSame) {
      await known.host.rejoin(bridge)
      if (wish.metadata && JSON.stringify(known.wish.metadata) !== JSON.stringify(wish.metadata)) {
        await known.host.inform(wish.metadata)
        running.set(wish.id, { wish, host: known.host })
      }
      return say(wish, "UP")
    }
    say(wish, "STARTING")
    if (known) {
      running.delete(wish.id)
      const rebooted = known.wish.instance.boots !== wish.instance.boots
      await (rebooted ? known.host.stop() : known.host.close())
    }
    const host = cx.docker && bridge ? await startInstanceHost(cx, wish, bridge) : simulated(wish)
    running.set(wish.id, { wish, host })
    say(wish, "UP")
  }

  const simulated = (wish: InstanceMachineWish): InstanceHost => {
    if (!world.crowd) throw new Error("this supervisor starts no agents of simulated instances")
    return startSimulatedInstance(cx, world.crowd, wish)
  }

  const stop = async (wish: MachineWish): Promise<void> => {
    const known = running.get(wish.id)
    running.delete(wish.id)
    await (known ? known.host.stop() : stopInstance(cx, wish.id))
    say(wish, "STOPPED")
  }

  const takeDown = async (id: string, wish: MachineWish | undefined): Promise<void> => {
    const known = running.get(id)
    running.delete(id)
    if (known) await known.host.remove()
    else if (cx.docker) await removeApart(cx, id)
    else removeSimulatedInstance(cx, id)
    if (wish) say(wish, "GONE")
    else facts.drop("machine", id)
  }

  const work = async (id: string): Promise<Outcome> => {
    const wish = machines.get(id)
    try {
      if (isWhole(wish) && wish.desired === "up") await bringUp(wish)
      else if (wish?.desired === "stopped") await stop(wish)
      else await takeDown(id, wish)
      return "done"
    } catch (error) {
      cx.log.warn("an EC2 instance could not be made as wished", {
        instance: wish?.instance?.id,
        ...errorFields(error),
      })
      if (wish) say(wish, "STARTING", error instanceof Error ? error.message : String(error))
      return "again"
    }
  }
  return new Pursuit(cx.clock, work)
}
