// The simulated container driver: any image name runs until it is stopped, on a clock that is handed in. README.md says
// how a container's environment scripts it.
import { type Cancel, type Clock, delay, type Ids, repeat } from "../../../kernel/index.ts"
import {
  type ContainerDriver,
  DriverError,
  type DriverErrorCode,
  type DriverEvent,
  type NetworkInfo,
  type VolumeInfo,
} from "../../driver.ts"
import { describe, ended, imageId, isRunning, ownEnd, type SimulatedContainer, scriptOf } from "./container.ts"
import { readScript, scripted } from "./script.ts"
import { forgetfulWorld, type WorldStore } from "./state-file.ts"
import { statsAt } from "./stats.ts"

export type { SimulatedContainer } from "./container.ts"
export { type WorldStore, worldFile } from "./state-file.ts"

export interface SimulatedDriverOptions {
  readonly clock: Clock
  readonly ids: Ids
  readonly store?: WorldStore
  /** What the host pretends to have: by default 64 vCPUs and 256 GiB. */
  readonly cpus?: number
  readonly memoryMiB?: number
  /** Images that are there without a pull. */
  readonly images?: readonly string[]
  /** Which networks exist; by default every one that is asked for. */
  readonly network?: (labels: Readonly<Record<string, string>>) => NetworkInfo | undefined
}

