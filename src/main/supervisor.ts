// The supervisor of `up`: finds the engine, starts the control plane and what makes machines, keeps both alive, and ends
// them in order. It holds no state of its own beside what the run folder records.
import { createServer } from "node:net"
import { join } from "node:path"
import { type Clock, type Log, silentLog } from "../kernel/index.ts"
import {
  type AgentPlace,
  Child,
  type Engine,
  EngineError,
  findEngine,
  type Machines,
  type ProxyPlace,
  pauseImage,
  startMachines,
} from "../machines/index.ts"
import type { MachineWish } from "../protocol/index.ts"
import type { AgentConfiguration } from "./agent-options.ts"
import { type ChildMessage, configurationVariable } from "./child-life.ts"
import { wallClock } from "./clocks.ts"
import { agentPlace, dockerHostOf, endpointOf, type UpConfig } from "./config.ts"
import type { ControlPlaneConfiguration } from "./control-plane-process.ts"
import { controlSocket, type Folders } from "./data-folder.ts"
import { entryCommand } from "./entries.ts"
import { helperProgram } from "./helper-program.ts"
import { Problem } from "./problem.ts"
import type { ProxyProcessConfiguration } from "./proxy-process.ts"
import type { CrowdConfiguration } from "./simulated-agents-process.ts"

export interface SupervisorOptions {
  readonly config: UpConfig
  readonly folders: Folders
  readonly log?: Log
  readonly clock?: Clock
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal
  /** Something that was running ended for good; the supervisor is of no more use. */
  readonly onEnd: (problem: Problem) => void
}

/** A Roadstead that runs. */
export interface Supervisor {
  /** `http://127.0.0.1:4566`. */
  readonly endpoint: string
  readonly engine: "docker" | "simulated"
  /** The engine's socket; absent when it is simulated. */
  readonly dockerSocket?: string
  /** Ends all processes of ours. Containers and what they need stay. */
  close(): Promise<void>
  /** Removes every container, network and host as well. */
  down(): Promise<void>
}

/** Starts everything; resolves when the API, the agent of this machine and the proxy answer. Rejects with a Problem. */
export const startSupervisor = async (options: SupervisorOptions): Promise<Supervisor> => {
  const { folders, onEnd } = options
  const log = options.log ?? silentLog
  const clock = options.clock ?? wallClock
  const config = { ...options.config, port: options.config.port || (await freePort(options.config.host)) }
  const engine = await findEngine({
    choice: config.engine,
    ...dockerHostOf(config),
    ...(process.env.XDG_RUNTIME_DIR !== undefined && { runtimeFolder: process.env.XDG_RUNTIME_DIR }),
    dataFolder: folders.data,
    runFolder: folders.run,
    owner: folders.owner,
    clock,
    log,
  }).catch((thrown: unknown) => {
    throw thrown instanceof EngineError ? new Problem(3, `${thrown.message} ${thrown.mend}`) : thrown
  })

  // Before it is ready, a failure is what starting rejects with; afterwards it ends the program.
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  let isReady = false
  const fail = (problem: Problem) => (isReady ? onEnd(problem) : failed.reject(problem))
  options.signal?.addEventListener("abort", () => fail(new Problem(1, "Interrupted while starting.")))

  const controlPlane = await startControlPlaneChild({ config, folders, engine, clock, log, onEnd })
  let machines: Machines
  try {
    machines = await startMachines({
      engine,
      owner: folders.owner,
      runFolder: folders.run,
      dataFolder: folders.data,
      apiPort: config.port,
      controlSocket: controlSocket(folders),
      agentCommand: (wish, place) => agentCommand(agentConfiguration(config, folders, wish, place)),
      simulatedAgents: {
        command: () => crowdCommand(config),
        configurationOf: (wish, place) => agentConfiguration(config, folders, wish, place),
      },
      ...(agentPlace(config) === "container" && { helperProgram }),
      relayCommand: () => entryCommand("relay-process", {}),
      proxyCommand: (place) => proxyCommand(config, folders, place),
      givenUp: (reason) => fail(new Problem(1, reason)),
      clock,
      log,
    })
  } catch (thrown) {
    await controlPlane.child.close()
    throw thrown
  }
  const close = async () => {
    await machines.close()
    await controlPlane.child.close()
  }
  try {
    await Promise.race([Promise.all([controlPlane.agentConnected, machines.proxyReady]), failed.promise])
    isReady = true
  } catch (thrown) {
    await close()
    throw thrown
  }
  return {
    endpoint: endpointOf(config),
    engine: engine.kind,
    ...(engine.kind === "docker" && { dockerSocket: engine.socketPath }),
    close,
    down: async () => {
      await controlPlane.child.close()
      await machines.down()
    },
  }
}

