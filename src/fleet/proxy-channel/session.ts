// One connection with a proxy: which configurations it was sent, and what it has said since it came.
import type { FromProxy, ListeningReport, ProxyConfiguration } from "../../protocol/index.ts"
import type { Compiled } from "./compile/compile.ts"

/** A proxy's end of a connection, whatever carries it. */
export interface ProxyPeer {
  /** The newest counts: who cannot keep up may leave out what was said before. */
  say(configuration: ProxyConfiguration): void
  close(): void
}

/** Versions of which it is known what they said. */
const mostSent = 256

const nothing: Compiled = { balancers: [], pools: [] }

/** See the head of the file. */
export class ProxySession {
  readonly peer: ProxyPeer
  readonly #epoch: string
  readonly #next: () => number
  /** The hello names it. */
  machineId: string | undefined
  /** Sent and not yet applied, by version. */
  readonly #sent = new Map<number, Compiled>()
  #last: Compiled | undefined
  /** Of this connection: until then nothing is known of what the proxy carries. */
  applied: Compiled | undefined
  readonly #ways = new Map<string, ListeningReport>()

  /** Versions are of the epoch: a proxy that comes again drops what is not newer than what it has. */
  constructor(peer: ProxyPeer, versions: { readonly epoch: string; readonly next: () => number }) {
    this.peer = peer
    this.#epoch = versions.epoch
    this.#next = versions.next
  }

  get ways(): Iterable<ListeningReport> {
    return this.#ways.values()
  }

  /** Sends what the proxy is to do now, unless that is what it was sent last. */
  tell(compiled: Compiled = nothing): void {
    if (compiled === this.#last) return
    this.#last = compiled
    const version = this.#next()
    this.#sent.set(version, compiled)
    // A proxy that says nothing for so long says in the end that it has applied the newest.
    for (const older of this.#sent.keys()) if (this.#sent.size > mostSent) this.#sent.delete(older)
    this.peer.say({ version, epoch: this.#epoch, ...compiled })
  }

  /** Whether what the proxy carries is another thing now. What it applied of an earlier control plane says nothing. */
  hasApplied({ version, epoch }: Extract<FromProxy, { type: "applied" }>): boolean {
    const compiled = epoch === this.#epoch ? this.#sent.get(version) : undefined
    if (!compiled) return false
    for (const older of this.#sent.keys()) if (older <= version) this.#sent.delete(older)
    this.applied = compiled
    if (this.#sent.size === 0) this.#forgetWays(compiled)
    return true
  }

  /** Whether what is known of the ways into what it carries is another thing now. */
  hears(reports: readonly ListeningReport[]): boolean {
    for (const report of reports) this.#ways.set(`${report.listener} ${report.way}`, report)
    return this.applied !== undefined
  }

  /** Those into what it no longer carries. */
  #forgetWays({ balancers }: Compiled): void {
    const listeners = new Set(balancers.flatMap((balancer) => balancer.listeners.map(({ id }) => id)))
    for (const [key, { listener }] of this.#ways) if (!listeners.has(listener)) this.#ways.delete(key)
  }
}
