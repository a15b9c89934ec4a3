// Builds the control plane: opens the state, wires gate, services, controllers, fleet and the server of the APIs, and
// stops them in order. The one place that names all of them.
import { rmSync } from "node:fs"
import { controllers, startControllers } from "../controllers/index.ts"
import { agentEndpoint, channelPaths, isAgentPath, startFleet, startMachineChannel } from "../fleet/index.ts"
import { type BulkStores, createGate } from "../gate/index.ts"
import { type Cancel, type Clocks, type Ids, type Log, newIds, type Vault } from "../kernel/index.ts"
import { machinesSocket } from "../machines/index.ts"
import { createRegistry, startLayerSweep } from "../registry/index.ts"
import { rootCertificate } from "../services/acm/index.ts"
import { ecrBodyLimits } from "../services/ecr/index.ts"
import {
  type MachineRow,
  openBlobStore,
  openStore,
  type State,
  schema,
  sqliteBulkStore,
  sqliteJournal,
  type View,
} from "../state/index.ts"
import { createWireServer } from "../wire/index.ts"
import { addressFor, hearsLoopback } from "./addresses.ts"
import { adminHandler } from "./admin.ts"
import { anchorAt, type CloudAnchor, cloudClock, cloudTime, wallClock, wallTime } from "./clocks.ts"
import type { UpConfig } from "./config.ts"
import { controlSocket, type Folders, journalFile, layersFolder, logEventsFile, metricsFile } from "./data-folder.ts"
import { openVault } from "./data-key.ts"
import { notingUses } from "./key-uses.ts"
import { keyFinder } from "./keys.ts"
import { vpcListeners } from "./listeners.ts"
import { loadBalancerHosts, proxyFor } from "./load-balancer-hosts.ts"
import { startLogSweep } from "./log-sweep.ts"
import { metricReports } from "./metric-reports.ts"
import { metricsRegistry } from "./metrics.ts"
import { openProxies } from "./proxies.ts"
import { reset } from "./reset.ts"
import { ensureRootKey } from "./root-key.ts"
import { services } from "./services.ts"
import { tlsOf } from "./tls.ts"

/** Logs may take so much of the disk; the oldest events of the longest streams are not dropped: writes are refused. */
const logBytes = 8 * 1024 ** 3

export interface ControlPlaneOptions {
  readonly config: UpConfig
  readonly folders: Folders
  readonly engine: "docker" | "simulated"
  readonly log: Log
  /** Fills bytes with random values. */
  readonly random: (bytes: Uint8Array) => void
  /** The state can no longer be kept: the process must stop. */
  readonly onFatal: (reason: string) => void
  /** An agent has connected: tasks can start. */
  readonly onAgent?: () => void
  /** The shared host cannot be made, and why; it is tried again. */
  readonly onHostFailed?: (reason: string) => void
}

/** A control plane that answers. */
export interface ControlPlane {
  readonly port: number
  close(): Promise<void>
}

/** Starts a control plane; resolves when the port answers. */
export const startControlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
  const { config, folders, engine, log } = options
  const ids = newIds(options.random)
  const state = await openStore({
    schema,
    journal: sqliteJournal({ file: journalFile(folders) }),
    log,
    onFailure: (error) => options.onFatal(`The state could not be written: ${error.message}`),
  })
  const vault = await vaultOf(state, options)
  const bulk: BulkStores = {
    logEvents: await sqliteBulkStore({ file: logEventsFile(folders), bytes: logBytes }),
    layers: openBlobStore({ folder: layersFolder(folders) }),
  }
  const anchor = startCloud(state, config.timeScale)
  const clocks: Clocks = { wall: wallClock, cloud: cloudClock(anchor) }
  if (config.auth === "strict") ensureRootKey(state, folders, config.account, ids, Math.floor(wallClock.now()))
  return start({ ...options, state, vault, bulk, clocks, anchor, ids, log, engine })
}

