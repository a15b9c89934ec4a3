// Makes hosts match the wishes for machines: one that is wished is started or found again, one that is not is removed
// with all that is on it. Networks are in network-loop.ts.
import type { Docker } from "../docker/index.ts"
import { errorFields } from "../kernel/index.ts"
import type { MachineWish } from "../protocol/index.ts"
import type { Facts } from "./facts.ts"
import { removeApart, startApartHost } from "./hosts/apart-host.ts"
import { startContainedHost } from "./hosts/contained-host.ts"
import type { Host, HostContext, HostEvents } from "./hosts/host.ts"
import { startSharedHost } from "./hosts/shared-host.ts"
import { startSimulatedHost } from "./hosts/simulated-host.ts"
import { apartNames } from "./names.ts"
import { OverlapError } from "./networks/networks.ts"
import { type Outcome, Pursuit } from "./pursuit.ts"

/** What the loops know. */
export interface World {
  readonly cx: HostContext
  readonly facts: Facts
  readonly machines: Map<string, MachineWish>
  readonly hosts: Map<string, RunningHost>
  /** A host came or went: its networks are to be looked at. */
  readonly hostChanged: (machineId: string) => void
  /** An agent or relay dies again and again. */
  readonly givenUp: (reason: string) => void
}

/** A host and the wish that it was made for. */
export interface RunningHost {
  readonly wish: MachineWish
  readonly host: Host
}

/** Whether this process can make machines apart: as root, and with the engine's network under its hands. */
export const canBeApart = ({ helperProgram }: Pick<HostContext, "helperProgram">): boolean =>
  helperProgram === undefined && process.getuid?.() === 0

/** Why this wish needs the host to be made anew, or undefined. */
const differs = (a: MachineWish, b: MachineWish): boolean =>
  a.place !== b.place || JSON.stringify(a.agent) !== JSON.stringify(b.agent)

/** The loop over machines; look at a machine's id when its wish changed. */
export const machineLoop = (world: World): Pursuit => {
  const { cx, facts, machines, hosts } = world

  const say = (
    wish: { id: string; generation: number },
    status: "STARTING" | "UP" | "FAILED" | "GONE",
    reason?: string,
  ) =>
    facts.put({
      type: "machine",
      id: wish.id,
      generation: wish.generation,
      status,
      ...(reason !== undefined && { reason }),
    })

  /** Events of an agent count for the newest wish. `note` is said of a host that is up, but not as it was wished. */
  const eventsOf = (id: string, note?: string): HostEvents => {
    const report = (status: "STARTING" | "UP" | "FAILED", reason?: string) => {
      const wish = machines.get(id)
      if (wish?.desired === "up") say(wish, status, reason)
    }
    return {
      up: () => report("UP", note),
      down: (reason) => report("STARTING", reason),
      failed: (reason) => {
        report("FAILED", reason)
        world.givenUp(`the host ${id}: ${reason}`)
      },
    }
  }

  const start = async (wish: MachineWish, docker: Docker | undefined): Promise<Host> => {
    const events = eventsOf(wish.id)
    if (!docker) return startSimulatedHost(cx, wish, events)
    // One that was made apart stays so, whatever the reason was: its tasks are in there.
    if (wish.place === "apart" || cx.record.daemon(apartNames(cx, wish.id).daemon)) return startApart(wish)
    const sharer = [...hosts.values()].find((other) => other.wish.place === "shared")
    if (sharer) throw new Error(`the engine of this machine has a host already: ${sharer.wish.id}`)
    if (cx.helperProgram) return startContainedHost(cx, { docker, program: cx.helperProgram }, wish, events)
    try {
      return await startSharedHost(cx, docker, wish, events)
    } catch (error) {
      // One engine holds one link network. Beside another Roadstead, everything of ours goes into machines apart.
      if (!(error instanceof OverlapError) || error.other === undefined || !canBeApart(cx)) throw error
      cx.log.warn("this engine belongs to another Roadstead, the host gets an engine of its own", {
        machine: wish.id,
        reason: error.message,
      })
      return startApart(wish)
    }
  }

  const startApart = (wish: MachineWish): Promise<Host> => {
    if (!canBeApart(cx)) throw new Error("a host in a network namespace of its own needs root")
    const note =
      wish.place === "shared" ? "it has an engine of its own, because this one is another Roadstead's" : undefined
    return startApartHost(cx, wish, eventsOf(wish.id, note))
  }

  const bringUp = async (wish: MachineWish): Promise<void> => {
    const known = hosts.get(wish.id)
    if (known && !differs(known.wish, wish)) {
      const fact = facts.get("machine", wish.id)
      if (fact) facts.put({ ...fact, generation: wish.generation } as typeof fact)
      return
    }
    say(wish, "STARTING")
    if (known) {
      hosts.delete(wish.id)
      await known.host.close()
    }
    const host = await start(wish, cx.docker)
    hosts.set(wish.id, { wish, host })
    world.hostChanged(wish.id)
  }

  const takeDown = async (id: string, wish: MachineWish | undefined): Promise<void> => {
    const known = hosts.get(id)
    hosts.delete(id)
    if (known) await known.host.remove()
    // Of an earlier run, or half made: its record is all that there is.
    else await removeApart(cx, id)
    if (wish) say(wish, "GONE")
    else facts.drop("machine", id)
    world.hostChanged(id)
  }

  const work = async (id: string): Promise<Outcome> => {
    const wish = machines.get(id)
    try {
      await (wish?.desired === "up" ? bringUp(wish) : takeDown(id, wish))
      return "done"
    } catch (error) {
      cx.log.warn("a host could not be made as wished", { machine: id, ...errorFields(error) })
      if (wish) say(wish, "FAILED", error instanceof Error ? error.message : String(error))
      return "again"
    }
  }
  return new Pursuit(cx.clock, work)
}
