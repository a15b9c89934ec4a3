// Which engine `up` uses: a Docker-compatible socket that answers, a private daemon of our own, or none at all when the
// user asks for the simulated one. Nothing falls back silently.
import { homedir } from "node:os"
import { join } from "node:path"
import type { Clock, Log } from "../kernel/index.ts"
import { CommandError, run } from "./commands.ts"
import { type Answer, askEngine } from "./daemon/answer.ts"
import { startDaemon } from "./daemon/daemon.ts"
import { privateEngineNames } from "./names.ts"
import { openRecord, recordPath } from "./record.ts"

/** `--engine`. `auto` and `docker` are the same: there is nothing that we would fall back to. */
export type EngineChoice = "auto" | "docker" | "simulated"

/** The engine in use. */
export type Engine =
  | { readonly kind: "simulated" }
  | {
      readonly kind: "docker"
      readonly socketPath: string
      readonly version: string
      /** `given`: by --docker-host or DOCKER_HOST; `machine`: the machine's own; `private`: a daemon that we started. */
      readonly origin: "given" | "machine" | "private"
    }

/** Why there is no engine, and what mends it. `up` and `demo` print both and exit with 3. */
export class EngineError extends Error {
  readonly code: "no-engine" | "not-permitted" | "docker-host-silent" | "docker-host-unsupported"
  readonly mend: string

  constructor(code: EngineError["code"], message: string, mend: string) {
    super(message)
    this.name = "EngineError"
    this.code = code
    this.mend = mend
  }
}

export interface EngineSearch {
  readonly choice: EngineChoice
  /** --docker-host, else DOCKER_HOST; when given, no other socket is tried. */
  readonly dockerHost?: string | undefined
  /** XDG_RUNTIME_DIR, where a rootless engine has its socket. */
  readonly runtimeFolder?: string | undefined
  /** The sockets to try without a dockerHost; by default those where engines of this machine listen. */
  readonly sockets?: readonly string[]
  /** Only an engine that answers: none is started. */
  readonly startNone?: boolean
  readonly owner: string
  readonly runFolder: string
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
}

const simulatedHint = "or use --engine simulated, which runs containers without processes"

/** The path in `unix:///path` or a plain path. Throws for engines elsewhere: networks are made on this machine. */
const socketOf = (dockerHost: string): string => {
  if (dockerHost.startsWith("unix://")) return dockerHost.slice("unix://".length)
  if (dockerHost.startsWith("/")) return dockerHost
  throw new EngineError(
    "docker-host-unsupported",
    `The Docker host ${dockerHost} is not a unix socket of this machine.`,
    "Give a unix socket, as --docker-host unix:///var/run/docker.sock.",
  )
}

/** Sockets where an engine of this machine may listen, in the order in which they are tried. */
export const knownSockets = (runtimeFolder: string | undefined): string[] => [
  "/var/run/docker.sock",
  ...(runtimeFolder === undefined ? [] : [join(runtimeFolder, "docker.sock")]),
  join(homedir(), ".docker/run/docker.sock"),
]

const isInstalled = async (program: string): Promise<boolean> => {
  try {
    await run(program, ["--version"])
    return true
  } catch (error) {
    if (error instanceof CommandError) return false
    throw error
  }
}

const isRoot = (): boolean => process.getuid?.() === 0

const found = (
  socketPath: string,
  answer: Extract<Answer, { kind: "engine" }>,
  origin: "given" | "machine" | "private",
): Engine => ({
  kind: "docker",
  socketPath,
  version: answer.version,
  origin,
})

const startPrivate = async (search: EngineSearch): Promise<Engine> => {
  const { socket } = await startDaemon(
    { ...search, record: openRecord(recordPath(search.runFolder)) },
    privateEngineNames(search),
  )
  const answer = await askEngine(socket)
  if (answer.kind === "silent") throw new Error(`the private engine stopped answering: ${answer.detail}`)
  return found(socket, answer, "private")
}

const given = async (dockerHost: string): Promise<Engine> => {
  const socket = socketOf(dockerHost)
  const answer = await askEngine(socket)
  if (answer.kind === "engine") return found(socket, answer, "given")
  if (answer.why === "not-permitted") throw notPermitted(socket)
  throw new EngineError(
    "docker-host-silent",
    `No Docker engine answers at ${socket}: ${answer.detail}`,
    `Start that engine, ${simulatedHint}.`,
  )
}

/** The engine is there and does not let this user in. */
export const notPermitted = (socket: string) =>
  new EngineError(
    "not-permitted",
    `This user may not use the Docker engine at ${socket}.`,
    `Join the group of the socket (sudo usermod -aG docker "$USER", then log in again), run as root, ${simulatedHint}.`,
  )

/** Finds or starts the engine. Throws {@link EngineError} when there is none, DaemonError when ours does not start. */
export const findEngine = async (search: EngineSearch): Promise<Engine> => {
  if (search.choice === "simulated") return { kind: "simulated" }
  if (search.dockerHost !== undefined && search.dockerHost !== "") return given(search.dockerHost)
  // Tasks of an earlier run are on the private engine, so it stays in use when another one appears.
  const record = openRecord(recordPath(search.runFolder))
  if (!search.startNone && record.daemon(privateEngineNames(search).name)) return startPrivate(search)
  const refused: string[] = []
  for (const socket of search.sockets ?? knownSockets(search.runtimeFolder)) {
    const answer = await askEngine(socket)
    if (answer.kind === "engine") return found(socket, answer, "machine")
    if (answer.why === "not-permitted") refused.push(socket)
  }
  const [socket] = refused
  if (socket !== undefined) throw notPermitted(socket)
  if (!search.startNone && isRoot() && (await isInstalled("dockerd")) && (await isInstalled("containerd"))) {
    search.log.info("no Docker engine answers, starting a private one")
    return startPrivate(search)
  }
  throw new EngineError(
    "no-engine",
    "No Docker engine answers on this machine.",
    isRoot()
      ? `Install one (Debian, Ubuntu: apt-get install docker.io), ${simulatedHint}.`
      : `Start or install one (Debian, Ubuntu: sudo apt-get install docker.io), ${simulatedHint}.`,
  )
}