/** The state is closed again when there is no key for it: the refused process must end. */
const vaultOf = async (state: State, { folders, random }: ControlPlaneOptions): Promise<Vault> => {
  try {
    return openVault(state, folders, random)
  } catch (thrown) {
    await state.close()
    throw thrown
  }
}

interface Parts extends ControlPlaneOptions {
  readonly state: State
  readonly vault: Vault
  readonly bulk: BulkStores
  readonly clocks: Clocks
  readonly anchor: CloudAnchor
  readonly ids: Ids
}

const start = async ({
  config,
  folders,
  engine,
  log,
  state,
  vault,
  bulk,
  clocks,
  anchor,
  ids,
  onAgent,
  onHostFailed,
}: Parts): Promise<ControlPlane> => {
  let port = config.port
  const home = { account: config.account, region: config.region }
  const endpoint = () => `http://127.0.0.1:${port}`
  /** Where the agent of a machine reaches us. A simulated one has no network of its own to come from. */
  const machineEndpoint = (view: View, machine: MachineRow | undefined) =>
    engine === "simulated" ? endpoint() : agentEndpoint(view, machine, endpoint())
  const clockPorts = {
    wallTime: (cloud: number) => wallTime(anchor, cloud),
    cloudTime: (wall: number) => cloudTime(anchor, wall),
  }
  const logsPorts = { wallTime: (cloud: number) => wallTime(anchor, cloud) }
  const tables = services({
    pollEndpoint: (caller) => {
      const own = (view: View) => machineEndpoint(view, view.machines.get(caller.machineId ?? ""))
      const base = caller.machineId !== undefined ? state.view(own) : addressFor(config, caller, endpoint())
      return { endpoint: `${base}${channelPaths.acs}`, telemetryEndpoint: `${base}${channelPaths.tcs}` }
    },
    cloudTime: (wall) => new Date(cloudTime(anchor, wall.getTime())),
    ...logsPorts,
    registryPort: () => port,
    wallNow: () => clocks.wall.now(),
    allowHostAccess: config.allowHostAccess,
    vault,
  })

  const gate = createGate({
    ...{ state, bulk, services: tables, clock: clocks.cloud, wall: clocks.wall, ids, log },
    auth: config.auth,
  })
  const fleet = startFleet({
    ...{ state, clock: clocks.wall, cloud: clocks.cloud, ids, log, apiPort: () => port },
    reachedAt: (caller) => addressFor(config, caller, endpoint()),
    ...(onAgent && { onAgent }),
  })
  const reports = metricReports({ ...clockPorts, file: metricsFile(folders), clock: clocks.cloud, log })
  const proxies = await openProxies({
    ...{ state, clocks, vault, engine, log, ...logsPorts },
    runFolder: folders.run,
    epoch: ids.hex(16),
    onMetrics: reports.heard,
  })
  const runner = startControllers({ state, gate, clock: clocks.cloud, log, controllers: controllers(home, clockPorts) })
  const stopSweep = startLogSweep({ state, logEvents: bulk.logEvents, clock: clocks.cloud, log, ports: logsPorts })
  const { layers } = bulk
  const stopLayerSweep = startLayerSweep({ state, layers, clock: clocks.wall, log })
  let metrics: ReturnType<typeof metricsRegistry> | undefined

  const uses = { state, now: () => clocks.cloud.now(), wallNow: () => clocks.wall.now() }
  const dispatch = notingUses(uses, gate.dispatch)
  const server = createWireServer({
    ports: { dispatch, findKey: keyFinder(state), clock: clocks.wall, ids, log },
    auth: config.auth,
    defaultAccount: config.account,
    defaultRegion: config.region,
    ...tlsOf(config),
    publicHosts: config.publicUrl.map((url) => new URL(url).host),
    allowOrigins: config.allowOrigin,
    admin: adminHandler({
      engine,
      auth: config.auth,
      services: tables.map((table) => table.service),
      agentConnected: () => fleet.connected > 0,
      proxies: () => proxies.connected,
      hosts: () =>
        state.view((view) =>
          fargateHosts(view).map(({ place, observed: { status, reason } }) => ({
            place,
            status,
            ...(reason !== undefined && { reason }),
          })),
        ),
      metrics: () => {
        metrics ??= metricsRegistry({ state, runner, fleet, proxies, points: reports.points })
        return metrics
      },
      rootCertificate: async () => {
        const wallNow = Math.floor(clocks.wall.now())
        const { value, position } = state.transact((tx) => rootCertificate({ tx, ids, wallNow }, vault))
        await state.durable(position)
        return value
      },
      reset: () => reset({ state, now: () => clocks.cloud.now(), points: reports.points }),
    }),
    other: createRegistry({ gate, state, layers, clock: clocks.wall, log }),
    hosted: loadBalancerHosts({ find: (host) => state.view((view) => proxyFor(view, folders.run, host)), log }),
    bodyLimits: ecrBodyLimits,
    onUpgrade: (request, socket, head, authenticated) => {
      if (isAgentPath((request.url ?? "").split("?")[0] ?? ""))
        fleet.upgrade(request, socket, head, authenticated.caller)
      else socket.destroy()
    },
  })
  const listening = await server.listen({ host: config.host, port: config.port })
  port = listening.port
  // Agents of this machine's own hosts come by loopback, whatever address others use.
  if (!hearsLoopback(config.host)) await server.listen({ host: "127.0.0.1", port })
  // Left by a process that was killed: the store lets only one of us get here.
  rmSync(controlSocket(folders), { force: true })
  await server.listen({ path: controlSocket(folders) }, { vpc: true })
  const stopHostWatch = watchHosts(state, log, onHostFailed)
  const listeners = vpcListeners({ server, port, log })
  const stopChannel = startMachineChannel({
    state,
    clock: clocks.wall,
    log,
    path: machinesSocket(folders.run),
    endpoint: machineEndpoint,
    region: config.region,
    onListeners: (addresses) => listeners.set(addresses),
  })

  return {
    port,
    close: async () => {
      stopChannel()
      stopSweep()
      stopLayerSweep()
      stopHostWatch()
      runner.stop()
      fleet.close()
      await proxies.close()
      await server.close()
      await state.close()
      await bulk.logEvents.close()
      await reports.points.close()
    },
  }
}

