// The data folder and the run folder beside it: made with mode 0700, named by an id that everything we create carries.
import { randomBytes } from "node:crypto"
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { handoverSocket } from "../protocol/index.ts"

/** Where a Roadstead lives. */
export interface Folders {
  readonly data: string
  /** Sockets, pids and records of what was made outside Docker. Gone after a reboot, as those are. */
  readonly run: string
  /** Eight hexadecimal digits: the owner in labels and names. */
  readonly owner: string
}

/** The records. */
export const journalFile = (folders: Folders): string => join(folders.data, "state.sqlite")
/** The log events. */
export const logEventsFile = (folders: Folders): string => join(folders.data, "logs.sqlite")
/** The metric points. */
export const metricsFile = (folders: Folders): string => join(folders.data, "metrics.sqlite")
/** The layers of images. */
export const layersFolder = (folders: Folders): string => join(folders.data, "layers")

/** Where the control plane listens for what comes out of machines apart. */
export const controlSocket = (folders: Folders): string => join(folders.run, "control-plane.sock")

/** Something about the folders that the user can mend; the message says how. */
export class FolderProblem extends Error {}

/** No socket in the run folder has a longer name than that of a machine's proxy. */
const longestMachineId = `m-${"0".repeat(17)}`

/** Node makes no socket, and says nothing, when a path is longer. */
const longestSocketPath = 100

/** Opens or makes the data folder. */
export const openFolders = (data: string): Folders => {
  const folder = resolve(data)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
    chmodSync(folder, 0o700)
  } catch (thrown) {
    throw new FolderProblem(`The data folder ${folder} cannot be written: ${(thrown as Error).message}`)
  }
  const idFile = join(folder, "id")
  if (!existsSync(idFile)) writeFileSync(idFile, `${randomBytes(4).toString("hex")}\n`, { mode: 0o600 })
  const owner = readFileSync(idFile, "utf8").trim()
  if (!/^[0-9a-f]{8}$/.test(owner)) {
    throw new FolderProblem(
      `The file ${idFile} is damaged: it must hold eight hexadecimal digits. Restore it, or start with another --data folder.`,
    )
  }
  return { data: folder, run: openRunFolder(owner), owner }
}

/** The folders of a data folder that exists, for commands that must not make one. Undefined when there is none. */
export const findFolders = (data: string): Folders | undefined =>
  existsSync(join(resolve(data), "id")) ? openFolders(data) : undefined

/** A new temporary data folder. */
export const temporaryFolders = (): Folders => openFolders(mkdtempSync(join(tmpdir(), "roadstead-")))

/** Removes both folders. What they recorded must be gone before. */
export const removeFolders = (folders: Folders): void => {
  rmSync(folders.data, { recursive: true, force: true })
  rmSync(folders.run, { recursive: true, force: true })
}

/**
 * Where run folders are: /run/roadstead for root; for another user the runtime folder of the session, or a folder of the
 * user's own beside the temporary files where there is none (or only that of the user who became this one).
 */
const runBase = (): string => {
  const uid = process.getuid?.()
  if (uid === 0) return "/run/roadstead"
  const session = process.env.XDG_RUNTIME_DIR
  if (session && isOwn(session)) return join(session, "roadstead")
  return join(tmpdir(), `roadstead-${uid ?? "user"}`)
}

const isOwn = (folder: string): boolean => {
  try {
    const { uid, mode } = lstatSync(folder)
    return uid === process.getuid?.() && (mode & 0o700) === 0o700
  } catch {
    return false
  }
}

const openRunFolder = (owner: string): string => {
  const base = runBase()
  const run = join(base, owner)
  if (Buffer.byteLength(handoverSocket(run, longestMachineId)) > longestSocketPath) {
    throw new FolderProblem(`The path ${run} is too long for sockets; set XDG_RUNTIME_DIR to a shorter one.`)
  }
  try {
    mkdirSync(run, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(base)
    // Beside the temporary files anybody may have made it first, to be let into our sockets.
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${base} is not its user's own`)
  } catch (thrown) {
    throw new FolderProblem(
      `The run folder ${run} cannot be used: ${(thrown as Error).message}. Set XDG_RUNTIME_DIR to a folder of your own with mode 0700.`,
    )
  }
  return run
}
