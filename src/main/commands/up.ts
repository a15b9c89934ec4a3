// `roadstead up`: everything on this machine, in the foreground, until it is interrupted.
import { isIP } from "node:net"
import type { Log } from "../../kernel/index.ts"
import type { UpConfig } from "../config.ts"
import { FolderProblem, type Folders, openFolders, removeFolders, temporaryFolders } from "../data-folder.ts"
import { openLog } from "../log.ts"
import { Problem } from "../problem.ts"
import { type Supervisor, startSupervisor } from "../supervisor.ts"

/** Runs until SIGINT or SIGTERM; resolves with the exit code. */
export const up = async (config: UpConfig): Promise<number> => {
  refuseOpenDoor(config)
  const log = openLog({ level: config.logLevel, format: config.logFormat, process: "supervisor" })
  const folders = foldersFor(config)
  const end = Promise.withResolvers<Problem | undefined>()
  const interrupted = new AbortController()
  // A closed terminal must not leave a Roadstead behind that nobody sees.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      // First: what an abort makes of the processes must not be taken for the reason of the end.
      end.resolve(undefined)
      interrupted.abort()
    })
  }

  const supervisor = await startSupervisor({
    config,
    folders,
    log,
    signal: interrupted.signal,
    onEnd: end.resolve,
  }).catch((thrown: unknown) => {
    if (config.ephemeral) removeFolders(folders)
    if (interrupted.signal.aborted) return undefined
    throw thrown
  })
  if (!supervisor) return 0
  announce(supervisor, config, log)
  const problem = await end.promise
  await stop(supervisor, config, folders)
  if (problem) throw problem
  return 0
}

const announce = (supervisor: Supervisor, config: UpConfig, log: Log): void => {
  if (supervisor.engine === "simulated") log.warn("SIMULATED: containers have no processes behind them.")
  if (config.insecurePlaintext)
    log.warn("Serving beyond this machine without TLS: keys and data can be read on the way.")
  const note = supervisor.engine === "simulated" ? " (SIMULATED)" : ""
  process.stdout.write(`Roadstead is ready at ${supervisor.endpoint}${note}\n`)
}

const foldersFor = (config: UpConfig): Folders => {
  try {
    return config.ephemeral ? temporaryFolders() : openFolders(config.data)
  } catch (thrown) {
    if (thrown instanceof FolderProblem) throw new Problem(2, thrown.message)
    throw thrown
  }
}

const stop = async (supervisor: Supervisor, config: UpConfig, folders: Folders): Promise<void> => {
  if (!config.ephemeral) return supervisor.close()
  await supervisor.down()
  removeFolders(folders)
}

/** Beyond loopback strict authentication and TLS are required (DESIGN section 7); we have no TLS of our own yet. */
const refuseOpenDoor = (config: UpConfig): void => {
  if (
    config.host === "localhost" ||
    config.host === "::1" ||
    (isIP(config.host) === 4 && config.host.startsWith("127."))
  )
    return
  if (config.auth !== "strict") {
    throw new Problem(
      2,
      `Listening on ${config.host} needs --auth strict: anybody who reaches the port could run containers.`,
    )
  }
  if (!config.insecurePlaintext) {
    throw new Problem(
      2,
      `Listening on ${config.host} needs TLS in front of it; say --insecure-plaintext to do without.`,
    )
  }
}
