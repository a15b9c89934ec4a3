// What is known of each wish, said to the control plane at every change and all of it to a new one. One writer of the
// channel; no decisions.
import type { FromSupervisor } from "../protocol/index.ts"

type MachineFact = Extract<FromSupervisor, { type: "machine" }>
type NetworkFact = Extract<FromSupervisor, { type: "network" }>

/** See the head of the file. */
export class Facts {
  readonly #say: (fact: FromSupervisor) => void
  readonly #facts = new Map<string, MachineFact | NetworkFact>()
  readonly #users = new Map<string, string>()
  #listeners: readonly string[] = []

  constructor(say: (fact: FromSupervisor) => void) {
    this.#say = say
  }

  /** Keeps and says a fact; one that is known already is not said again. */
  put(fact: MachineFact | NetworkFact): void {
    const key = `${fact.type} ${fact.id}`
    if (JSON.stringify(this.#facts.get(key)) === JSON.stringify(fact)) return
    this.#facts.set(key, fact)
    this.#say(fact)
  }

  get(type: "machine" | "network", id: string): MachineFact | NetworkFact | undefined {
    return this.#facts.get(`${type} ${id}`)
  }

  /** Forgets what nobody wishes to know any more. */
  drop(type: "machine" | "network", id: string): void {
    this.#facts.delete(`${type} ${id}`)
  }

  /** The control plane is to listen on `address` for the sake of `user`: a gateway's address, or a socket's path. */
  listen(user: string, address: string): void {
    this.#users.set(user, address)
    this.#sayListeners()
  }

  unlisten(user: string): void {
    if (this.#users.delete(user)) this.#sayListeners()
  }

  #sayListeners(): void {
    const addresses = [...new Set(this.#users.values())].sort()
    if (addresses.join() === this.#listeners.join()) return
    this.#listeners = addresses
    this.#say({ type: "listeners", addresses })
  }

  /** All of them: listeners first, since a network that is up counts on them. */
  *all(): Iterable<FromSupervisor> {
    yield { type: "listeners", addresses: this.#listeners }
    yield* this.#facts.values()
  }
}
