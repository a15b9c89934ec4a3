// The agent's checkpoint on disk: two small SQLite files in its data folder. What is saved survives the death of this
// process when the call returns, and a loss of power once `durable` has resolved: a payload is acknowledged after that.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type { AgentIdentity, Checkpoint, LogPosition, StoredTask } from "../types.ts"
import { type CheckpointSink, checkpointOver, freshIdentity } from "./memory.ts"

/** The form of the files; another number is refused rather than guessed at. */
const schemaVersion = 1

/** Thrown when the checkpoint of a data folder cannot be used: held by another agent, another cluster's, or a newer form. */
export class CheckpointError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "CheckpointError"
  }
}

/**
 * Opens or makes the checkpoint in `folder`. One agent per folder: a second one gets a {@link CheckpointError}, as does an
 * agent that is configured for another cluster than the folder's (ECS's agent refuses that too).
 */
export const openCheckpoint = (folder: string, cluster: string): Checkpoint => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const facts = open(
    join(folder, "agent.db"),
    "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  )
  const logs = open(
    join(folder, "log-positions.db"),
    "CREATE TABLE IF NOT EXISTS positions (id TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  )
  const putFact = facts.prepare(
    "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  )
  const dropFact = facts.prepare("DELETE FROM facts WHERE key = ?")
  const putPosition = logs.prepare(
    "INSERT INTO positions (id, value) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
  )
  const dropPosition = logs.prepare("DELETE FROM positions WHERE id = ?")

  const stored = new Map(rows(facts.prepare("SELECT key, value FROM facts")))
  const identity = (stored.get("identity") as AgentIdentity | undefined) ?? freshIdentity(cluster)
  if (identity.cluster !== cluster) {
    facts.close()
    logs.close()
    throw new CheckpointError(
      `The data folder ${folder} belongs to an agent of cluster ${identity.cluster}, not ${cluster}.`,
    )
  }
  let flushing: Promise<void> | undefined
  let flushes = 0
  const sink: CheckpointSink = {
    identity: (next) => void putFact.run("identity", JSON.stringify(next)),
    task: (task) => void putFact.run(taskKey(task.arn), JSON.stringify(task)),
    taskRemoved: (arn) => void dropFact.run(taskKey(arn)),
    logPosition: (id, position) => void putPosition.run(id, JSON.stringify(position)),
    logPositionRemoved: (id) => void dropPosition.run(id),
    durable: () => {
      // With a commit at FULL everything in the log before it is on the disk as well: one flush for all that came in a turn.
      flushing ??= new Promise((resolve, reject) => {
        setImmediate(() => {
          flushing = undefined
          try {
            facts.exec("PRAGMA synchronous = FULL")
            flushes += 1
            putFact.run("flushed", JSON.stringify(flushes))
            facts.exec("PRAGMA synchronous = NORMAL")
            resolve()
          } catch (error) {
            reject(error)
          }
        })
      })
      return flushing
    },
    close: () => {
      facts.close()
      logs.close()
    },
  }
  return checkpointOver(
    {
      identity,
      tasks: [...stored].flatMap(([key, value]) => (key.startsWith(taskKey("")) ? [value as StoredTask] : [])),
      logPositions: new Map(rows(logs.prepare("SELECT id, value FROM positions")) as [string, LogPosition][]),
    },
    sink,
  )
}

const taskKey = (arn: string) => `task ${arn}`

const open = (path: string, table: string): DatabaseSync => {
  try {
    const database = new DatabaseSync(path)
    // Before the first read or write: this is what keeps a second agent out, for as long as the process lives.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`)
    const version = Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0)
    if (version > schemaVersion)
      throw new CheckpointError(`${path} was written by a newer version of the agent (form ${version}).`)
    database.exec(`BEGIN IMMEDIATE; ${table}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
    return database
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    const text = error instanceof Error ? error.message : String(error)
    const why = /locked|busy/.test(text) ? "another agent is using it" : text
    throw new CheckpointError(`The checkpoint ${path} cannot be opened: ${why}.`, { cause: error })
  }
}

const rows = (statement: StatementSync): [string, unknown][] =>
  statement.all().map((row) => {
    const [key, value] = Object.values(row)
    return [String(key), JSON.parse(String(value))]
  })
