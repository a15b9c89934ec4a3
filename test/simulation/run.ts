// One run: the same seed is the same story. A step is chosen by the seed and its own number alone, so that steps can be
// left out and the others stay what they were.
import { type MemoryDisk, makeDefaultVpc, memoryDisk } from "../../src/state/index.ts"
import { Roll } from "../fuzz/roll.ts"
import { askAll, compareWithDisk } from "./answers.ts"
import { furnishBalancer } from "./balancing.ts"
import { definitions } from "./definitions.ts"
import { furnishSubnets } from "./fargate.ts"
import { harm } from "./faults.ts"
import type { Checks } from "./invariants.ts"
import { comeToRest } from "./rest.ts"
import { furnishShifting } from "./shifting.ts"
import { act, newHost } from "./workload.ts"
import { type Finding, type Planted, scope, World } from "./world.ts"

export interface RunOptions {
  /** Numbers of steps that do not happen. */
  readonly without?: ReadonlySet<number>
  readonly steps?: number
  readonly planted?: Planted
  readonly checks?: Checks
  readonly onWorld?: (world: World) => void
}

export interface Ran {
  readonly steps: number
  readonly lives: number
  readonly finding: Finding | undefined
  readonly story: readonly string[]
}

/** Most stories are short: what two faults and an update can do to each other shows in many short ones sooner. */
export const stepsOf = (seed: number): number => {
  const kind = new Roll().begin(seed, -10).below(20)
  return kind < 13 ? 12 : kind < 19 ? 24 : 60
}

let furnished: Promise<MemoryDisk> | undefined
/** A disk with the clusters and task definitions, to begin from. */
const furnish = async (): Promise<MemoryDisk> => {
  const world = new World(0, new Map())
  await world.start()
  const capacityProviders = ["FARGATE", "FARGATE_SPOT"]
  for (const clusterName of ["default", "other"]) world.call("CreateCluster", { clusterName, capacityProviders })
  for (const definition of definitions) world.call("RegisterTaskDefinition", definition)
  world.plane?.state.transact((tx) => {
    const vpc = makeDefaultVpc(tx, scope)
    furnishSubnets(tx, vpc)
    furnishBalancer(tx, vpc)
    furnishShifting(tx, vpc)
  })
  await world.pass(0)
  if (world.finding || world.story.length > 0)
    throw new Error(`The world cannot be furnished:\n${world.story.join("\n")}`)
  world.plane?.kill()
  return world.disk
}

const copyOf = (disk: MemoryDisk): MemoryDisk => {
  const copy = { ...memoryDisk(), epoch: disk.epoch, position: disk.position }
  for (const [id, row] of disk.rows) copy.rows.set(id, row)
  return copy
}

/** Milliseconds until the next step: mostly short, now and then long enough for what takes its time. */
const pause = (dice: Roll): number => {
  const kind = dice.below(100)
  if (kind < 20) return 0
  if (kind < 60) return dice.below(3000)
  if (kind < 94) return dice.below(60_000)
  return dice.below(600_000)
}

/** See the head of the file. */
export const run = async (seed: number, options: RunOptions = {}): Promise<Ran> => {
  furnished ??= furnish()
  const { steps = stepsOf(seed), without, planted, checks = new Map(), onWorld } = options
  const world = new World(seed, checks, planted, copyOf(await furnished))
  onWorld?.(world)
  await world.start()
  for (let i = 0; i < 3; i += 1) newHost(world, new Roll().begin(seed, -1 - i))
  await world.pass(3000)
  let step = 0
  for (; step < steps && !world.finding; step += 1) {
    const dice = new Roll().begin(seed, step)
    const harms = dice.below(100) < 35
    const ms = pause(dice)
    if (without?.has(step)) continue
    if (harms) harm(world, dice)
    else act(world, dice)
    await world.pass(ms)
    if (step % 2 === 1 && world.journal.delay === 0) await askAll(world)
    if (step % 8 === 7) compareWithDisk(world)
  }
  if (!world.finding) await comeToRest(world)
  world.plane?.kill()
  return { steps: step, lives: world.lives, finding: world.finding, story: world.story }
}
