// A container host's agent, put together: container engine, task engine, session, telemetry, logs and metadata. It runs
// tasks with or without its control plane; closing it stops nothing that runs.

import { join } from "node:path"
import type { Docker } from "../docker/index.ts"
import { type Clock, errorFields, type Ids, type Log } from "../kernel/index.ts"
import type { ServiceName } from "../model/index.ts"
import { ownAgentHash } from "../protocol/index.ts"
import { type AwsClient, type Credentials, createAwsClient, signFrame, signRequest } from "../wire/client/index.ts"
import { type OpenSocket, openWebSocket } from "./channel/index.ts"
import { openCheckpoint } from "./checkpoint/index.ts"
import { newCredentialsStore } from "./credentials.ts"
import { createDockerDriver } from "./driver/docker/index.ts"
import { createSimulatedDriver, worldFile } from "./driver/simulated/index.ts"
import type { ContainerDriver } from "./driver.ts"
import { createTaskEngine } from "./engine/index.ts"
import { type ClientAs, createExecution } from "./execution/index.ts"
import { accountService, createLogs, machineService, roleService } from "./logs/index.ts"
import { type MetadataServer, startMetadataServer } from "./metadata/index.ts"
import { registryPlace } from "./registry/index.ts"
import { createSession, type HostFacts, type Session, type Signer } from "./session/index.ts"
import { collectStats, startTelemetry, type Telemetry } from "./telemetry/index.ts"
import type { AwsCall } from "./types.ts"

export interface AgentOptions {
  /** The agent's own: its checkpoint, and a simulated engine's containers. */
  readonly dataFolder: string
  readonly cluster: string
  readonly region: string
  /** The control plane's API, `http://127.0.0.1:4566`. */
  readonly endpoint: string
  /** Handed in anew for each use where they rotate. */
  readonly credentials: Credentials | (() => Credentials)
  /** Whether the key is one of an account, whose host this is, and not of a machine, which runs tasks of any account. */
  readonly accountKey?: boolean
  readonly engine:
    | {
        readonly kind: "docker"
        readonly socketPath: string
        /** The image of the container that holds a task's network. */
        readonly pauseImage: string
        /** The parent of all tasks' cgroups. */
        readonly cgroup?: string
        /** The socket of another engine on this machine: images that it has are copied from there before a pull. */
        readonly imageSource?: string
        /** The address of this host on which ports of awsvpc tasks are published, where their own address may not answer. */
        readonly publish?: string
        /** Makes an image that is made rather than pulled, and answers whether it was one. */
        readonly makeImage?: (docker: Docker, reference: string) => Promise<boolean>
      }
    | { readonly kind: "simulated"; readonly cpus?: number; readonly memoryMiB?: number }
  /** The id of the data folder that all of this belongs to: the label on everything that is made. */
  readonly owner: string
  /** Tells this host's containers from those of another agent on the same container engine. */
  readonly machineId: string
  /** Where metadata and credentials are served; undefined where containers have no way to ask (a simulated engine). */
  readonly metadata: { readonly host: string; readonly port: number } | undefined
  readonly log: Log
  readonly wallClock: Clock
  readonly ids: Ids
  /** The user's own attributes of this container instance. */
  readonly attributes?: HostFacts["attributes"]
  readonly architecture?: "x86_64" | "arm64"
  /** What this host counts as, when that is not all that its engine sees. */
  readonly size?: { readonly cpus: number; readonly memoryMiB: number }
  /** More that is said at a registration. */
  readonly registration?: HostFacts["registration"]
  /** When images are pulled: see TaskEngineOptions. */
  readonly imagePull?: "default" | "always" | "once" | "prefer-cached"
  readonly version?: string
  /** Seconds between the stop signal and the kill where the container says none; 30 by default. */
  readonly stopTimeoutSeconds?: number
  /** The folder below which host paths of tasks are; without it tasks get none. */
  readonly hostRoot?: string
  /** The most open files that a container of this host can be given, when that is less than Fargate's 65535. */
  readonly openFiles?: number
  /** Gives up a start that is under way: what was opened is closed, and the start rejects. */
  readonly signal?: AbortSignal
  /** A driver and a socket of the caller's own: tests in one process. */
  readonly driver?: ContainerDriver
  readonly openSocket?: OpenSocket
}

export interface Agent {
  readonly containerInstanceArn: string
  /** The metadata endpoint's port, when there is one. */
  readonly metadataPort: number | undefined
  close(): Promise<void>
}

