// `roadstead agent`: makes this host a container instance of a control plane elsewhere, in the foreground, until it is
// interrupted. Its tasks go on without it; the next start on the same data folder finds them again.
import { resolve } from "node:path"
import { type Agent, CheckpointError, instanceOptions, RegistrationRefused, startAgent } from "../../agent/index.ts"
import { createDocker } from "../../docker/index.ts"
import { isLoopback, type Log, newIds } from "../../kernel/index.ts"
import {
  EngineError,
  ensureImages,
  findEngine,
  openRecord,
  ownerCgroup,
  ownMetadataAddress,
  pauseImage,
  recordPath,
} from "../../machines/index.ts"
import { link } from "../../protocol/index.ts"
import { type AgentConfig, type JoinSettings, joinSettings } from "../agent-config.ts"
import { wallClock } from "../clocks.ts"
import { dockerHostOf } from "../config.ts"
import { FolderProblem, type Folders, openFolders } from "../data-folder.ts"
import { makeExampleImage } from "../example-image.ts"
import { openLog } from "../log.ts"
import { mostOpenFiles } from "../open-files.ts"
import { Problem } from "../problem.ts"
import { random } from "../random.ts"
import { version } from "../version.ts"

/** Runs until SIGINT or SIGTERM; resolves with the exit code. */
export const agent = async (config: AgentConfig): Promise<number> => {
  const settings = joinSettings(config, process.env)
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Problem(
      3,
      `The agent needs root on Linux: containers ask ${link.address}, an address of this host, for metadata.`,
    )
  }
  const log = openLog({ level: config.logLevel, format: config.logFormat, process: "agent" })
  const folders = foldersFor(settings.data)
  const engine = await engineFor(config, folders, log)
  const end = Promise.withResolvers<undefined>()
  // A closed terminal must not leave an agent behind that nobody sees.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => end.resolve(undefined))

  const giveBack = await ownMetadataAddress()
  try {
    sayWhatLacks(settings, log)
    log.info("Joining. Tasks that were here are looked after meanwhile.", {
      endpoint: settings.endpoint,
      cluster: settings.cluster,
    })
    const started = startHere({ config, settings, folders, engine, log })
    // Whoever interrupts a start that waits for the control plane does not wait for it: what is written is durable.
    const running = await Promise.race([started, end.promise])
    if (!running) return 0
    process.stdout.write(`Roadstead agent is ready: ${running.containerInstanceArn} at ${settings.endpoint}\n`)
    await end.promise
    await running.close()
    return 0
  } catch (thrown) {
    throw problemOf(thrown)
  } finally {
    await giveBack()
  }
}

interface Parts {
  readonly config: AgentConfig
  readonly settings: JoinSettings
  readonly folders: Folders
  readonly engine: HostEngine
  readonly log: Log
}

const startHere = ({ config, settings, folders, engine, log }: Parts): Promise<Agent> => {
  const { socketPath, cpus: vcpus, memoryMiB } = engine
  const architecture = process.arch === "arm64" ? "arm64" : "x86_64"
  const options = instanceOptions({ vcpus, memoryMiB, architecture, settings: settings.settings }, log)
  return startAgent({
    dataFolder: folders.data,
    cluster: settings.cluster,
    region: settings.region,
    endpoint: settings.endpoint,
    credentials: settings.credentials,
    accountKey: true,
    engine: {
      kind: "docker",
      socketPath,
      pauseImage,
      cgroup: `${ownerCgroup(folders.owner)}/agent`,
      makeImage: makeExampleImage,
    },
    owner: folders.owner,
    machineId: "agent",
    metadata: { host: link.address, port: 80 },
    log,
    wallClock,
    ids: newIds(random),
    ...options,
    // An interface in a VPC is made on the control plane's machine only.
    registration: {
      ...options.registration,
      lacking: [...(options.registration?.lacking ?? []), "ecs.capability.task-eni"],
    },
    version,
    hostRoot: resolve(config.hostRoot ?? `${folders.data}/root`),
    openFiles: mostOpenFiles(),
  })
}

const foldersFor = (data: string): Folders => {
  try {
    return openFolders(data)
  } catch (thrown) {
    if (thrown instanceof FolderProblem) throw new Problem(2, thrown.message)
    throw thrown
  }
}

interface HostEngine {
  readonly socketPath: string
  readonly cpus: number
  readonly memoryMiB: number
}

/** The engine of this host, with what tasks need in it. */
const engineFor = async (config: AgentConfig, folders: Folders, log: Log): Promise<HostEngine> => {
  try {
    const engine = await findEngine({
      choice: "docker",
      ...dockerHostOf(config),
      startNone: true,
      ...(process.env.XDG_RUNTIME_DIR !== undefined && { runtimeFolder: process.env.XDG_RUNTIME_DIR }),
      dataFolder: folders.data,
      runFolder: folders.run,
      owner: folders.owner,
      clock: wallClock,
      log,
    })
    if (engine.kind !== "docker") throw new Error("a simulated engine was found, which nobody asked for")
    // By this `down` finds what is on it.
    openRecord(recordPath(folders.run)).put({ kind: "engine", name: engine.socketPath })
    const docker = createDocker({ socketPath: engine.socketPath })
    try {
      await ensureImages(docker)
      const { body } = await docker.request<{ NCPU: number; MemTotal: number }>("GET", "/info")
      return { socketPath: engine.socketPath, cpus: body.NCPU, memoryMiB: Math.floor(body.MemTotal / 1024 ** 2) }
    } finally {
      docker.close()
    }
  } catch (thrown) {
    throw thrown instanceof EngineError ? new Problem(3, `${thrown.message} ${thrown.mend}`) : thrown
  }
}

/** What a host outside the VPCs of its control plane does not have. */
const sayWhatLacks = ({ endpoint }: JoinSettings, log: Log): void => {
  log.info("Tasks in bridge, host and none mode run here; awsvpc needs the control plane's own networks.")
  if (isLoopback(new URL(endpoint).hostname)) {
    log.warn("The endpoint is a loopback address: only containers in host mode can reach the APIs at it.", { endpoint })
  }
}

const problemOf = (thrown: unknown): unknown => {
  if (thrown instanceof CheckpointError) return new Problem(2, thrown.message)
  if (thrown instanceof RegistrationRefused)
    return new Problem(2, `The control plane does not take this host: ${thrown.message}`)
  const { code, syscall } = thrown as { code?: string; syscall?: string }
  if (code === "EADDRINUSE" && syscall === "listen") {
    return new Problem(2, `Another agent serves ${link.address} on this host; there can be one in a network namespace.`)
  }
  return thrown
}
