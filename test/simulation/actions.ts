// What all operations of callers have in common: where, of what, and what must be on disk once they are answered.
import type { Roll } from "../fuzz/roll.ts"
import { bad, badOnFargate, good, goodOnFargate } from "./definitions.ts"
import type { World } from "./world.ts"

export const clusters = ["default", "other"] as const

/** A family for container instances or for Fargate. */
export const family = (dice: Roll, onFargate = false): string =>
  dice.once(4) ? dice.pick(onFargate ? badOnFargate : bad) : dice.pick(onFargate ? goodOnFargate : good)

export const lastPart = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1)

/** What the disk holds of a row, as it would be loaded. */
export const onDisk = <T>(world: World, table: string, key: string): T | undefined => {
  const stored = world.disk.rows.get(`${table}\n${key}`)
  return stored && (JSON.parse(stored.json) as T)
}
export const kept = (world: World, what: string, holds: boolean): void =>
  world.check("what was answered is on disk", holds, () => what)

export type Action = (world: World, dice: Roll) => void
