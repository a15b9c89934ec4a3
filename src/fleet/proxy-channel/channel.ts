// The control plane's side of its proxies, whatever carries the words: tells each what it is to do after every durable change,
// and makes records of what they say.
import { type Cancel, type Clock, errorFields, type Log } from "../../kernel/index.ts"
import type { FromProxy, MetricReport } from "../../protocol/index.ts"
import type { State } from "../../state/index.ts"
import { concernsProxies } from "./changes.ts"
import { type Compiled, type CompilePorts, newCompiler } from "./compile/compile.ts"
import { forgetHealth, recordCarried, recordHealth } from "./facts.ts"
import { type ProxyPeer, ProxySession } from "./session.ts"

/** A proxy that is away so long (it may be starting again, or we were) carries nothing, in milliseconds of the wall clock. */
const absence = 10_000

export interface ProxyChannelOptions extends CompilePorts {
  readonly state: State
  /** The wall clock. */
  readonly clock: Clock
  /** The cloud clock, when it is another: since when a target is in its state. */
  readonly cloud?: Pick<Clock, "now">
  readonly log: Log
  /** Unlike that of every other life of the control plane. */
  readonly epoch: string
  /** What proxies have counted in a minute. */
  readonly onMetrics?: (reports: readonly MetricReport[]) => void
}

/** A connection as who carries it sees it. */
export interface ProxyConnection {
  heard(message: FromProxy): void
  /** The proxy is gone. */
  closed(): void
}

export interface ProxyChannel {
  /** A proxy has come, and is to say hello. */
  connect(peer: ProxyPeer): ProxyConnection
  /** How many proxies are there and have said who they are. */
  readonly connected: number
  stop(): void
}

/** See the head of the file. */
export const startProxyChannel = (options: ProxyChannelOptions): ProxyChannel => {
  const { state, clock, log, epoch } = options
  let version = 0
  const versions = { epoch, next: () => ++version }
  const cloudNow = () => Math.floor((options.cloud ?? clock).now())
  const compile = newCompiler(options)
  const sessions = new Map<string, ProxySession>()
  /** By machine: when its proxy is given up. */
  const absent = new Map<string, Cancel>()
  let latest: ReadonlyMap<string, Compiled> = new Map()
  let isReady = false
  let stopped = false

  const look = () => {
    const { position } = state
    const all = state.view(compile)
    // Only what is on disk acts on the world. Waits end in the order of their positions.
    state.durable(position).then(() => {
      if (stopped) return
      latest = all
      isReady = true
      for (const [machineId, session] of sessions) session.tell(all.get(machineId))
      forgetUnchecked(all)
    }, failed)
  }
  const failed = (thrown: unknown) => log.error("Proxies could not be told of a change.", errorFields(thrown))

  const forgetUnchecked = (all: ReadonlyMap<string, Compiled>) => {
    const checked = new Set([...all.values()].flatMap(({ pools }) => pools.map(({ id }) => id)))
    const groups = state.view((view) => {
      const known = new Set<string>()
      for (const { groupArn } of view.targetHealth.all()) if (!checked.has(groupArn)) known.add(groupArn)
      return [...known]
    })
    if (groups.length > 0) forgetHealth(state, groups)
  }

  let isDue = false
  const { stop, seen } = state.watch(
    "durable",
    (view) => [...new Set([...view.carriedBalancers.all()].map(({ machineId }) => machineId))],
    ({ changes }) => {
      if (isDue || !changes.some(concernsProxies)) return
      isDue = true
      // Many rows change in one turn; what is said is everything, so once is enough.
      setImmediate(() => {
        isDue = false
        if (!stopped) look()
      })
    },
  )
  const waitFor = (machineId: string) => {
    absent.get(machineId)?.()
    const giveUp = () => {
      absent.delete(machineId)
      recordCarried(state, machineId, undefined, [])
    }
    absent.set(machineId, clock.at(clock.now() + absence, giveUp))
  }
  // Carried on while we were away, as far as is known: their proxies come back now, or do not.
  for (const machineId of seen) waitFor(machineId)
  look()

  const greet = (session: ProxySession, machineId: string) => {
    const before = sessions.get(machineId)
    session.machineId = machineId
    sessions.set(machineId, session)
    if (before && before !== session) before.peer.close()
    absent.get(machineId)?.()
    absent.delete(machineId)
    if (isReady) session.tell(latest.get(machineId))
    log.info("A proxy has connected.", { machine: machineId })
  }

  const hear = (session: ProxySession, message: FromProxy) => {
    if (message.type === "hello") return greet(session, message.machineId)
    const { machineId } = session
    // Who has not said who it is, or was replaced, is not listened to.
    if (machineId === undefined || sessions.get(machineId) !== session) return
    switch (message.type) {
      case "applied":
        if (session.hasApplied(message)) recordCarried(state, machineId, session.applied, session.ways)
        return
      case "listening":
        if (session.hears(message.reports)) recordCarried(state, machineId, session.applied, session.ways)
        return
      case "health":
        return recordHealth(state, message.reports, cloudNow())
      case "metrics":
        return options.onMetrics?.(message.reports)
    }
  }

  return {
    connect: (peer) => {
      const session = new ProxySession(peer, versions)
      return {
        heard: (message) => {
          if (!stopped) hear(session, message)
        },
        closed: () => {
          const { machineId } = session
          if (stopped || machineId === undefined || sessions.get(machineId) !== session) return
          sessions.delete(machineId)
          waitFor(machineId)
          log.warn("A proxy has gone: what it carries is not known.", { machine: machineId })
        },
      }
    },
    get connected() {
      return sessions.size
    },
    stop: () => {
      stopped = true
      stop()
      for (const cancel of absent.values()) cancel()
      for (const { peer } of sessions.values()) peer.close()
      sessions.clear()
    },
  }
}
