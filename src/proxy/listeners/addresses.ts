// The listening sockets on load balancers' own addresses. A socket that is wanted before and after a change is never shut,
// also when another front serves it from then on.
import type { Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"
import type { Front, Way } from "../front.ts"
import type { Diversions } from "./diversions.ts"
import { type Closable, keepOpen } from "./keep-open.ts"
import { type Part, type Reports, samePart } from "./reports.ts"
import { listenTcp } from "./tcp.ts"

/** A socket that is wanted, and who serves it. */
export interface AddressWish {
  readonly part: Part
  readonly transport: "tcp" | "udp"
  readonly front: Front
  readonly way: Way
}

interface Door {
  wish: AddressWish
  state: "waiting" | "open" | { readonly reason: string }
  readonly socket: Closable
}

const keyOf = ({ transport, way }: AddressWish): string => `${transport} ${way.address}:${way.port}`

/** In words for the user. */
const reasonOf = ({ way, transport }: AddressWish, { code, message }: NodeJS.ErrnoException): string => {
  const port = `${transport === "udp" ? "UDP port" : "Port"} ${way.port}`
  if (code === "EADDRNOTAVAIL") return `The address ${way.address} is not on this machine yet.`
  if (code === "EADDRINUSE")
    return `${port} of ${way.address} is taken by another program, which listens on all addresses.`
  if (code === "EACCES") return `${port} of ${way.address} cannot be listened on by this user.`
  return `${port} of ${way.address} cannot be listened on: ${message}.`
}

/** See the head of the file. */
export class Addresses {
  readonly #doors = new Map<string, Door>()
  readonly #clock: Clock
  readonly #reports: Reports
  readonly #diversions: Diversions | undefined

  constructor(clock: Clock, reports: Reports, diversions?: Diversions) {
    this.#clock = clock
    this.#reports = reports
    this.#diversions = diversions
  }

  /** All that is wanted from now on. Resolves when what is not has been shut. */
  async set(wishes: readonly AddressWish[]): Promise<void> {
    const wanted = new Map(wishes.map((wish) => [keyOf(wish), wish]))
    const shut = [...this.#doors].filter(([key]) => !wanted.has(key)).map(([key, door]) => this.#shut(key, door))
    // All that change hands first: two may have changed places.
    for (const [key, { wish }] of this.#doors) {
      const next = wanted.get(key)
      if (next && !samePart(wish.part, next.part)) this.#reports.drop(wish.part)
    }
    for (const [key, wish] of wanted) {
      const known = this.#doors.get(key)
      if (!known) this.#open(key, wish)
      else if (known.wish.front !== wish.front && wish.transport === "udp") {
        // Who serves UDP has the socket itself.
        this.#open(key, wish, known.socket)
      } else this.#handOn(known, wish)
    }
    await Promise.all(shut)
  }

  /** The socket stays, and the next connection goes to the new front. */
  #handOn(door: Door, wish: AddressWish): void {
    if (!samePart(door.wish.part, wish.part)) this.#reports.set(wish.part, door.state)
    door.wish = wish
  }

  close(): Promise<void> {
    return this.set([])
  }

  #open(key: string, wish: AddressWish, former?: Closable): void {
    const open = async () => {
      await former?.close()
      const { address, port } = wish.way
      if (wish.transport === "tcp")
        return this.#listen(address, port, (socket) => door.wish.front.accept(socket, door.wish.way))
      if (!wish.front.udp) throw new Error("UDP is not served")
      return wish.front.udp(address, port, wish.way)
    }
    const say = (failure?: NodeJS.ErrnoException) => {
      door.state = failure ? { reason: reasonOf(wish, failure) } : "open"
      if (this.#doors.get(key) === door) this.#reports.set(door.wish.part, door.state)
    }
    this.#reports.set(wish.part, "waiting")
    const door: Door = { wish, state: "waiting", socket: keepOpen(this.#clock, open, say) }
    this.#doors.set(key, door)
  }

  /** At the port itself; where another program has it on all addresses, at another one to which connections are led. */
  async #listen(address: string, port: number, take: (socket: Socket) => void): Promise<Closable> {
    try {
      return await listenTcp(address, port, take)
    } catch (taken) {
      if (!this.#diversions || (taken as NodeJS.ErrnoException).code !== "EADDRINUSE") throw taken
      const socket = await listenTcp(address, 0, take)
      // Without a way round the port is taken, and that is what is to be said.
      const diversion = await this.#diversions.open(address, port, socket.port).catch(() => undefined)
      const close = async () => {
        await diversion?.close()
        await socket.close()
      }
      if (diversion) return { close }
      await close()
      throw taken
    }
  }

  #shut(key: string, door: Door): Promise<void> {
    this.#doors.delete(key)
    this.#reports.drop(door.wish.part)
    return door.socket.close()
  }
}
