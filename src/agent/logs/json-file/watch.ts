// Says when a log file may have grown: the kernel's word for it where there is one, and a look now and then, since
// notifications can be lost or missing (network and overlay file systems). Reads nothing.
import { watch } from "node:fs"
import { dirname } from "node:path"
import { type Cancel, type Clock, repeat } from "../../../kernel/index.ts"

/** How often we look without having been told. */
const lookEvery = 2_000

/** Calls `onChange` when something happens in the folder of `path`, which also sees rotation, and every two seconds. */
export const watchLog = (path: string, clock: Clock, onChange: () => void): Cancel => {
  const stopLooking = repeat(clock, lookEvery, onChange)
  const watcher = startWatching(dirname(path), onChange)
  return () => {
    stopLooking()
    watcher?.close()
  }
}

const startWatching = (folder: string, onChange: () => void) => {
  try {
    const watcher = watch(folder, { persistent: false }, onChange)
    // The folder went, or the kernel has no watches left: the regular look remains.
    watcher.on("error", () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
