// What all operations of callers have in common: where, of what, and what must be on disk once they are answered.
import type { Roll } from "../fuzz/roll.ts"
import {
  bad,
  badOnFargate,
  badOnInterfaces,
  type Ground,
  good,
  goodOnFargate,
  goodOnInterfaces,
} from "./definitions.ts"
import type { World } from "./world.ts"

export const clusters = ["default", "other"] as const

const families: Readonly<Record<Ground, readonly [good: readonly string[], bad: readonly string[]]>> = {
  instances: [good, bad],
  interfaces: [goodOnInterfaces, badOnInterfaces],
  fargate: [goodOnFargate, badOnFargate],
}

/** A family for the ground that its tasks are to run on. */
export const family = (dice: Roll, ground: Ground = "instances"): string => {
  const [able, unable] = families[ground]
  return dice.pick(dice.once(4) ? unable : able)
}

/** Some ground: Fargate once in so many times. */
export const anyGround = (dice: Roll, often: number): Ground =>
  dice.once(often) ? "fargate" : dice.once(4) ? "interfaces" : "instances"

export const lastPart = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1)

/** What the disk holds of a row, as it would be loaded. */
export const onDisk = <T>(world: World, table: string, key: string): T | undefined => {
  const stored = world.disk.rows.get(`${table}\n${key}`)
  return stored && (JSON.parse(stored.json) as T)
}
export const kept = (world: World, what: string, holds: boolean): void =>
  world.check("what was answered is on disk", holds, () => what)

export type Action = (world: World, dice: Roll) => void
