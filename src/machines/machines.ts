// The room as its process sees it: an engine, the channel to the control plane, and the loops between wishes and facts.
// Lives inside the supervisor; what it made outlives it and is found again.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { createDocker } from "../docker/index.ts"
import { type Clock, errorFields, type Log } from "../kernel/index.ts"
import type { MachineWish, NetworkWish, ToSupervisor } from "../protocol/index.ts"
import { serveMachines } from "./channel.ts"
import { keepDaemon } from "./daemon/keep.ts"
import type { Engine } from "./engine.ts"
import { Facts } from "./facts.ts"
import type { HelperProgram } from "./helper/container.ts"
import type { Command } from "./hosts/child.ts"
import { Crowd, type SimulatedAgents } from "./hosts/crowd.ts"
import type { AgentPlace, HostContext } from "./hosts/host.ts"
import { Proxies, type ProxyPlace } from "./hosts/proxies.ts"
import { type InstanceWorld, instanceLoop } from "./instance-loop.ts"
import { canBeApart, machineLoop, type RunningHost } from "./machine-loop.ts"
import { machineOfDaemon, ownerCgroup, privateEngineNames } from "./names.ts"
import { networkLoop } from "./network-loop.ts"
import { vpcDevice } from "./networks/networks.ts"
import { diversionMark } from "./networks/way-out.ts"
import { openRecord, type Record, recordPath } from "./record.ts"
import { type Removed, removeEverything } from "./removal.ts"
import { machineNameservers, upstreamOf } from "./resolver/upstream.ts"

export interface MachinesOptions {
  /** The id of the data folder: the value of every label. */
  readonly owner: string
  /** A 0700 folder with a short path, for sockets, pids and the record: /run/roadstead/<id> or so. */
  readonly runFolder: string
  readonly dataFolder: string
  /** What `findEngine` found. */
  readonly engine: Engine
  /** The port of the APIs: the same on every gateway as on loopback. */
  readonly apiPort: number
  /** The control plane's unix socket for what comes out of machines apart. */
  readonly controlSocket: string
  /** How to start an agent. It gets an IPC channel, says `{ type: "ready" }` on it, and exits when it closes. */
  readonly agentCommand: (wish: MachineWish, place: AgentPlace) => Command
  /** Of the process that the agents of all simulated EC2 instances share (hosts/crowd.ts). */
  readonly simulatedAgents?: SimulatedAgents
  /** How to start a proxy: a process that says `{ type: "ready" }`, hears StandMessage, and exits when its channel closes. */
  readonly proxyCommand?: (place: ProxyPlace) => Command
  /** How to start a relay: a process that calls `runRelay` with its IPC channel, and exits when it closes. */
  readonly relayCommand: () => Command
  /**
   * Our own program: when it is given, the agent of the shared host runs in a helper container on the engine, which needs
   * no root here, and there are no machines apart.
   */
  readonly helperProgram?: () => HelperProgram
  /** An agent or relay died too often; `up` ends with the reason. */
  readonly givenUp: (reason: string) => void
  readonly log: Log
  readonly clock: Clock
}

export interface Machines {
  /** Resolves when the proxy of load balancers answers; at once where there is none. */
  readonly proxyReady: Promise<void>
  /** Ends what lives with this process. Containers, networks and daemons stay for the next start. */
  close(): Promise<void>
  /** {@link close}, and then removes everything that the owner has on this machine. */
  down(): Promise<Removed>
}

/** Written down before a rule is made. */
const ownMark = (owner: string, record: Record): string => {
  const name = diversionMark(owner)
  record.put({ kind: "firewall", name })
  return name
}

/** The socket in the run folder on which the supervisor waits for the control plane. */
export const machinesSocket = (runFolder: string): string => join(runFolder, "machines.sock")

