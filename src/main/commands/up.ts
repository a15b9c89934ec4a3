// `roadstead up`: everything on this machine, in the foreground, until it is interrupted.
import { isIP } from "node:net"
import type { Log } from "../../kernel/index.ts"
import type { UpConfig } from "../config.ts"
import { FolderProblem, type Folders, openFolders, removeFolders, temporaryFolders } from "../data-folder.ts"
import { openLog } from "../log.ts"
import { Problem } from "../problem.ts"
import { readRootKey } from "../root-key.ts"
import { type Supervisor, startSupervisor } from "../supervisor.ts"
import { readTls } from "../tls.ts"

/** Runs until SIGINT or SIGTERM; resolves with the exit code. */
export const up = async (config: UpConfig): Promise<number> => {
  refuseOpenDoor(config)
  readTls(config)
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

  const hadRootKey = readRootKey(folders) !== undefined
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
  if (config.auth === "strict" && !hadRootKey) showRootKey(folders, config)
  announce(supervisor, config, log)
  const problem = await end.promise
  await stop(supervisor, config, folders)
  if (problem) throw problem
  return 0
}

const announce = (supervisor: Supervisor, config: UpConfig, log: Log): void => {
  if (supervisor.engine === "simulated") log.warn("SIMULATED: containers have no processes behind them.")
  if (config.insecurePlaintext && config.tlsCert === undefined)
    log.warn("Serving beyond this machine without TLS: keys and data can be read on the way.")
  const note = supervisor.engine === "simulated" ? " (SIMULATED)" : ""
  process.stdout.write(`Roadstead is ready at ${supervisor.endpoint}${note}\n`)
}

/** Shown by the start that made it, and by no other: in a shell's own words, on stdout, never in the log. */
const showRootKey = (folders: Folders, { account }: UpConfig): void => {
  const key = readRootKey(folders)
  if (!key) return
  process.stdout.write(
    [
      `The root key of account ${account}, shown this once (roadstead env --auth strict prints it again):`,
      `export AWS_ACCESS_KEY_ID=${key.accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`,
      "",
    ].join("\n"),
  )
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

/** Beyond loopback strict authentication and TLS are required (DESIGN section 7). */
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
  if (config.tlsCert === undefined && !config.insecurePlaintext) {
    throw new Problem(
      2,
      `Listening on ${config.host} needs TLS: --tls-cert and --tls-key, or --insecure-plaintext to do without.`,
    )
  }
}
