// The supervisor's end of the helper container: its gateways, its agent, and what is taken in the engine's network. After
// the container was started again it is told everything again.
import { readFileSync, readlinkSync } from "node:fs"
import { connect } from "node:net"
import type { Duplex } from "node:stream"
import type { Docker } from "../../docker/index.ts"
import type { Clock, Log } from "../../kernel/index.ts"
import { doorsSocket, proxiesSocket } from "../../protocol/index.ts"
import { Child } from "../hosts/child.ts"
import type { Gateways } from "../hosts/gateways.ts"
import type { Taken } from "../networks/conflict.ts"
import { carry } from "../relay/forwarder.ts"
import { relayedGateways } from "../relay/relay-gateways.ts"
import type { Upstream } from "../resolver/upstream.ts"
import { type HelperProgram, helperLaunch } from "./container.ts"
import type { FromHelper, NetworkPlace, ToHelper } from "./messages.ts"
import { tunnel } from "./tunnel.ts"

/** Where this process is; undefined on a system without Linux's /proc. */
export const networkPlace = (): NetworkPlace | undefined => {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    return { namespace: readlinkSync("/proc/self/ns/net"), boot }
  } catch {
    return undefined
  }
}

export interface HelperOptions {
  readonly docker: Docker
  readonly owner: string
  readonly program: () => HelperProgram
  readonly apiPort: number
  readonly controlSocket: string
  /** Where the sockets are to which a proxy in the helper comes through us. */
  readonly runFolder: string
  readonly upstream: Upstream
  readonly clock: Clock
  readonly log: Log
  readonly events: {
    up(): void
    down(reason: string): void
    failed(reason: string): void
    /** The proxy in the helper answers. */
    proxyUp(): void
  }
}

export interface Helper {
  readonly gateways: Omit<Gateways, "close">
  /** Whether the helper is in our own network: then the addresses of tasks answer here. */
  readonly isHere: () => boolean
  /** Routes and addresses of the engine's network. */
  taken(): Promise<readonly Taken[]>
  /** Starts the agent, now and in every life of the helper. */
  runAgent(environment: Readonly<Record<string, string>>): void
  /** Starts the proxy, now and in every life of the helper. */
  runProxy(order: Omit<Extract<ToHelper, { type: "proxy" }>, "type">): void
  /** A connection to the socket on which the proxy takes connections over. */
  connectToProxy(): Duplex
  setAddresses(device: string, addresses: readonly string[]): Promise<void>
  /** Ends the helper and all that runs in it; resolves when it is gone. */
  close(): Promise<void>
}

/** Starts the helper; resolves when it carries connections. Rejects when it does not come up. */
export const startHelper = async (options: HelperOptions): Promise<Helper> => {
  const { docker, owner, program, clock, log, events } = options
  const waiting = new Map<number, { resolve: (taken: readonly Taken[]) => void; reject: (error: Error) => void }>()
  const addressing = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  let calls = 0
  let place: NetworkPlace | undefined
  let isReady = false
  let agent: Readonly<Record<string, string>> | undefined
  let proxy: Extract<ToHelper, { type: "proxy" }> | undefined
  const here = networkPlace()
  const isHere = () => place !== undefined && place.namespace === here?.namespace && place.boot === here.boot

  let child: Child | undefined
  const send = (message: ToHelper) => child?.send(message)
  const relayed = relayedGateways({
    ...options,
    // Where the control plane listens itself the port is taken, and nobody has to go round.
    loopback: () => !isHere(),
    send: (message) => send({ type: "relay", message }),
  })
  const pathOf = (to: string): string => {
    if (to === "proxies") return proxiesSocket(options.runFolder)
    return to === "doors" ? doorsSocket(options.runFolder) : options.controlSocket
  }
  const connections = tunnel({
    end: "supervisor",
    send: (...frame) => sendFrame(...frame),
    accept: (connection, to) => carry(connection, connect({ path: pathOf(to), allowHalfOpen: true })),
  })
  const { launch, sendFrame } = helperLaunch({ docker, owner, program, frame: connections.hear, clock, log })

  const lost = (reason: string) => {
    isReady = false
    connections.close()
    relayed.lost(reason)
    for (const { reject } of [...waiting.values(), ...addressing.values()]) reject(new Error(reason))
    waiting.clear()
    addressing.clear()
  }
  const heard = (message: FromHelper) => {
    switch (message.type) {
      case "ready":
        place = message.place
        isReady = true
        if (agent) send({ type: "agent", environment: agent })
        if (proxy) send(proxy)
        return
      case "relay":
        return relayed.heard(message.message)
      case "agent":
        if (message.is === "up") return events.up()
        return message.is === "down" ? events.down(message.reason) : events.failed(message.reason)
      case "proxy":
        if (message.is === "up") events.proxyUp()
        else log.error("load balancers are not carried until the next start", { reason: message.reason })
        return
      case "addressed": {
        const { resolve, reject } = addressing.get(message.call) ?? {}
        addressing.delete(message.call)
        return message.failure === undefined ? resolve?.() : reject?.(new Error(message.failure))
      }
      case "taken":
        waiting.get(message.call)?.resolve(message.taken)
        waiting.delete(message.call)
    }
  }
  child = new Child({
    name: "helper",
    launch,
    clock,
    log,
    events: {
      heard: (message) => heard(message as FromHelper),
      died: (reason) => {
        lost(reason)
        events.down(reason)
      },
      givenUp: (reason) => {
        lost(reason)
        events.failed(reason)
      },
    },
  })
  const close = async () => {
    lost("the helper is closing")
    await child?.close()
  }
  try {
    await relayed.begun
  } catch (error) {
    await close()
    throw error
  }
  return {
    gateways: relayed.gateways,
    isHere,
    taken: () =>
      new Promise((resolve, reject) => {
        if (!isReady) return reject(new Error("the helper is being started again"))
        const call = ++calls
        waiting.set(call, { resolve, reject })
        send({ type: "ask-taken", call })
      }),
    runAgent(environment) {
      agent = environment
      send({ type: "agent", environment })
    },
    runProxy(order) {
      proxy = { type: "proxy", ...order }
      send(proxy)
    },
    connectToProxy: () => connections.connect("handover"),
    setAddresses: (device, addresses) =>
      new Promise((resolve, reject) => {
        if (!isReady) return reject(new Error("the helper is being started again"))
        const call = ++calls
        addressing.set(call, { resolve, reject })
        send({ type: "address", call, device, addresses })
      }),
    close,
  }
}