/** Waits for wishes. Rejects when the channel's socket cannot be made. */
export const startMachines = async (options: MachinesOptions): Promise<Machines> => {
  const { clock, engine, log } = options
  mkdirSync(options.runFolder, { recursive: true, mode: 0o700 })
  const record = openRecord(recordPath(options.runFolder))
  const docker = engine.kind === "docker" ? createDocker({ socketPath: engine.socketPath }) : undefined
  if (engine.kind === "docker") record.put({ kind: "cgroup", name: ownerCgroup(options.owner) })
  if (engine.kind === "docker" && engine.origin !== "private") record.put({ kind: "engine", name: engine.socketPath })
  const letGo =
    engine.kind === "docker" && engine.origin === "private"
      ? keepDaemon({ record, clock, log }, privateEngineNames(options))
      : async () => {}
  const upstream = upstreamOf(
    machineNameservers().map((address) => ({ address })),
    clock,
  )
  const { proxyCommand, givenUp } = options
  const proxies =
    docker &&
    proxyCommand &&
    new Proxies({
      ...{ command: proxyCommand, inHelper: options.helperProgram !== undefined, clock, log, givenUp },
      ...(canBeApart(options) && { firewallMark: ownMark(options.owner, record) }),
    })
  const cx: HostContext = { ...options, record, upstream, ...(docker && { docker }), ...(proxies && { proxies }) }

  const machines = new Map<string, MachineWish>()
  const networks = new Map<string, NetworkWish>()
  const hosts = new Map<string, RunningHost>()
  const where = new Map<string, string>()
  let names: Extract<ToSupervisor, { type: "names" }>["names"] = []
  const facts = new Facts((fact) => channel.say(fact))

  const running: InstanceWorld["running"] = new Map()
  const bridgeOf: InstanceWorld["bridgeOf"] = (network) => {
    const host = hosts.get(where.get(network) ?? "")?.host
    return host && { device: vpcDevice(options.owner, network), namespace: host.namespace }
  }
  const networkUp = (key: string) => {
    for (const wish of machines.values()) if (wish.instance?.network === key) instancePursuit.look(wish.id)
  }
  const hostChanged = (machineId: string) => {
    const running = hosts.get(machineId)
    running?.host.gateways.setNames(names)
    for (const wish of networks.values()) if (wish.machineId === machineId) networkPursuit.afresh(wish.key)
    if (running) void findForgotten(machineId, running)
  }
  /** Networks of an earlier run that nobody wishes any more. */
  const findForgotten = async (machineId: string, { host }: RunningHost) => {
    const keys = await host.networks.vpcKeys().catch((error: unknown) => {
      // They are in nobody's way before the next start, and are looked for again then.
      log.warn("networks of an earlier run cannot be looked up", { machine: machineId, ...errorFields(error) })
      return []
    })
    for (const key of keys) {
      if (where.has(key)) continue
      where.set(key, machineId)
      networkPursuit.look(key)
    }
  }
  const machinePursuit = machineLoop({ cx, facts, machines, hosts, hostChanged, givenUp: options.givenUp })
  const networkPursuit = networkLoop({ cx, facts, networks, hosts, where, networkUp })
  const crowd = options.simulatedAgents && new Crowd({ ...options.simulatedAgents, clock, log })
  const instancePursuit = instanceLoop({ cx, facts, machines, running, bridgeOf, ...(crowd && { crowd }) })

  /** Takes the new wishes in and looks at every key whose wish is another one now. */
  const replace = <W extends object>(
    map: Map<string, W>,
    wishes: readonly W[],
    keyOf: (wish: W) => string,
    others: Iterable<string>,
  ) => {
    const wished = new Map(wishes.map((wish) => [keyOf(wish), wish]))
    const changed = [...new Set([...map.keys(), ...wished.keys(), ...others])].filter(
      (key) => !wished.has(key) || JSON.stringify(map.get(key)) !== JSON.stringify(wished.get(key)),
    )
    map.clear()
    for (const [key, wish] of wished) map.set(key, wish)
    return changed
  }
  const recordedMachines = () =>
    record.things().flatMap((thing) => (thing.kind === "daemon" ? (machineOfDaemon(thing.name) ?? []) : []))
  const heard = (message: ToSupervisor) => {
    if (message.type === "names") {
      names = message.names
      for (const { host } of hosts.values()) host.gateways.setNames(names)
      return
    }
    const changedMachines = replace(machines, message.machines, (wish) => wish.id, recordedMachines())
    const changedNetworks = replace(networks, message.networks, (wish) => wish.key, where.keys())
    for (const id of changedMachines) {
      const isInstance = machines.get(id)?.place === "instance" || running.has(id)
      if (isInstance) instancePursuit.afresh(id)
      else machinePursuit.afresh(id)
    }
    for (const key of changedNetworks) networkPursuit.afresh(key)
  }

  const channel = await serveMachines({
    socketPath: machinesSocket(options.runFolder),
    facts: () => facts.all(),
    heard,
    log,
  })
  const close = async () => {
    await letGo()
    await channel.close()
    await Promise.all([machinePursuit.close(), networkPursuit.close(), instancePursuit.close()])
    await Promise.all([...hosts.values(), ...running.values()].map(({ host }) => host.close()))
    await crowd?.close()
    await proxies?.close()
    hosts.clear()
    docker?.close()
  }
  return {
    proxyReady: proxies?.ready ?? Promise.resolve(),
    close,
    async down() {
      await close()
      // The engine in use is in the record.
      return removeEverything({ ...options, sockets: [] })
    },
  }
}
