// A proxy: hears configurations, makes pools, fronts and sockets those of the newest one, and reports. What serves
// connections is in http/ and stream/, which sockets are open in listeners/.
import { join } from "node:path"
import { type Clock, errorFields, type Log, type RandomSource } from "../kernel/index.ts"
import {
  doorsSocket,
  type FromProxy,
  handoverSocket,
  type ProxyConfiguration,
  proxiesSocket,
  type ToProxy,
} from "../protocol/index.ts"
import { type AccessLog, newAccessLog } from "./access-log/access-log.ts"
import { Channel, inBatches } from "./channel.ts"
import { cookieSecret } from "./cookie-secret.ts"
import type { MakeFront } from "./front.ts"
import { Fronts } from "./fronts.ts"
import { readKept, writeKept } from "./kept.ts"
import { Diversions } from "./listeners/diversions.ts"
import { serveDoors } from "./listeners/doors-server.ts"
import { Loopback } from "./listeners/loopback.ts"
import { newSharedParts, type SharedParts } from "./shared-parts.ts"
import { Ways } from "./ways-in.ts"

export interface ProxyOptions {
  /** Where the sockets are. */
  readonly runFolder: string
  /** Whether it is in the network namespace whose loopback this machine's users mean. */
  readonly hasLoopback: boolean
  /** By which path others find the socket on which connections are handed over, when that is not ours. */
  readonly handover?: string
  /** The comment of rules in the packet filter, where this process may make some (listeners/diversions.ts). */
  readonly firewallMark?: string
  readonly fronts: { readonly http?: MakeFront; readonly stream?: MakeFront }
  /** Where access logs are kept, as files in folders of buckets; nowhere when absent. */
  readonly accessLogFolder?: string
  readonly clock: Clock
  readonly random: RandomSource
  readonly log: Log
}

/** A proxy that runs. */
export interface RunningProxy {
  /** It carries for the load balancers of this machine from now on. Until then it only opens doors for other proxies. */
  stand(machineId: string): Promise<void>
  close(): Promise<void>
}

/** Starts a proxy; resolves when others find its doors. */
export const startProxy = async (options: ProxyOptions): Promise<RunningProxy> => {
  const { runFolder, clock, log } = options
  const loopback = options.hasLoopback ? new Loopback(clock) : undefined
  const doors = loopback && (await serveDoors(doorsSocket(runFolder), loopback, log))
  let standing: { readonly machineId: string; readonly proxy: Promise<Standing> } | undefined
  return {
    async stand(machineId) {
      if (standing?.machineId === machineId) return void (await standing.proxy)
      const former = standing
      const begin = async () => {
        await (await former?.proxy)?.close()
        return new Standing(options, machineId, loopback).begin()
      }
      standing = { machineId, proxy: begin() }
      await standing.proxy
    },
    async close() {
      await (await standing?.proxy)?.close()
      await doors?.close()
      await loopback?.close()
    },
  }
}

/** What a proxy is for one machine. */
class Standing {
  readonly #machineId: string
  readonly #log: Log
  readonly #kept: string
  readonly #shared: SharedParts
  readonly #fronts: Fronts
  readonly #ways: Ways
  readonly #accessLog: AccessLog | undefined
  readonly #diversions: Diversions | undefined
  #channel: Channel | undefined
  readonly #options: ProxyOptions
  #configuration: ProxyConfiguration | undefined

  constructor(options: ProxyOptions, machineId: string, loopback: Loopback | undefined) {
    const { clock, random, log, runFolder } = options
    this.#options = options
    this.#machineId = machineId
    this.#log = log
    this.#kept = join(runFolder, `proxy-${machineId}.json`)
    if (options.accessLogFolder !== undefined)
      this.#accessLog = newAccessLog({ folder: options.accessLogFolder, clock, random, log })
    this.#shared = newSharedParts({
      ...{ clock, random, log, secret: cookieSecret(join(runFolder, `proxy-${machineId}.key`), random) },
      ...(this.#accessLog && { accessLog: this.#accessLog }),
      reportHealth: (reports) => this.#channel?.say({ type: "health", reports }),
      reportMetrics: (reports) => this.#channel?.sayMetrics(reports),
    })
    this.#fronts = new Fronts(options.fronts, this.#shared.parts)
    this.#diversions = options.firewallMark === undefined ? undefined : new Diversions(options.firewallMark)
    this.#ways = new Ways({
      ...{ clock, log, runFolder, machineId, loopback },
      ...(this.#diversions && { diversions: this.#diversions }),
      handover: options.handover ?? handoverSocket(runFolder, machineId),
      report: (report) => this.#channel?.say({ type: "listening", reports: [report] }),
    })
  }

  async begin(): Promise<this> {
    const { runFolder, clock, log } = this.#options
    // Without iptables there is nothing left of an earlier life.
    await this.#diversions?.sweep().catch((error: unknown) => this.#log.debug("no rules", errorFields(error)))
    const kept = readKept(this.#kept)
    if (kept) await this.#apply(kept).catch((error: unknown) => this.#forget(error))
    await this.#ways.open()
    this.#channel = new Channel({
      ...{ path: proxiesSocket(runFolder), clock, log },
      everything: () => this.#everything(),
      heard: (message) => this.#heard(message),
    })
    return this
  }

  /** What was kept cannot be applied, and would not be after the next start either: the control plane says it anew. */
  #forget(error: unknown): void {
    this.#configuration = undefined
    this.#log.error("what was carried before this start is of no use", errorFields(error))
  }

  async close(): Promise<void> {
    this.#channel?.close()
    await this.#ways.close()
    await this.#fronts.close()
    this.#shared.close()
    await this.#accessLog?.close()
  }

  #everything(): FromProxy[] {
    const { version, epoch } = this.#configuration ?? {}
    return [
      { type: "hello", machineId: this.#machineId },
      ...(version !== undefined && epoch !== undefined ? [{ type: "applied", version, epoch } as const] : []),
      ...inBatches(this.#ways.reports(), (reports) => ({ type: "listening", reports })),
      ...inBatches(this.#shared.health(), (reports) => ({ type: "health", reports })),
    ]
  }

  #heard(message: ToProxy): void {
    if (message.type !== "configuration") return
    const { configuration } = message
    const { version, epoch } = this.#configuration ?? {}
    if (epoch === configuration.epoch && version !== undefined && version >= configuration.version) return
    this.#apply(configuration).catch((thrown: unknown) =>
      this.#log.error("a configuration could not be applied", {
        version: configuration.version,
        ...errorFields(thrown),
      }),
    )
    try {
      writeKept(this.#kept, configuration)
    } catch (thrown) {
      // Only a restart of this process while the control plane is away would need it.
      this.#log.warn("the configuration of the proxy cannot be kept", errorFields(thrown))
    }
  }

  /** Pools first, since rules name them; then who serves, then who may come in; what is gone ends last. */
  async #apply(configuration: ProxyConfiguration): Promise<void> {
    const { version, epoch, balancers } = configuration
    this.#configuration = configuration
    this.#shared.apply(configuration)
    const { served, end } = this.#fronts.apply(balancers)
    const shut = this.#ways.set(served)
    this.#channel?.say({ type: "applied", version, epoch })
    await shut
    await end()
  }
}
