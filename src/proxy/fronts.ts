// The fronts of a proxy, one for each listener: made, told of each change, and ended when their listener is gone. One that
// nothing changed for is left alone.
import { errorFields } from "../kernel/index.ts"
import type { BalancerConfiguration, ListenerConfiguration } from "../protocol/index.ts"
import type { Front, FrontParts, MakeFront } from "./front.ts"

/** A listener and who serves it, or why nobody can. */
export interface Served {
  readonly balancer: BalancerConfiguration
  readonly listener: ListenerConfiguration
  readonly front: Front | { readonly failure: string }
}

type Kind = "http" | "stream"

const kindOf = ({ protocol }: ListenerConfiguration): Kind =>
  protocol === "HTTP" || protocol === "HTTPS" ? "http" : "stream"

interface Known {
  readonly front: Front
  /** What it was told last. */
  readonly told: string
}

/** See the head of the file. */
export class Fronts {
  readonly #make: Readonly<Partial<Record<Kind, MakeFront>>>
  readonly #parts: FrontParts
  #known = new Map<string, Known>()

  constructor(make: Readonly<Partial<Record<Kind, MakeFront>>>, parts: FrontParts) {
    this.#make = make
    this.#parts = parts
  }

  /** Who serves each listener from now on. `end` ends those whose listeners are gone, once nobody comes to them any more. */
  apply(balancers: readonly BalancerConfiguration[]): { served: Served[]; end: () => Promise<void> } {
    const before = this.#known
    const now = new Map<string, Known>()
    const served = balancers.flatMap((balancer) =>
      balancer.listeners.map((listener): Served => {
        // Another kind of protocol is another front: connections of the old one go on in it.
        const key = JSON.stringify([balancer.id, listener.id, kindOf(listener)])
        try {
          const known = this.#look(before.get(key), balancer, listener)
          now.set(key, known)
          return { balancer, listener, front: known.front }
        } catch (thrown) {
          this.#parts.log.error("a listener cannot be served", { listener: listener.id, ...errorFields(thrown) })
          const failure = thrown instanceof Error ? thrown.message : String(thrown)
          return { balancer, listener, front: { failure: `The listener cannot be served: ${failure}.` } }
        }
      }),
    )
    this.#known = now
    const gone = [...before].filter(([key]) => !now.has(key))
    return { served, end: async () => void (await Promise.all(gone.map(([, { front }]) => front.close()))) }
  }

  close(): Promise<void> {
    return this.apply([]).end()
  }

  #look(known: Known | undefined, balancer: BalancerConfiguration, listener: ListenerConfiguration): Known {
    const told = JSON.stringify([{ ...balancer, listeners: [] }, listener])
    if (known?.told === told) return known
    const make = this.#make[kindOf(listener)]
    if (!make) throw new Error(`nothing serves ${listener.protocol} here`)
    const front = known?.front ?? make(this.#parts)
    front.configure(balancer, listener)
    return { front, told }
  }
}
