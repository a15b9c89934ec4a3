// The ways into the listeners of one proxy: their own addresses, the loopback of this machine, and connections that other
// processes hand over. What is known of the first two is reported.
import type { Socket } from "node:net"
import type { Clock, Log } from "../kernel/index.ts"
import { doorsSocket, type Handover, handoverSocket, type ListeningReport } from "../protocol/index.ts"
import type { Front, Way } from "./front.ts"
import type { Served } from "./fronts.ts"
import { Addresses, type AddressWish } from "./listeners/addresses.ts"
import type { Diversions } from "./listeners/diversions.ts"
import type { Door } from "./listeners/door.ts"
import { takeHandovers } from "./listeners/handover.ts"
import type { Closable } from "./listeners/keep-open.ts"
import { type Loopback, loopbackAddress } from "./listeners/loopback.ts"
import { answerPlainly } from "./listeners/refusals.ts"
import { RemoteDoors } from "./listeners/remote-doors.ts"
import { type Part, Reports, samePart } from "./listeners/reports.ts"
import { apiListener, doorsOf, hasLoopback, transportsOf } from "./ways.ts"

export interface WaysOptions {
  readonly runFolder: string
  readonly machineId: string
  /** By which path others find the socket on which they hand connections over. */
  readonly handover: string
  /** This machine's; absent in another network namespace. */
  readonly loopback: Loopback | undefined
  /** Where other programs may have ports of all addresses. */
  readonly diversions?: Diversions
  readonly clock: Clock
  readonly log: Log
  readonly report: (report: ListeningReport) => void
}

type Ready = Served & { readonly front: Front }

const isReady = (served: Served): served is Ready => !("failure" in served.front)

const wayOf = ({ balancer, listener }: Served, name: Way["name"], node = balancer.nodes[0]): Way => ({
  // Through this machine's own ways a client is as if it had come in at the first node.
  address: name === "address" ? (node?.address ?? "") : loopbackAddress,
  port: listener.port,
  zone: node?.zone ?? "",
  name,
})

/** See the head of the file. */
export class Ways {
  readonly #options: WaysOptions
  readonly #reports: Reports
  readonly #addresses: Addresses
  readonly #remote: RemoteDoors | undefined
  #handovers: Closable | undefined
  #served: readonly Served[] = []
  #parts: Part[] = []
  #doors = new Map<string, Part>()

  constructor(options: WaysOptions) {
    const { clock, runFolder, handover, loopback, report } = options
    this.#options = options
    this.#reports = new Reports(report)
    this.#addresses = new Addresses(clock, this.#reports, options.diversions)
    this.#remote = loopback
      ? undefined
      : new RemoteDoors({
          ...{ path: doorsSocket(runFolder), handover, clock },
          say: (id, failure) => this.#sayDoor(id, failure),
        })
  }

  /** Takes connections over from now on. */
  async open(): Promise<void> {
    const { runFolder, machineId, clock } = this.#options
    const path = handoverSocket(runFolder, machineId)
    this.#handovers = await takeHandovers(path, clock, (socket, handover) => this.#takeOver(socket, handover))
  }

  reports(): ListeningReport[] {
    return this.#reports.all()
  }

  /** All that is served from now on. Resolves when no connection comes any more for what is not. */
  async set(served: readonly Served[]): Promise<void> {
    this.#served = served
    const ready = served.filter(isReady)
    const shut = this.#addresses.set(ready.flatMap(addressesOf))
    this.#setDoors(ready.filter(({ balancer }) => hasLoopback(balancer)))
    this.#sayFronts(served)
    await shut
  }

  async close(): Promise<void> {
    await this.#handovers?.close()
    await this.set([])
    await this.#remote?.close()
  }

  /** What of the fronts is not as it should be. One that still is not says nothing else in between. */
  #sayFronts(served: readonly Served[]): void {
    const before = this.#parts
    this.#parts = served.flatMap((one): Part[] => {
      const reason = "failure" in one.front ? one.front.failure : one.unchanged
      if (reason === undefined) return []
      const part: Part = { balancer: one.balancer.id, listener: one.listener.id, way: "address", part: "front" }
      this.#reports.set(part, { reason })
      return [part]
    })
    for (const part of before) if (!this.#parts.some((one) => samePart(one, part))) this.#reports.drop(part)
  }

  #setDoors(ready: readonly Ready[]): void {
    const wishes = ready.flatMap((served) =>
      doorsOf(served.balancer, served.listener).map((wish) => ({
        wish,
        served,
        part: { balancer: served.balancer.id, listener: served.listener.id, way: "localhost", part: wish.id } as Part,
      })),
    )
    const wanted = new Set(wishes.map(({ wish }) => wish.id))
    for (const [id, part] of this.#doors) {
      if (wanted.has(id)) continue
      this.#doors.delete(id)
      this.#reports.drop(part)
    }
    for (const { wish, part } of wishes) {
      if (this.#doors.has(wish.id)) continue
      this.#doors.set(wish.id, part)
      this.#reports.set(part, "waiting")
    }
    const doors = wishes.map(
      ({ wish, served }): Door => ({
        ...wish,
        take: (socket) => served.front.accept(socket, wayOf(served, "localhost")),
        udp: () => udpOf(served),
        say: (failure) => this.#sayDoor(wish.id, failure),
      }),
    )
    this.#options.loopback?.set(this, doors)
    this.#remote?.set(
      wishes.map(({ wish, served: { balancer, listener } }) => ({
        ...{ ...wish, balancer: balancer.id, listener: listener.id },
      })),
    )
  }

  #sayDoor(id: string, failure: string | undefined): void {
    const part = this.#doors.get(id)
    if (part) this.#reports.set(part, failure === undefined ? "open" : { reason: failure })
  }

  #takeOver(socket: Socket, handover: Handover): void {
    if (handover.way === "localhost") {
      const served = this.#served.find(
        ({ balancer, listener }) => balancer.id === handover.balancer && listener.id === handover.listener,
      )
      if (served && isReady(served)) served.front.accept(socket, wayOf(served, "localhost"))
      else socket.destroy()
      return
    }
    const balancer = this.#served.find(({ balancer: { dnsName } }) => dnsName === handover.host)?.balancer
    const listener = balancer && apiListener(balancer)
    const served = this.#served.find((one) => one.balancer === balancer && one.listener.id === listener?.id)
    if (served && isReady(served)) served.front.accept(socket, wayOf(served, "api"))
    else answerPlainly(socket, "503 Service Unavailable", whyNot(handover.host, balancer))
  }
}

const whyNot = (host: string, balancer: unknown): string =>
  balancer
    ? `The load balancer ${host} has no listener that speaks HTTP.\n`
    : `The load balancer ${host} is not carried yet, or has no listener.\n`

const addressesOf = (served: Ready): AddressWish[] => {
  const { balancer, listener, front } = served
  return balancer.nodes.flatMap((node) =>
    transportsOf(listener).map((transport) => ({
      part: { balancer: balancer.id, listener: listener.id, way: "address", part: `${transport} ${node.address}` },
      transport,
      front,
      way: wayOf(served, "address", node),
    })),
  )
}

const udpOf = async (served: Ready): Promise<Closable> => {
  if (!served.front.udp) throw new Error("UDP is not served")
  return served.front.udp(loopbackAddress, served.listener.port, wayOf(served, "localhost"))
}
