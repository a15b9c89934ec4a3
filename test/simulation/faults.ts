// What goes wrong: one random fault for a step. Each mends itself after a while, or is mended when faults end.
import type { Roll } from "../fuzz/roll.ts"
import type { Host } from "./host.ts"
import type { World } from "./world.ts"

type FaultKind = (world: World, dice: Roll) => void

const later = (world: World, ms: number, fn: () => void) => world.clock.at(world.clock.now() + ms, fn)
const upHost = (world: World, dice: Roll): Host | undefined => {
  const up = world.hosts.filter((host) => host.up)
  return up.length > 0 ? dice.pick(up) : undefined
}

const agentDies: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  if (!host) return
  const ms = dice.below(120_000)
  world.tell(`the agent of ${host.options.name} dies for ${ms} ms`)
  host.die()
  later(world, ms, () => host.boot())
}

const agentForgets: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  if (!host) return
  const ms = dice.below(60_000)
  world.tell(`${host.options.name} loses everything, and comes back as another instance in ${ms} ms`)
  host.wipe()
  later(world, ms, () => host.boot())
}

const hostGoes: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  // A host of the pool is started again by its supervisor.
  if (!host || host.options.pool || world.hosts.filter((one) => !one.gone).length < 4) return
  world.tell(`${host.options.name} is gone for good`)
  host.wipe()
  host.gone = true
}

const powerCut: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  if (!host) return
  const ms = dice.below(180_000)
  world.tell(`${host.options.name} has no power for ${ms} ms`)
  host.powerCut()
  later(world, ms, () => host.boot())
}

const cutLink: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  if (!host) return
  world.tell(`the connection of ${host.options.name} is cut`)
  host.cut(dice.below(60_000), dice.below(60_000))
}

const exit: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  const running = host?.running() ?? []
  if (!host || running.length === 0) return
  const arn = dice.pick(running)
  world.tell(`a container of ${arn.slice(-32)} exits`)
  host.exit(arn, dice.below(3))
}

const hang: FaultKind = (world, dice) => {
  const host = upHost(world, dice)
  if (!host) return
  host.hangs = !host.hangs
  world.tell(`containers of ${host.options.name} stop ${host.hangs ? "slowly" : "at once"}`)
}

const crash: FaultKind = (world, dice) => {
  world.kill("by SIGKILL")
  world.startIn(dice.below(30_000))
}

const crashAtCommit: FaultKind = (world, dice) => {
  const kept = dice.once(2)
  world.journal.death = { in: 1 + dice.below(12), kept }
  world.tell(`the control plane is to die at a commit, ${kept ? "after" : "before"} it is kept`)
}

const slowJournal: FaultKind = (world, dice) => {
  world.journal.delay = world.journal.delay > 0 ? 0 : 1 + dice.below(3000)
  world.tell(`a commit takes ${world.journal.delay} ms`)
}

const badNetwork: FaultKind = (world, dice) => {
  world.network.lossy = world.network.lossy > 0 ? 0 : dice.pick([3, 5, 20])
  world.network.slow = world.network.lossy > 0 ? dice.pick([5, 500, 5000]) : 5
  world.tell(`one message in ${world.network.lossy} goes wrong, each takes up to ${world.network.slow} ms`)
}

const jump: FaultKind = (world, dice) => {
  const ms = 60_000 * (1 + dice.below(10))
  world.tell(`the clock jumps by ${ms} ms`)
  world.jump(ms)
}

const deaf: FaultKind = (world, dice) => {
  const targets = world.view((view) => [...view.targets.all()].filter(({ draining }) => !draining)) ?? []
  if (targets.length === 0) return
  const { id } = dice.pick(targets)
  const ms = dice.below(240_000)
  world.tell(`nothing answers at ${id} for ${ms} ms`)
  world.proxies.deafen(id, ms)
}

const kinds: readonly (readonly [FaultKind, number])[] = [
  [agentDies, 3],
  [agentForgets, 1],
  [hostGoes, 1],
  [powerCut, 2],
  [cutLink, 4],
  [exit, 6],
  [hang, 1],
  [crash, 2],
  [crashAtCommit, 3],
  [slowJournal, 2],
  [badNetwork, 2],
  [jump, 1],
  [deaf, 2],
]
const bag = kinds.flatMap(([kind, times]) => Array.from({ length: times }, () => kind))

/** One fault. */
export const harm: FaultKind = (world, dice) => dice.pick(bag)(world, dice)

/** No more faults: everything that can come back does. */
export const mend = async (world: World): Promise<void> => {
  world.tell("faults end")
  world.journal.delay = 0
  world.journal.death = undefined
  world.network.lossy = 0
  world.network.slow = 5
  await world.start()
  for (const host of world.hosts) {
    host.hangs = false
    host.boot()
  }
}