/** What the control plane is told when nobody says which version runs. */
const unversioned = "0.1.0"

/**
 * Starts an agent; resolves when it is registered and connected. Tasks that it had are supervised before that, also while
 * the control plane is away.
 * @throws CheckpointError when the data folder cannot be used, RegistrationRefused when this host can never join.
 */
export const startAgent = async (options: AgentOptions): Promise<Agent> => {
  const { cluster, wallClock: clock, ids, log, region } = options
  const open: (() => unknown)[] = []
  const close = async () => {
    // The other way round than they were opened. What cannot be closed must not keep the rest open.
    for (const end of open.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        log.warn("A part of the agent could not be closed", errorFields(error))
      }
    }
  }
  try {
    const checkpoint = openCheckpoint(options.dataFolder, cluster)
    open.push(() => checkpoint.close())
    const registry = options.engine.kind === "docker" ? await registryPlace(options.endpoint) : undefined
    open.push(() => registry?.close())
    const driver = options.driver ?? driverOf(options, registry?.address)
    open.push(() => driver.close())
    const host = await hostFacts(options, driver)
    const client = clientsOf(options)
    const ecs = client("ecs", options.credentials)
    const credentials = newCredentialsStore()
    const clientAs = clientsAs(options)
    const ownLogs = options.accountKey
      ? accountService(regionalLogs(options))
      : machineService(client("logs", options.credentials))
    const execution = createExecution({
      clientAs,
      credentials,
      own: () => keyOf(options.credentials),
      clock,
      log,
    })
    const logs = createLogs({
      service: roleService(ownLogs, credentials, (region, keys) => clientAs("logs", region, keys)),
      checkpoint,
      clock,
      log,
      endpoint: options.endpoint,
    })
    const engine = createTaskEngine({
      driver,
      checkpoint,
      clock,
      ids,
      log,
      credentials,
      options: {
        owner: options.owner,
        host: options.machineId,
        region,
        pauseImage: options.engine.kind === "docker" ? options.engine.pauseImage : "roadstead-pause",
        ...(options.hostRoot !== undefined && { hostRoot: options.hostRoot }),
        ...(options.engine.kind === "docker" && options.engine.publish && { publish: options.engine.publish }),
        ...(options.engine.kind === "docker" && { engineSocket: options.engine.socketPath }),
        ...(options.openFiles !== undefined && { openFiles: options.openFiles }),
        ...(options.imagePull !== undefined && { imagePull: options.imagePull }),
        ...(options.stopTimeoutSeconds !== undefined && { stopTimeoutSeconds: options.stopTimeoutSeconds }),
      },
      hooks: {
        ...logs.hooks,
        beforeStart: async (task, signal) => {
          // In Fargate's order: what is secret first, then the loggers.
          await execution.prepare(task, signal)
          await logs.hooks.beforeStart(task, signal)
        },
      },
      resolvers: {
        secrets: (task, container) => execution.secrets(task, container),
        registryAuth: (task, container, signal) => execution.registryAuth(task, container, signal),
      },
    })
    open.push(() => engine.close())
    engine.onChange(({ task }) => {
      if (task.known === "STOPPED") execution.forget(task.arn)
    })
    const collector = collectStats(engine, driver)
    open.push(() => collector.close())

    let metadata: MetadataServer | undefined
    let session: Session | undefined
    if (options.metadata) {
      metadata = await startMetadataServer({
        ...options.metadata,
        engine,
        credentials,
        cluster,
        clock,
        log,
        ecs,
        ecsAs: (role) => client("ecs", role),
        stats: (runtimeId) => collector.latest(runtimeId),
        availabilityZone: () => session?.availabilityZone(),
        containerInstanceArn: () => checkpoint.identity().containerInstanceArn,
      })
      open.push(() => metadata?.close())
    }
    await engine.start()
    logs.follow(engine)
    open.push(() => logs.close())

    const signer = signerOf(options)
    const openSocket = options.openSocket ?? openWebSocket
    const started = createSession({
      cluster,
      ecs,
      signer,
      open: openSocket,
      engine,
      credentials,
      checkpoint,
      clock,
      ids,
      log,
      host,
      logsDelivered: (arn) => logs.delivered(arn),
      onConnected: () => logs.kick(),
    })
    session = started
    open.push(() => started.close())
    let telemetry: Telemetry | undefined
    started.onRegistered((containerInstanceArn) => {
      telemetry = startTelemetry({
        cluster,
        containerInstanceArn,
        endpoints: started.endpoints,
        signer,
        open: openSocket,
        host,
        engine,
        driver,
        collector,
        clock,
        ids,
        log,
      })
      open.push(() => telemetry?.close())
    })
    started.onHeartbeat(() => telemetry?.check())
    await Promise.race([started.ready, givenUp(options.signal)])
    return {
      containerInstanceArn: checkpoint.identity().containerInstanceArn ?? "",
      metadataPort: metadata?.port,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Rejects when the signal says so; else never settles. */
const givenUp = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(new Error("the start of the agent was given up"))
    if (signal?.aborted) end()
    else signal?.addEventListener("abort", end, { once: true })
  })