/** EC2 instances say what becomes of them themselves. */
const fargateHosts = (view: View): readonly MachineRow[] =>
  view.machines.by("desired", "up").filter(({ place }) => place !== "instance")

/** Says why a host cannot be made, once for each reason that the supervisor gives. */
const watchHosts = (state: State, log: Log, onHostFailed: ControlPlaneOptions["onHostFailed"]): Cancel => {
  const { stop } = state.watch(
    "committed",
    () => undefined,
    ({ changes }) => {
      for (const { table, after } of changes) {
        if (table !== "machines" || !after) continue
        const { id, place, observed } = after as MachineRow
        if (observed.status !== "FAILED" || place === "instance") continue
        log.error("A host for Fargate tasks cannot be made.", { machine: id, reason: observed.reason })
        if (place === "shared") onHostFailed?.(observed.reason ?? "no reason was given")
      }
    },
  )
  return stop
}

/** Reads and keeps from when on the cloud clock runs. */
const startCloud = (state: State, scale: number): CloudAnchor => {
  const name = "cloudClock"
  const stored = state.view((view) => view.settings.get(name))
  const anchor = anchorAt(stored && (JSON.parse(stored.value) as CloudAnchor), Math.floor(wallClock.now()), scale)
  const value = JSON.stringify(anchor)
  if (stored?.value !== value) state.transact((tx) => tx.settings.put({ name, value }))
  return anchor
}