/** See the head of the file. */
export const createSimulatedDriver = (options: SimulatedDriverOptions): ContainerDriver => {
  const { clock, ids, store = forgetfulWorld, cpus = 64, memoryMiB = 262_144 } = options
  const world = store.load()
  const images = new Set([...world.images, ...(options.images ?? [])])
  const containers = new Map(world.containers.map((container) => [container.id, container]))
  const named = new Map(world.containers.map((container) => [container.spec.name, container.id]))
  /** Of this process only: nothing is in them. */
  const volumes = new Map<string, VolumeInfo>()
  const groups = new Map<string, string>()
  const listeners = new Set<(event: DriverEvent) => void>()
  const timers = new Map<string, Cancel[]>()
  let nextPort = 32_768
  let linkAddresses = containers.size

  const tell = (event: DriverEvent) => {
    for (const listener of listeners) listener(event)
  }
  /** Ids and names are both taken, as by Docker. */
  const known = (id: string): SimulatedContainer | undefined =>
    containers.get(id) ?? containers.get(named.get(id) ?? "")
  const find = (id: string): SimulatedContainer => {
    const found = known(id)
    if (!found) throw new DriverError("not-found", `No such container: ${id}`)
    return found
  }
  const put = (container: SimulatedContainer) => {
    containers.set(container.id, container)
    named.set(container.spec.name, container.id)
    store.put(container)
  }
  const disarm = (id: string) => {
    for (const cancel of timers.get(id) ?? []) cancel()
    timers.delete(id)
  }
  const end = (id: string, how: { at: number; exitCode: number; oomKilled?: boolean }) => {
    const container = containers.get(id)
    if (!container || !isRunning(container)) return
    disarm(id)
    put(ended(container, how))
    if (how.oomKilled) tell({ type: "oom", id })
    tell({ type: "die", id, exitCode: how.exitCode })
  }
  const arm = (container: SimulatedContainer) => {
    const own = ownEnd(container)
    const { health } = scriptOf(container)
    const set: Cancel[] = []
    if (own) set.push(clock.at(own.at, () => end(container.id, own)))
    if (health && container.startedAt !== undefined) {
      set.push(clock.at(container.startedAt + health.afterMs, () => tell({ type: "health", id: container.id })))
    }
    timers.set(container.id, set)
  }

  for (const container of containers.values()) if (isRunning(container)) arm(container)

  return {
    info: async () => ({ kind: "simulated", version: "simulated", cpus, memoryMiB }),
    image: async (reference) =>
      images.has(reference) ? { id: imageId(reference), digest: imageId(reference) } : undefined,
    async pull(reference, { signal, environment = {} }) {
      const { pullMs, pullError } = readScript(environment)
      if (pullMs > 0) await delay(clock, pullMs, signal)
      if (signal?.aborted) throw new DriverError("other", "The pull was ended")
      if (pullError !== undefined) throw pullFailure(pullError)
      images.add(reference)
      store.image(reference)
      return { id: imageId(reference), digest: imageId(reference) }
    },
    async create(spec) {
      const taken = known(spec.name)
      if (taken)
        throw new DriverError(
          "conflict",
          `Conflict. The container name "/${spec.name}" is already in use by container "${taken.id}".`,
        )
      const id = ids.hex(64)
      const addresses = spec.network?.ip ? { [spec.network.id]: spec.network.ip } : {}
      put({ id, spec: scripted(spec), createdAt: clock.now(), addresses, isolated: [] })
      return id
    },
    async start(id) {
      const { startMs, startError } = scriptOf(find(id))
      if (startMs > 0) await delay(clock, startMs)
      const container = find(id)
      if (isRunning(container)) return
      if (startError !== undefined) {
        put({ ...container, error: startError, exitCode: 127 })
        throw new DriverError("cannot-start", startError)
      }
      const host = networkOwner(container)
      if (host !== undefined && !isRunning(find(host))) {
        throw new DriverError("cannot-start", `cannot join network of a non running container: ${host}`)
      }
      const { finishedAt: _, exitCode: __, oomKilled: ___, ...fresh } = container
      const started = { ...fresh, startedAt: clock.now() }
      put(started)
      arm(started)
      tell({ type: "start", id: container.id })
    },
    async stop(id, seconds) {
      const { stopMs, exitCode = 143 } = scriptOf(find(id))
      const killed = stopMs > seconds * 1000
      const wait = killed ? seconds * 1000 : stopMs
      if (wait > 0) await delay(clock, wait)
      end(find(id).id, { at: clock.now(), exitCode: killed ? 137 : exitCode })
    },
    async rename(id, name) {
      const container = find(id)
      named.delete(container.spec.name)
      put({ ...container, spec: { ...container.spec, name } })
    },
    async kill(id) {
      end(find(id).id, { at: clock.now(), exitCode: 137 })
    },
    async remove(id) {
      const container = known(id)
      if (!container) return
      disarm(container.id)
      containers.delete(container.id)
      named.delete(container.spec.name)
      store.remove(container.id)
      if (isRunning(container)) tell({ type: "die", id: container.id, exitCode: 137 })
      tell({ type: "destroy", id: container.id })
    },
    async inspect(id) {
      const container = known(id)
      return container && describe(container, clock.now())
    },
    list: async (labels) => {
      const wanted = Object.entries(labels)
      const states = [...containers.values()].map((container) => describe(container, clock.now()))
      return states.filter((state) => wanted.every(([name, value]) => state.labels[name] === value))
    },
    watch(onEvent) {
      listeners.add(onEvent)
      const cancel = clock.at(clock.now(), () => onEvent({ type: "resync" }))
      return () => {
        cancel()
        listeners.delete(onEvent)
      }
    },
    stats: async (id) => statsAt(find(id), clock.now()),
    followStats: (id, onStats) =>
      repeat(clock, 1000, () => {
        const container = containers.get(id)
        const stats = container && statsAt(container, clock.now())
        if (stats) onStats(stats)
      }),
    createVolume: async (name, { driver = "local", driverOpts = {}, labels }) => {
      if (!volumes.has(name)) volumes.set(name, { driver, driverOpts, labels })
    },
    removeVolume: async (name) => void volumes.delete(name),
    volume: async (name) => volumes.get(name),
    hostPath: async (root, path) => `${root}${path}`,
    network: async (labels) => {
      if (options.network) return options.network(labels)
      const name = Object.entries(labels)
        .map(([label, value]) => `${label}=${value}`)
        .join(",")
      return { id: name, name }
    },
    freePorts: async (count) => {
      nextPort += count
      return nextPort - count
    },
    hasDefaultBridge: async () => true,
    async connect(networkId, id) {
      const container = find(id)
      if (container.addresses[networkId] !== undefined) return
      const next = ++linkAddresses
      const address = `169.254.${168 + (Math.floor(next / 254) % 2)}.${1 + (next % 254)}`
      put({ ...container, addresses: { ...container.addresses, [networkId]: address } })
    },
    async isolate(networkId, { id }) {
      const container = find(id)
      put({ ...container, isolated: [...new Set([...container.isolated, networkId])] })
      return true
    },
    async createGroup(name) {
      groups.set(name, `/simulated/${name}`)
      return `/simulated/${name}`
    },
    async removeGroup(name) {
      groups.delete(name)
    },
    groupOomKills: async () => 0,
    async close() {
      for (const id of [...timers.keys()]) disarm(id)
      listeners.clear()
      store.close()
    },
  }
}

/** The container whose network this one joins, if it does. */
const networkOwner = ({ spec }: SimulatedContainer): string | undefined => {
  const mode = spec.hostConfig.NetworkMode
  return typeof mode === "string" && mode.startsWith("container:") ? mode.slice("container:".length) : undefined
}

const pullCodes = new Set<string>(["pull-not-found", "pull-denied", "pull-failed"] satisfies DriverErrorCode[])

/** `<code>: <text>`, or a text alone, which is a refusal that may be over in a moment. */
const pullFailure = (text: string): DriverError => {
  const [code = "", ...rest] = text.split(": ")
  if (!pullCodes.has(code)) return new DriverError("pull-failed", text, true)
  return new DriverError(code as DriverErrorCode, rest.join(": "), code === "pull-failed")
}
