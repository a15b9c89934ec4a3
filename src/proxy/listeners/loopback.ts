// This machine's loopback: which ports are open there, and who has them. Those that are told apart by names share a port;
// of the others the first that asked has it, as long as it wishes.
import type { Clock } from "../../kernel/index.ts"
import type { Door, Doors } from "./door.ts"
import { type Closable, keepOpen } from "./keep-open.ts"
import { LoopbackPort } from "./loopback-port.ts"
import { listenTcp } from "./tcp.ts"

export const loopbackAddress = "127.0.0.1"

interface Held {
  readonly port: LoopbackPort
  socket: Closable | undefined
  failure: string | undefined
  isKnown: boolean
  holders: readonly Wished[]
}

interface Wished {
  door: Door
  said: string | undefined | null
}

const reasonOf = (port: number, { code, message }: NodeJS.ErrnoException): string => {
  const where = `Port ${port} of ${loopbackAddress}`
  if (code === "EADDRINUSE") return `${where} is taken by another program.`
  if (code === "EACCES") return `${where} cannot be listened on by this user: ports below 1024 are for root.`
  return `${where} cannot be listened on: ${message}.`
}

const isNamed = ({ door }: Wished): boolean => door.speaks === "http" || door.speaks === "tls"

/** See the head of the file. */
export class Loopback implements Doors {
  readonly #clock: Clock
  readonly #wishes = new Map<object, Map<string, Wished>>()
  readonly #ports = new Map<string, Held>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(owner: object, doors: readonly Door[]): void {
    const known = this.#wishes.get(owner) ?? new Map<string, Wished>()
    // In a map what stays keeps its place: who asked first stays the first.
    const wanted = new Map(doors.map((door) => [door.id, door]))
    for (const [id, wished] of known) {
      const door = wanted.get(id)
      if (door && door.port === wished.door.port && door.speaks === wished.door.speaks) wished.door = door
      else known.delete(id)
    }
    for (const [id, door] of wanted) if (!known.has(id)) known.set(id, { door, said: null })
    if (known.size > 0) this.#wishes.set(owner, known)
    else this.#wishes.delete(owner)
    this.#look()
  }

  async close(): Promise<void> {
    this.#wishes.clear()
    const sockets = [...this.#ports.values()].map(({ socket }) => socket?.close())
    this.#ports.clear()
    await Promise.all(sockets)
  }

  #look(): void {
    const wanted = new Map<string, Wished[]>()
    for (const wished of [...this.#wishes.values()].flatMap((one) => [...one.values()])) {
      const key = `${wished.door.speaks === "udp" ? "udp" : "tcp"} ${wished.door.port}`
      wanted.set(key, [...(wanted.get(key) ?? []), wished])
    }
    for (const [key, held] of this.#ports) {
      if (wanted.has(key)) continue
      this.#ports.delete(key)
      void held.socket?.close()
    }
    for (const [key, all] of wanted) this.#share(key, all)
  }

  #share(key: string, all: readonly Wished[]): void {
    const [first] = all
    if (!first) return
    const { port } = first.door
    const held = this.#ports.get(key) ?? {
      port: new LoopbackPort(this.#clock, port),
      socket: undefined,
      failure: undefined,
      isKnown: false,
      holders: [],
    }
    this.#ports.set(key, held)
    const before = held.holders.find((holder) => all.includes(holder)) ?? first
    const holders = isNamed(before) ? all.filter(isNamed) : [before]
    const isMoved = before.door.speaks === "udp" && held.holders[0] !== before
    held.holders = holders
    held.port.set(holders.map(({ door }) => door))
    if (!held.socket || isMoved) this.#open(held, port, before)
    for (const wished of all) this.#say(wished, held)
  }

  #open(held: Held, port: number, holder: Wished): void {
    const former = held.socket
    held.isKnown = false
    const open = async () => {
      await former?.close()
      if (holder.door.speaks !== "udp") return listenTcp(loopbackAddress, port, (socket) => held.port.take(socket))
      if (!holder.door.udp) throw new Error("UDP is not served here")
      return holder.door.udp()
    }
    held.socket = keepOpen(this.#clock, open, (failure) => {
      held.isKnown = true
      held.failure = failure && reasonOf(port, failure)
      const known = [...this.#wishes.values()].flatMap((one) => [...one.values()])
      for (const wished of held.holders) if (known.includes(wished)) this.#say(wished, held)
    })
  }

  #say(wished: Wished, held: Held): void {
    const [holder] = held.holders
    const isHolder = held.holders.includes(wished)
    if (isHolder && !held.isKnown) return
    const lost = `Port ${wished.door.port} of ${loopbackAddress} belongs to ${holder?.door.name}: only HTTP and TLS are told apart by names.`
    const failure = isHolder ? held.failure : lost
    if (wished.said === failure) return
    wished.said = failure
    wished.door.say(failure)
  }
}
