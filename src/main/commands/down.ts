// `roadstead down`: stops and removes every container, network and host that a data folder owns.
import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { EngineError, removeEverything } from "../../machines/index.ts"
import { DataFolderInUse, sqliteJournal } from "../../state/index.ts"
import { wallClock } from "../clocks.ts"
import { dockerHostOf } from "../config.ts"
import { type Folders, findFolders, journalFile } from "../data-folder.ts"
import { helperProgram } from "../helper-program.ts"
import { openLog } from "../log.ts"
import { Problem } from "../problem.ts"

export interface DownOptions {
  readonly data: string
  readonly purge: boolean
  readonly dockerHost?: string
}

/** Answers what to print. */
export const down = async (options: DownOptions): Promise<string> => {
  const { data, purge } = options
  const folders = findFolders(data)
  if (!folders) throw new Problem(2, `${data} is not a data folder of Roadstead.`)
  await refuseWhileRunning(folders)
  refuseWhileJoined(folders)
  const log = openLog({ level: "warn", format: "pretty", process: "down" })
  const removed = await removeEverything({
    owner: folders.owner,
    dataFolder: folders.data,
    runFolder: folders.run,
    ...dockerHostOf(options),
    helperProgram,
    purge,
    clock: wallClock,
    log,
  }).catch((thrown: unknown) => {
    throw thrown instanceof EngineError ? new Problem(3, `${thrown.message} ${thrown.mend}`) : thrown
  })
  rmSync(folders.run, { recursive: true, force: true })
  if (purge) rmSync(folders.data, { recursive: true, force: true })
  return `Removed ${removed.containers} containers, ${removed.networks} networks and ${removed.hosts} hosts of ${folders.data}${purge ? ", and the data" : ""}.`
}

/** The store lets one process in: that is how we know whether an `up` runs on the folder. */
const refuseWhileRunning = async (folders: Folders): Promise<void> => {
  const journal = sqliteJournal({ file: journalFile(folders) })
  try {
    await journal.open()
  } catch (thrown) {
    if (thrown instanceof DataFolderInUse) {
      throw new Problem(2, `Roadstead is running on ${folders.data}: ${thrown.message}. Stop it first, with Ctrl-C.`)
    }
    // A damaged store is no reason to leave containers behind.
    return
  } finally {
    await journal.close()
  }
}

/** The checkpoint of `roadstead agent` lets one process in, too. */
const refuseWhileJoined = (folders: Folders): void => {
  const file = join(folders.data, "agent.db")
  if (!existsSync(file)) return
  const checkpoint = new DatabaseSync(file)
  try {
    checkpoint.exec("BEGIN IMMEDIATE; ROLLBACK")
  } catch (thrown) {
    // Locked; a damaged one is no reason to leave containers behind.
    if (!/locked|busy/i.test((thrown as Error).message)) return
    throw new Problem(2, `roadstead agent is running on ${folders.data}. Stop it first, with Ctrl-C.`)
  } finally {
    checkpoint.close()
  }
}
