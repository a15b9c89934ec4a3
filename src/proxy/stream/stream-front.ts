// Serves listeners of TCP, TLS and SSL, and of UDP through udp-front.ts: each client's connection goes to one target for as
// long as it lasts. Network load balancers, interface endpoints in front of them, and classic ones.
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import type { Cancel } from "../../kernel/index.ts"
import type { BalancerConfiguration, ListenerConfiguration } from "../../protocol/index.ts"
import type { Front, FrontParts, MakeFront, Way } from "../front.ts"
import type { Target } from "../pools/pool.ts"
import { alpnProtocols } from "./alpn.ts"
import { type Choice, type Chooser, newChooser } from "./choose.ts"
import { type ConnectFailure, connectTarget, type TargetConnection } from "./connect.ts"
import { Flow } from "./flow.ts"
import { Flows } from "./flows.ts"
import { type FlowMeter, newMeters } from "./meter.ts"
import { prefaceOf } from "./preface.ts"
import { reset } from "./relay.ts"
import { listenUdp } from "./udp-front.ts"

interface Configured {
  readonly balancer: BalancerConfiguration
  readonly listener: ListenerConfiguration
  readonly chooser: Chooser
  readonly meterFor: (zone: string | undefined) => FlowMeter
  readonly udpMeterFor: (zone: string | undefined) => FlowMeter
}

/** A client that waits for its target. */
interface Client {
  readonly socket: Socket
  readonly raw: Socket
  readonly way: Way
  readonly meter: FlowMeter
  readonly configured: Configured
  readonly seed: number
}

/** For the handshake of TLS, as AWS. */
const handshakePatience = 10_000
const mostAttempts = 2
/** Ports of the load balancer's own address that are tried for a connection. */
const mostPorts = 8

/** AWS: 350 s of a network load balancer, which its TCP listeners may change; 60 s of a classic one. */
const idleTime = ({ balancer, listener }: Configured): number => {
  if (balancer.kind === "classic") return 1000 * Number(balancer.attributes["idle_timeout.timeout_seconds"] ?? 60)
  return 1000 * Number(listener.attributes["tcp.idle_timeout.seconds"] ?? 350)
}

export const streamFront: MakeFront = (parts) => new StreamFront(parts)

class StreamFront implements Front {
  readonly #parts: FrontParts
  readonly #flows: Flows
  readonly #cancelCounting: Cancel
  /** What ends those that are not flows yet: in a handshake, or waiting for their target. */
  readonly #waiting = new Set<Cancel>()
  #configured: Configured | undefined
  #accepted = 0