interface ControlPlaneChildOptions {
  readonly config: UpConfig
  readonly folders: Folders
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  readonly onEnd: (problem: Problem) => void
}

/** Starts the control plane's process; resolves when it answers for the first time. */
const startControlPlaneChild = (options: ControlPlaneChildOptions) => {
  const { config, folders, engine, clock, log, onEnd } = options
  const configuration: ControlPlaneConfiguration = { config, folders, engine: engine.kind }
  const agent = Promise.withResolvers<void>()
  // Whoever waits for the agent hears of a failure; nobody has to.
  agent.promise.catch(() => {})
  const ready = Promise.withResolvers<{ child: Child; agentConnected: Promise<void> }>()
  let begun = false
  const fail = (problem: Problem) => {
    agent.reject(problem)
    if (!begun) ready.reject(problem)
    else onEnd(problem)
  }
  const child: Child = new Child({
    name: "the control plane",
    command: entryCommand("control-plane-process", { [configurationVariable]: JSON.stringify(configuration) }),
    clock,
    log,
    events: {
      heard: (heard) => {
        const message = heard as ChildMessage
        if (message.type === "agent-connected") agent.resolve()
        // A start without a host would never be ready; one that has been ready tries again by itself.
        if (message.type === "host-failed") agent.reject(new Problem(3, `No task can run here: ${message.reason}`))
        if (message.type === "ready") {
          begun = true
          ready.resolve({ child, agentConnected: agent.promise })
        }
        if (message.type === "refused") {
          void child.close()
          fail(new Problem(message.exitCode === 2 ? 2 : 1, message.reason))
        }
      },
      died: () => {},
      givenUp: (reason) => fail(new Problem(1, `The control plane cannot be kept running: ${reason}.`)),
    },
  })
  return ready.promise
}

/** Where ports of tasks are published in the helper's form: never beyond this machine. */
const loopback = "127.0.0.1"

/** Members of the configuration that only the agent of an EC2 instance has. */
const instanceConfiguration = ({ instance }: MachineWish, place: AgentPlace): Pick<AgentConfiguration, "instance"> =>
  instance
    ? {
        instance: {
          ...instance,
          ...(place.kind === "instance" && { hostRoot: place.hostRoot, interfaces: place.interfaces }),
        },
      }
    : {}

const agentConfiguration = (
  { logLevel, logFormat }: UpConfig,
  { owner }: Folders,
  wish: MachineWish,
  place: AgentPlace,
): AgentConfiguration => ({
  machineId: wish.id,
  agent: wish.agent,
  owner,
  folder: place.folder,
  ...instanceConfiguration(wish, place),
  // A simulated instance has no metadata service that its agent could ask.
  ...(place.kind === "simulated" && wish.metadata?.profile && { profile: wish.metadata.profile }),
  engine:
    place.kind === "simulated"
      ? { kind: "simulated" }
      : {
          kind: "docker",
          socketPath: place.dockerSocket,
          cgroup: place.cgroup,
          pauseImage,
          ...(place.kind === "contained" && { publish: loopback }),
          ...(place.imageSource !== undefined && { imageSource: place.imageSource }),
        },
  logLevel,
  logFormat,
})

const agentCommand = (configuration: AgentConfiguration) =>
  entryCommand("agent-process", { [configurationVariable]: JSON.stringify(configuration) })

const proxyCommand = ({ logLevel, logFormat }: UpConfig, { run, data }: Folders, place: ProxyPlace) => {
  // In a helper container there is a run folder only.
  const logs = place.handover === undefined ? { accessLogFolder: join(data, "access-logs") } : {}
  const configuration: ProxyProcessConfiguration = { runFolder: run, ...logs, ...place, logLevel, logFormat }
  return entryCommand("proxy-process", { [configurationVariable]: JSON.stringify(configuration) })
}

const crowdCommand = ({ logLevel, logFormat }: UpConfig) => {
  const configuration: CrowdConfiguration = { logLevel, logFormat }
  return entryCommand("simulated-agents-process", { [configurationVariable]: JSON.stringify(configuration) })
}

/** A port that nobody listens on now: chosen here, so that the control plane has the same one after a restart. */
const freePort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0))
    })
  })