const driverOf = (
  { engine, wallClock: clock, ids, log, dataFolder }: AgentOptions,
  registry: string | undefined,
): ContainerDriver =>
  engine.kind === "docker"
    ? createDockerDriver({
        socketPath: engine.socketPath,
        clock,
        log,
        ...(engine.imageSource !== undefined && { imageSource: engine.imageSource }),
        ...(engine.cgroup !== undefined && { groupParent: engine.cgroup }),
        ...(engine.makeImage && { makeImage: engine.makeImage }),
        ...(registry !== undefined && { registry }),
      })
    : createSimulatedDriver({
        clock,
        ids,
        store: worldFile(join(dataFolder, "simulated.db")),
        images: ["roadstead-pause"],
        ...(engine.cpus !== undefined && { cpus: engine.cpus }),
        ...(engine.memoryMiB !== undefined && { memoryMiB: engine.memoryMiB }),
      })

const hostFacts = async (options: AgentOptions, driver: ContainerDriver): Promise<HostFacts> => {
  const { version, cpus, memoryMiB, accessControls } = await driver.info()
  return {
    agentVersion: options.version ?? unversioned,
    agentHash: ownAgentHash,
    engineVersion: version,
    cpus: options.size?.cpus ?? cpus,
    memoryMiB: options.size?.memoryMiB ?? memoryMiB,
    ...(options.registration && { registration: options.registration }),
    ...(accessControls && { accessControls }),
    attributes: options.attributes ?? [],
    ...(options.architecture && { architecture: options.architecture }),
  }
}

/** Clients of CloudWatch Logs with the host's own key, one a region. */
const regionalLogs = (options: AgentOptions) => {
  const made = new Map<string, AwsCall<"logs">>()
  return (region: string): AwsCall<"logs"> => {
    const known = made.get(region) ?? clientsOf({ ...options, region })("logs", options.credentials)
    made.set(region, known)
    return known
  }
}

/** Clients of the control plane, by service and key. */
const clientsOf =
  ({ endpoint, region, wallClock: clock }: AgentOptions) =>
  <S extends ServiceName>(service: S, credentials: AgentOptions["credentials"]) =>
    createAwsClient({ service, endpoint, region, clock, credentials: () => keyOf(credentials) })

const keyOf = (credentials: AgentOptions["credentials"]): Credentials => {
  const { accessKeyId, secretAccessKey, sessionToken } = typeof credentials === "function" ? credentials() : credentials
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
}

/** The same for keys that change: one client of a service in a region serves all of them. */
const clientsAs = (options: AgentOptions): ClientAs => {
  const made = new Map<string, unknown>()
  return <S extends ServiceName>(service: S, region: string | undefined, credentials: () => Credentials) => {
    const name = `${service} ${region}`
    const inRegion = region === undefined ? options : { ...options, region }
    const client = (made.get(name) ?? clientsOf(inRegion)(service, options.credentials)) as AwsClient<S>
    made.set(name, client)
    return (async (operation, input) =>
      client(operation as never, input as never, { credentials: keyOf(credentials()) })) as AwsCall<S>
  }
}

const signerOf = ({ credentials, region, wallClock }: AgentOptions): Signer => {
  const signing = () => ({ credentials: keyOf(credentials), region, service: "ecs", now: wallClock.now() })
  return {
    upgrade: (url) => {
      const { host, pathname, search } = new URL(url)
      const ask = { method: "GET", path: pathname, query: search.slice(1), headers: { host }, body: new Uint8Array() }
      return signRequest(ask, signing())
    },
    frame: (url, body) => signFrame(body, new URL(url), signing()),
  }
}
