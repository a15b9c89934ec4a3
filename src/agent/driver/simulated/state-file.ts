// Where a simulated engine keeps its containers, so that an agent that restarts finds them again: one row a container, so
// that a change costs the same however many there are.
import { DatabaseSync } from "node:sqlite"
import type { SimulatedContainer } from "./container.ts"

/** What a simulated engine remembers. */
export interface SimulatedWorld {
  readonly images: readonly string[]
  readonly containers: readonly SimulatedContainer[]
}

/** Reads a world as a whole and keeps each change. */
export interface WorldStore {
  load(): SimulatedWorld
  image(reference: string): void
  put(container: SimulatedContainer): void
  remove(id: string): void
  close(): void
}

/** A world that lasts as long as the process. */
export const forgetfulWorld: WorldStore = {
  load: () => ({ images: [], containers: [] }),
  image: () => {},
  put: () => {},
  remove: () => {},
  close: () => {},
}

/** A world in a file. It survives the death of the process; after a loss of power a real engine's containers are gone too. */
export const worldFile = (path: string): WorldStore => {
  const database = new DatabaseSync(path)
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
  database.exec("CREATE TABLE IF NOT EXISTS images (reference TEXT PRIMARY KEY) STRICT")
  database.exec("CREATE TABLE IF NOT EXISTS containers (id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT")
  const addImage = database.prepare("INSERT OR IGNORE INTO images VALUES (?)")
  const putContainer = database.prepare("INSERT OR REPLACE INTO containers VALUES (?, ?)")
  const removeContainer = database.prepare("DELETE FROM containers WHERE id = ?")
  return {
    load: () => ({
      images: database
        .prepare("SELECT reference FROM images")
        .all()
        .map((row) => String(row.reference)),
      containers: database
        .prepare("SELECT json FROM containers ORDER BY rowid")
        .all()
        .map((row) => JSON.parse(String(row.json)) as SimulatedContainer),
    }),
    image: (reference) => void addImage.run(reference),
    put: (container) => void putContainer.run(container.id, JSON.stringify(container)),
    remove: (id) => void removeContainer.run(id),
    close: () => database.close(),
  }
}
