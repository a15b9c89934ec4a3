// Prepared sandboxes: pause containers that are networked before the task is there whose interface they hold, so that it
// has to start its own containers only. Which are to be ready the control plane says, whole; each is given away once.
// None survives its agent: what is found at a start and belongs to no task is removed (engine.ts).
import { type Cancel, type Clock, errorFields, type Log } from "../../kernel/index.ts"
import type { AcsNetworkInterface, PreparedSandbox } from "../../protocol/index.ts"
import type { ContainerDriver, ContainerState } from "../driver.ts"
import { pauseSpec } from "./compile.ts"
import { ownLabels, sandboxLabel } from "./names.ts"
import type { TaskNetworks } from "./networks.ts"
import type { TaskEngineOptions } from "./options.ts"

/**
 * Preparing waits until no task has anything made or started, and so long nothing happened to any: what is starting now
 * must not wait for what may come. An engine starts two networked containers at once in the time of both.
 */
const quiet = 200

/** A sandbox that a task has got. */
export interface ReadySandbox {
  readonly state: ContainerState
  /** Whether its port on the link network is apart from the others'. */
  readonly isolated: boolean
}

/** See the head of the file. */
export interface Sandboxes {
  /** All that is to be ready. What is not among it and nobody has is removed. */
  wish(wanted: readonly PreparedSandbox[]): void
  /** The sandbox of an interface, under this name from now on; undefined when there is none that is just like it. */
  take(networkInterface: AcsNetworkInterface, network: string, name: string): Promise<ReadySandbox | undefined>
  /** Whether a container is one of them, ready, being made or given away. */
  holds(container: Pick<ContainerState, "id" | "name">): boolean
  /** A task's record names this container: it need not be remembered here any more. */
  noted(id: string): void
  /** Something happened to a task. */
  stir(): void
  close(): void
}

interface Parts {
  readonly driver: ContainerDriver
  readonly clock: Clock
  readonly log: Log
  readonly options: TaskEngineOptions
  readonly networks: TaskNetworks
  /** Whether something of a task is just being made or started. */
  readonly isStarting: () => boolean
}

interface Sandbox {
  readonly wanted: PreparedSandbox
  readonly made: Promise<{ readonly id: string; readonly isolated: boolean } | undefined>
}

const nameOf = (interfaceId: string): string => `roadstead-internalecspause-${interfaceId}`

/** What of an interface is in its sandbox and cannot be changed any more. */
const shape = ({ attachmentArn: _, ...rest }: AcsNetworkInterface, network: string): string =>
  JSON.stringify([network, Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))])

export const createSandboxes = ({ driver, clock, log, options, networks, isStarting }: Parts): Sandboxes => {
  const made = new Map<string, Sandbox>()
  /** Ids of containers that tasks have, and names of those that are being given away. */
  const given = new Set<string>()
  const ended = new AbortController()
  let wanted: ReadonlyMap<string, PreparedSandbox> = new Map()
  let timer: Cancel = () => {}
  let working = false

  const later = (): void => {
    timer()
    if (!ended.signal.aborted) timer = clock.at(clock.now() + quiet, () => void work())
  }
  const isDue = () => [...made.keys()].some((id) => !wanted.has(id)) || [...wanted.keys()].some((id) => !made.has(id))

  /** One thing at a time, with a pause after it. */
  const work = async () => {
    if (working || ended.signal.aborted) return
    if (isStarting()) return later()
    working = true
    try {
      const [surplus] = [...made].filter(([id]) => !wanted.has(id))
      const [missing] = [...wanted.values()].filter(({ networkInterface }) => !made.has(networkInterface.ec2Id))
      if (surplus) await discard(...surplus)
      else if (missing) {
        const sandbox = { wanted: missing, made: make(missing) }
        made.set(missing.networkInterface.ec2Id, sandbox)
        await sandbox.made
      }
    } catch (error) {
      log.warn("A prepared sandbox could not be removed", errorFields(error))
    }
    working = false
    if (isDue()) later()
  }

  const make = async ({ networkInterface, network }: PreparedSandbox): ReturnType<() => Sandbox["made"]> => {
    const id = networkInterface.ec2Id
    try {
      const [vpc, link] = await Promise.all([networks.vpc(network, ended.signal), networks.link(ended.signal)])
      const spec = pauseSpec({
        name: nameOf(id),
        image: options.pauseImage,
        labels: { ...ownLabels(options), [sandboxLabel]: id },
        networkInterface,
        network: { id: vpc.id, ...(vpc.gateway !== undefined && { gateway: vpc.gateway }) },
        // A task whose containers share their IPC namespace can have it as well.
        shareable: true,
      })
      const container = await driver.create(spec)
      await driver.connect(link.id, container)
      await driver.start(container)
      const state = await driver.inspect(container)
      if (state?.status !== "running") throw new Error("the pause container ended at once")
      return { id: container, isolated: await driver.isolate(link.id, state) }
    } catch (error) {
      log.info("A sandbox could not be prepared; its task will make its own", { interface: id, ...errorFields(error) })
      networks.forget()
      await driver.remove(nameOf(id)).catch(() => {})
      return undefined
    }
  }

  const discard = async (interfaceId: string, sandbox: Sandbox): Promise<void> => {
    made.delete(interfaceId)
    const container = await sandbox.made
    if (container) await driver.remove(container.id)
  }

  return {
    wish: (all) => {
      wanted = new Map(all.map((one) => [one.networkInterface.ec2Id, one]))
      // One that failed is tried again with the next wish.
      for (const [id, sandbox] of made) {
        void sandbox.made.then((container) => {
          if (!container && made.get(id) === sandbox) made.delete(id)
        })
      }
      later()
    },
    take: async (networkInterface, network, name) => {
      const id = networkInterface.ec2Id
      const sandbox = made.get(id)
      // Gone from here before anything is waited for: nobody else can have it.
      made.delete(id)
      wanted = new Map([...wanted].filter(([other]) => other !== id))
      if (!sandbox) return undefined
      given.add(nameOf(id))
      try {
        const container = await sandbox.made
        if (!container) return undefined
        given.add(container.id)
        const isLike =
          shape(sandbox.wanted.networkInterface, sandbox.wanted.network) === shape(networkInterface, network)
        if (isLike) {
          const [state] = await Promise.all([driver.inspect(container.id), driver.rename(container.id, name)])
          if (state?.status === "running") return { state: { ...state, name }, isolated: container.isolated }
        }
        await driver.remove(container.id)
        return undefined
      } finally {
        given.delete(nameOf(id))
      }
    },
    holds: ({ id, name }) =>
      given.has(id) || given.has(name) || [...made.keys()].some((interfaceId) => nameOf(interfaceId) === name),
    noted: (id) => void given.delete(id),
    stir: () => {
      if (isDue()) later()
    },
    close: () => {
      ended.abort()
      timer()
    },
  }
}
