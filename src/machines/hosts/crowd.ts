// The supervisor's end of the process that all agents of simulated EC2 instances share. After that process was restarted
// it is told everything again.
import type { Clock, Log } from "../../kernel/index.ts"
import type { MachineWish } from "../../protocol/index.ts"
import { Child, type Command, isReady } from "./child.ts"
import type { AgentPlace } from "./host.ts"

/** Supervisor → process. A stop is answered by `{ type: "stopped", id }`. */
export type CrowdOrder =
  | { readonly type: "start"; readonly id: string; readonly configuration: unknown }
  | { readonly type: "stop"; readonly id: string }

/** How the process is started, and what it is told of each agent. */
export interface SimulatedAgents {
  readonly command: () => Command
  readonly configurationOf: (wish: MachineWish, place: AgentPlace) => object
}

type Options = SimulatedAgents & { readonly clock: Clock; readonly log: Log }

/** See the head of the file. */
export class Crowd {
  readonly #options: Options
  readonly #members = new Map<string, unknown>()
  readonly #leaving = new Map<string, () => void>()
  #child: Child | undefined
  #isReady = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Starts an agent, and the process with the first. */
  join(wish: MachineWish, place: AgentPlace): void {
    const { id } = wish
    const configuration = this.#options.configurationOf(wish, place)
    this.#members.set(id, configuration)
    this.#child ??= this.#start()
    if (this.#isReady) this.#order({ type: "start", id, configuration })
  }

  /** Resolves when the agent has ended. */
  async leave(id: string): Promise<void> {
    if (!this.#members.delete(id) || !this.#isReady) return
    const left = new Promise<void>((resolve) => this.#leaving.set(id, resolve))
    this.#order({ type: "stop", id })
    await left
  }

  async close(): Promise<void> {
    await this.#child?.close()
    this.#lost()
  }

  #order(order: CrowdOrder): void {
    this.#child?.send(order as Parameters<Child["send"]>[0])
  }

  #start(): Child {
    const { command, clock, log } = this.#options
    return new Child({
      name: "agents of simulated instances",
      command: command(),
      clock,
      log,
      events: {
        heard: (message) => this.#heard(message),
        died: () => this.#lost(),
        givenUp: (reason) => {
          this.#lost()
          log.error("simulated instances have no agents any more, until the next start", { reason })
        },
      },
    })
  }

  #heard(message: unknown): void {
    if (isReady(message)) {
      this.#isReady = true
      for (const [id, configuration] of this.#members) this.#order({ type: "start", id, configuration })
      return
    }
    const { id } = message as { readonly id?: string }
    this.#leaving.get(id ?? "")?.()
    this.#leaving.delete(id ?? "")
  }

  /** Whoever waits for an agent's end has it: the process is gone. */
  #lost(): void {
    this.#isReady = false
    for (const resolve of this.#leaving.values()) resolve()
    this.#leaving.clear()
  }
}
