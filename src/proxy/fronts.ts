// The fronts of a proxy, one for each listener: made, told of each change, and ended when their listener is gone. One that
// nothing changed for is left alone; one that cannot be what it is told to be goes on as it was.
import { errorFields } from "../kernel/index.ts"
import type { BalancerConfiguration, ListenerConfiguration } from "../protocol/index.ts"
import type { Front, FrontParts, MakeFront } from "./front.ts"

/** A listener and who serves it, or why nobody can. */
export interface Served {
  readonly balancer: BalancerConfiguration
  /** As it is served: of one whose change failed, what it was before, at the port that it has now. */
  readonly listener: ListenerConfiguration
  readonly front: Front | { readonly failure: string }
  /** Why it is served as it was before its last change. */
  readonly unchanged?: string
}

type Kind = "http" | "stream"

const kindOf = ({ protocol }: ListenerConfiguration): Kind =>
  protocol === "HTTP" || protocol === "HTTPS" ? "http" : "stream"

interface Known {
  readonly front: Front
  readonly listener: ListenerConfiguration
  /** What it was told last and took. */
  readonly told: string
}

const wordsOf = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).replace(/\.$/, "")

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
    const gone: Front[] = []
    const serve = (balancer: BalancerConfiguration, listener: ListenerConfiguration): Served => {
      // Another kind of protocol is another front: connections of the old one go on in it.
      const key = JSON.stringify([balancer.id, listener.id, kindOf(listener)])
      const known = before.get(key)
      try {
        const told = JSON.stringify([{ ...balancer, listeners: [] }, listener])
        const next = known?.told === told ? known : { ...this.#tell(known, balancer, listener, gone), told }
        now.set(key, next)
        return { balancer, listener, front: next.front }
      } catch (thrown) {
        this.#parts.log.error("a listener cannot be served as it is configured", {
          ...{ listener: listener.id, servedAsBefore: known !== undefined },
          ...errorFields(thrown),
        })
        if (!known) {
          const failure = `The listener cannot be served: ${wordsOf(thrown)}.`
          return { balancer, listener, front: { failure } }
        }
        // What it was told last and took stays noted: it is told again with the next configuration.
        now.set(key, known)
        return {
          ...{ balancer, front: known.front, listener: { ...known.listener, port: listener.port } },
          unchanged: `The listener is served as it was before its last change: ${wordsOf(thrown)}.`,
        }
      }
    }
    const served = balancers.flatMap((balancer) => balancer.listeners.map((listener) => serve(balancer, listener)))
    this.#known = now
    for (const [key, { front }] of before) if (!now.has(key)) gone.push(front)
    return { served, end: async () => void (await Promise.all(gone.map((front) => front.close()))) }
  }

  close(): Promise<void> {
    return this.apply([]).end()
  }

  /** A new front that does not take it is gone at once. */
  #tell(
    known: Known | undefined,
    balancer: BalancerConfiguration,
    listener: ListenerConfiguration,
    gone: Front[],
  ): Omit<Known, "told"> {
    const make = this.#make[kindOf(listener)]
    if (!make) throw new Error(`nothing serves ${listener.protocol} here`)
    const front = known?.front ?? make(this.#parts)
    try {
      front.configure(balancer, listener)
    } catch (thrown) {
      if (!known) gone.push(front)
      throw thrown
    }
    return { front, listener }
  }
}
