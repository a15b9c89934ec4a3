// Where a simulated engine keeps its containers, so that an agent that restarts finds them again. One small JSON file.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import type { SimulatedContainer } from "./container.ts"

/** What a simulated engine remembers. */
export interface SimulatedWorld {
  readonly images: readonly string[]
  readonly containers: readonly SimulatedContainer[]
}

/** Reads and replaces a world as a whole. */
export interface WorldStore {
  load(): SimulatedWorld
  save(world: SimulatedWorld): void
}

/** A world that lasts as long as the process. */
export const forgetfulWorld: WorldStore = { load: () => ({ images: [], containers: [] }), save: () => {} }

/** A world in a file; it is replaced by renaming, so that half of one is never read. */
export const worldFile = (path: string): WorldStore => ({
  load: () => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as SimulatedWorld) : forgetfulWorld.load()),
  save: (world) => {
    writeFileSync(`${path}.new`, JSON.stringify(world))
    renameSync(`${path}.new`, path)
  },
})
