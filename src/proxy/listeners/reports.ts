// Puts together what is known of each listener's ways in: a way is open when all of its parts are, and failed when one is.
import type { ListeningReport } from "../../protocol/index.ts"

/** One part of a way in: an address, or a transport. */
export interface Part {
  readonly balancer: string
  readonly listener: string
  readonly way: ListeningReport["way"]
  /** Unique in the way. */
  readonly part: string
}

export const samePart = (a: Part, b: Part): boolean => keyOf(a) === keyOf(b) && a.part === b.part

type State = "waiting" | "open" | { readonly reason: string }

const keyOf = ({ balancer, listener, way }: Omit<Part, "part">): string => JSON.stringify([balancer, listener, way])

/** See the head of the file. */
export class Reports {
  readonly #ways = new Map<string, { readonly way: Omit<Part, "part">; readonly parts: Map<string, State> }>()
  readonly #said = new Map<string, string>()
  readonly #say: (report: ListeningReport) => void

  constructor(say: (report: ListeningReport) => void) {
    this.#say = say
  }

  /** What is known of a part now. */
  set(part: Part, state: State): void {
    const key = keyOf(part)
    const known = this.#ways.get(key) ?? {
      way: { balancer: part.balancer, listener: part.listener, way: part.way },
      parts: new Map(),
    }
    this.#ways.set(key, known)
    known.parts.set(part.part, state)
    this.#look(key)
  }

  /** The part is no longer wanted. */
  drop(part: Part): void {
    const key = keyOf(part)
    const known = this.#ways.get(key)
    known?.parts.delete(part.part)
    if (known?.parts.size === 0) {
      this.#ways.delete(key)
      this.#said.delete(key)
    } else this.#look(key)
  }

  /** All that is known. */
  all(): ListeningReport[] {
    return [...this.#ways.keys()].flatMap((key) => this.#report(key) ?? [])
  }

  #look(key: string): void {
    const report = this.#report(key)
    const text = JSON.stringify(report)
    if (!report || this.#said.get(key) === text) return
    this.#said.set(key, text)
    this.#say(report)
  }

  #report(key: string): ListeningReport | undefined {
    const { way, parts } = this.#ways.get(key) ?? {}
    if (!way || !parts) return undefined
    const states = [...parts.values()]
    const failed = states.flatMap((state) => (typeof state === "object" ? state.reason : []))
    if (failed.length > 0) return { ...way, status: "failed", reason: [...new Set(failed)].join(" ") }
    return states.includes("waiting") ? undefined : { ...way, status: "open" }
  }
}
