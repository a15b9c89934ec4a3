// An ordinary user in the group of an engine's socket, for live tests: a bare number for the user and one for the group,
// which no file of this machine names. Programs started as that user have no capability.
import { execFile } from "node:child_process"
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { TestEngine } from "./namespace.ts"

export interface OrdinaryUser {
  readonly uid: number
  /** For `spawn`. */
  readonly as: { readonly uid: number; readonly gid: number }
  /** A folder of the user's own, with a short path. */
  readonly home: string
  /** The engine's socket where the user reaches it; the engine's host has it by the same path. */
  readonly socketPath: string
  /** The environment of the user's programs. */
  readonly env: NodeJS.ProcessEnv
  /** Removes the folder. */
  remove(): void
}

/** The group of the socket: as group docker on a machine of its own. */
const dockerGroup = 61_111

/** Lets `uid` use the engine, as being in group docker does. */
export const ordinaryUser = (engine: TestEngine, uid: number): OrdinaryUser => {
  // Beside the engine's own folder, which only root may enter; a link to a socket does not leave its file system.
  const folder = mkdtempSync("/run/rsu-")
  chmodSync(folder, 0o711)
  const socketPath = join(folder, "docker.sock")
  linkSync(engine.socketPath, socketPath)
  chownSync(socketPath, 0, dockerGroup)
  chmodSync(socketPath, 0o660)
  const home = join(folder, "home")
  mkdirSync(home, { mode: 0o700 })
  chownSync(home, uid, dockerGroup)
  return {
    uid,
    as: { uid, gid: dockerGroup },
    home,
    socketPath,
    env: {
      PATH: process.env.PATH,
      LANG: "C.UTF-8",
      HOME: home,
      XDG_RUNTIME_DIR: home,
      TMPDIR: home,
      DOCKER_HOST: `unix://${socketPath}`,
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs a program as the user to its end, in the user's folder. Answers its code and all that it printed. */
export const runAs = (
  who: OrdinaryUser,
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = who.home,
): Promise<{ code: number; printed: string }> =>
  new Promise((resolve) => {
    execFile(program, args, { cwd, env: { ...who.env, ...env }, ...who.as }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1
      resolve({ code, printed: `${stdout}${stderr}` })
    })
  })
