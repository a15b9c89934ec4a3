// The proxies of load balancers on this machine: one where its loopback is, which carries for the shared host's networks
// and opens ports of the loopback for the others, and one in the namespace of each machine apart. They live as long as the
// supervisor, however often the control plane is restarted.
import type { Clock, Log } from "../../kernel/index.ts"
import { Child, type Command, isReady } from "./child.ts"

/** Where a proxy runs. */
export interface ProxyPlace {
  /** Whose networks it is in; absent: it is told by {@link StandMessage} when there are any. */
  readonly machineId?: string
  /** Whether it has the loopback of this machine. */
  readonly hasLoopback: boolean
  /** Where its sockets are, when not in the run folder: inside a helper container. */
  readonly runFolder?: string
  /** The comment of rules that it may make in the packet filter; absent: it makes none. */
  readonly firewallMark?: string
  /** The path by which the others know the socket on which it takes connections over, when that is another one. */
  readonly handover?: string
}

/** Supervisor → proxy: the machine whose load balancers it carries for from now on. */
export interface StandMessage {
  readonly type: "stand"
  readonly machineId: string
}

export interface ProxiesOptions {
  readonly command: (place: ProxyPlace) => Command
  /** Whether the proxy of the shared host runs in a helper container: then who has the loopback is decided by where that is. */
  readonly inHelper: boolean
  readonly firewallMark?: string
  readonly clock: Clock
  readonly log: Log
  /** A proxy dies again and again. */
  readonly givenUp: (reason: string) => void
}

/** See the head of the file. */
export class Proxies {
  /** Resolves when the proxy of this machine's own host answers. */
  readonly ready: Promise<void>
  readonly #options: ProxiesOptions
  readonly #first = Promise.withResolvers<void>()
  #here: Child | undefined
  #machineId: string | undefined
  #isReady = false

  constructor(options: ProxiesOptions) {
    this.#options = options
    this.ready = this.#first.promise
    if (!options.inHelper) this.openDoors()
  }

  /** Has a proxy on this machine's loopback. */
  openDoors(): void {
    const { firewallMark } = this.#options
    const here = { hasLoopback: true, ...(firewallMark !== undefined && { firewallMark }) }
    this.#here ??= this.#start("the proxy", this.#options.command(here), {
      ready: () => {
        this.#isReady = true
        this.#tell()
        if (!this.#options.inHelper) this.#first.resolve()
      },
      died: () => {
        this.#isReady = false
      },
    })
  }

  /** The environment of a proxy in a helper container, whose networks are the shared host's. */
  contained(place: ProxyPlace): Command["env"] {
    return this.#options.command(place).env
  }

  /** The proxy in the helper container answers. */
  up(): void {
    this.#first.resolve()
  }

  /** The shared host is this machine. */
  stand(machineId: string): void {
    this.#machineId = machineId
    if (this.#isReady) this.#tell()
  }

  /** Starts a proxy in another namespace, as `enter` gets there. */
  apart(machineId: string, enter: (command: Command) => Command): { close(): Promise<void> } {
    const command = enter(this.#options.command({ machineId, hasLoopback: false }))
    return this.#start(`the proxy of ${machineId}`, command, { ready: () => {}, died: () => {} })
  }

  async close(): Promise<void> {
    await this.#here?.close()
  }

  #tell(): void {
    if (this.#machineId === undefined) return
    const message: StandMessage = { type: "stand", machineId: this.#machineId }
    this.#here?.send({ ...message })
  }

  #start(name: string, command: Command, on: { ready(): void; died(): void }): Child {
    const { clock, log, givenUp } = this.#options
    return new Child({
      name,
      command,
      clock,
      log,
      events: {
        heard: (message) => {
          if (isReady(message)) on.ready()
        },
        died: on.died,
        givenUp: (reason) => {
          on.died()
          givenUp(`${name}: ${reason}`)
        },
      },
    })
  }
}
