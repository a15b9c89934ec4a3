// An ordinary user in the group of an engine's socket, for live tests: a bare number for the user and one for the group,
// which no file of this machine names. Programs started as that user have no capability.
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { TestEngine } from "./namespace.ts"

export interface OrdinaryUser {
  readonly uid: number
  readonly gid: number
  /** A folder of the user's own, with a short path. */
  readonly home: string
  /** The engine's socket where the user reaches it; the engine's host has it by the same path. */
  readonly socketPath: string
  /** The environment of the user's programs. */
  readonly env: NodeJS.ProcessEnv
  /** Removes the folder. */
  remove(): void
}

/** Lets `uid` use the engine, as being in group docker does. */
export const ordinaryUser = (engine: TestEngine, uid: number, gid = 61_111): OrdinaryUser => {
  // Beside the engine's own folder, which only root may enter; a link to a socket does not leave its file system.
  const folder = mkdtempSync("/run/rsu-")
  chmodSync(folder, 0o711)
  const socketPath = join(folder, "docker.sock")
  linkSync(engine.socketPath, socketPath)
  chownSync(socketPath, 0, gid)
  chmodSync(socketPath, 0o660)
  const home = join(folder, "home")
  mkdirSync(home, { mode: 0o700 })
  chownSync(home, uid, gid)
  return {
    uid,
    gid,
    home,
    socketPath,
    env: {
      PATH: process.env.PATH,
      LANG: "C.UTF-8",
      HOME: home,
      XDG_RUNTIME_DIR: home,
      DOCKER_HOST: `unix://${socketPath}`,
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