  constructor(parts: FrontParts) {
    this.#parts = parts
    this.#flows = new Flows({
      clock: parts.clock,
      idle: () => (this.#configured ? idleTime(this.#configured) : Number.POSITIVE_INFINITY),
      classic: () => this.#configured?.balancer.kind === "classic",
    })
    this.#cancelCounting = parts.counters.beforeFlush(() => this.#flows.count())
  }

  configure(balancer: BalancerConfiguration, listener: ListenerConfiguration): void {
    const { pools, counters, tls } = this.#parts
    // A certificate that cannot be read is found now, and not by the first client.
    if (listener.tls) tls.contextFor(listener.tls)
    this.#configured = {
      balancer,
      listener,
      chooser: newChooser(balancer, listener, pools),
      meterFor: newMeters(counters, balancer, listener.tls ? "TLS" : "TCP"),
      udpMeterFor: newMeters(counters, balancer, "UDP"),
    }
  }

  accept(socket: Socket, way: Way): void {
    const configured = this.#configured
    socket.on("error", ignore)
    if (socket.destroyed) return
    if (!configured) {
      reset(socket)
      return
    }
    socket.setNoDelay?.(true)
    const meter = configured.meterFor(way.zone)
    const client = { socket, raw: socket, way, meter, configured, seed: this.#accepted++ }
    if (configured.listener.tls) this.#shake(client)
    else this.#attempt(client, 1)
  }

  async udp(address: string, port: number, way: Way): Promise<{ close(): Promise<void> }> {
    const choose: Chooser["choose"] = (key, zone) => this.#configured?.chooser.choose(key, zone)
    const { clock, counters } = this.#parts
    const meter = () => this.#configured?.udpMeterFor(way.zone)
    return await listenUdp({ address, port, way, choose, clock, counters, meter, zone: zoneOf(way) })
  }

  async close(): Promise<void> {
    for (const end of [...this.#waiting]) end()
    await this.#flows.close()
    this.#cancelCounting()
  }

  #shake(client: Client): void {
    const { listener } = client.configured
    const { clock, tls } = this.#parts
    if (!listener.tls) return
    const { secureContext, SNICallback } = tls.contextFor(listener.tls)
    const secure = new TLSSocket(client.raw, {
      ...{ isServer: true, secureContext, SNICallback },
      ...alpnProtocols(listener.tls.alpnPolicy),
    })
    const fail = () => {
      if (!this.#waiting.delete(giveUp)) return
      cancel()
      secure.on("error", ignore)
      secure.destroy()
      client.raw.destroy()
    }
    const failed = () => {
      if (this.#waiting.has(giveUp)) client.meter.clientTlsFailed()
      fail()
    }
    const giveUp = () => fail()
    const cancel = clock.at(clock.now() + handshakePatience, failed)
    this.#waiting.add(giveUp)
    secure.once("error", failed)
    secure.once("close", fail)
    secure.once("secure", () => {
      if (!this.#waiting.delete(giveUp)) return
      cancel()
      secure.off("close", fail)
      secure.off("error", failed)
      secure.on("error", ignore)
      this.#attempt({ ...client, socket: secure }, 1)
    })
  }

  #attempt(client: Client, attempt: number, except?: Target): void {
    const { configured, way, raw, meter, seed } = client
    const key = {
      sourceAddress: raw.remoteAddress ?? "",
      sourcePort: raw.remotePort ?? 0,
      port: way.port,
      seed,
    }
    const choice = configured.chooser.choose(key, zoneOf(way), except)
    if (choice) {
      this.#connect(client, choice, attempt, way.name === "address" ? way.address : undefined)
      return
    }
    meter.rejected()
    meter.reset("balancer")
    reset(raw)
  }

  #connect(client: Client, choice: Choice, attempt: number, address: string | undefined, tries = 1): void {
    const { socket, raw, configured, meter } = client
    const { clock, tls, sourcePorts } = this.#parts
    const { protocol } = choice.pool.configuration
    const { target } = choice
    const source = address === undefined ? undefined : sourcePorts.take(address, `${target.address}:${target.port}`)
    const from = address !== undefined && source ? { address, ...source } : undefined
    if (address !== undefined && !from) {
      this.#failed(client, choice, attempt, address, "ports")
      return
    }
    const began = clock.now()
    const alpn = socket instanceof TLSSocket && socket.alpnProtocol ? socket.alpnProtocol : undefined
    let cancel: Cancel = () => {}
    const giveUp = () => {
      this.#waiting.delete(giveUp)
      cancel()
      reset(raw)
    }
    const done = (result: TargetConnection | ConnectFailure) => {
      this.#waiting.delete(giveUp)
      raw.off("close", giveUp)
      if (raw.destroyed || socket.destroyed) {
        if (typeof result !== "string") reset(result.raw)
        return
      }
      if (result === "ports" && tries < mostPorts && from) {
        this.#connect(client, choice, attempt, address, tries + 1)
        return
      }
      if (typeof result === "string") return this.#failed(client, choice, attempt, address, result)
      meter.connected((clock.now() - began) / 1000)
      if (!choice.target.healthy) meter.unhealthyRouting()
      const ends = { client: socket, clientRaw: raw, target: result }
      this.#flows.add(new Flow(choice, ends, meter, (flow) => this.#flows.remove(flow)))
    }
    this.#waiting.add(giveUp)
    raw.once("close", giveUp)
    cancel = connectTarget({
      ...{ clock, choice, from, alpn, done },
      preface: prefaceOf(configured.balancer, choice.pool.configuration, client.way, raw),
      secure: protocol === "TLS" || protocol === "SSL" ? tls.toTargets(configured.listener.tls?.policy) : undefined,
    })
  }

  /** Who does not take it is checked now, and another target gets the connection: nothing of it was lost. */
  #failed(client: Client, choice: Choice, attempt: number, address: string | undefined, failure: ConnectFailure): void {
    const { meter, raw } = client
    if (failure === "ports" && address !== undefined) {
      meter.portsUsedUp()
      this.#connect(client, choice, attempt, undefined)
      return
    }
    if (failure === "tls") meter.targetTlsFailed()
    else {
      meter.targetFailed()
      this.#parts.suspect(choice.pool.id, choice.target.id)
    }
    if (failure !== "tls" && attempt < mostAttempts) {
      this.#attempt(client, attempt + 1, choice.target)
      return
    }
    meter.reset("balancer")
    reset(raw)
  }
}

const ignore = () => {}

/** Nobody came to a zone's node by another way than by its address. */
const zoneOf = (way: Way): string | undefined => (way.name === "address" ? way.zone : undefined)
