// The supervisor's end of a relay: the gateways of a machine apart, opened and shut by messages. After the relay was
// restarted it is told everything again.
import { type Clock, errorFields, type Log } from "../../kernel/index.ts"
import type { NameWish } from "../../protocol/index.ts"
import { Child, type Command } from "../hosts/child.ts"
import type { Gateway, Gateways } from "../hosts/gateways.ts"
import type { Upstream } from "../resolver/upstream.ts"
import type { FromRelay, ToRelay } from "./messages.ts"

export interface RelayOptions {
  readonly command: Command
  readonly apiPort: number
  readonly controlSocket: string
  /** Of the machine, asked from the supervisor's own namespace. */
  readonly upstream: Upstream
  readonly clock: Clock
  readonly log: Log
  /** The relay dies again and again; its machine is of no use without it. */
  readonly givenUp: (reason: string) => void
}

/** The number of `begin`, after which the relay carries connections of the loopback address if it was told to. */
const beginCall = 0

/** Gateways behind a channel to a relay. */
export interface RelayedGateways {
  readonly gateways: Omit<Gateways, "close">
  /** Resolves when the relay has begun; rejects when it could not. */
  readonly begun: Promise<void>
  heard(message: FromRelay): void
  /** The relay is gone; a new one says that it is ready. */
  lost(reason: string): void
}

export interface ChannelOptions {
  readonly send: (message: ToRelay) => void
  readonly apiPort: number
  readonly controlSocket: string
  /** Whether the relay listens on loopback as well: where the control plane itself cannot be reached. */
  readonly loopback: () => boolean
  readonly upstream: Upstream
  readonly log: Log
}

/** See {@link RelayedGateways}. Whoever makes it carries messages and says when a relay is lost. */
export const relayedGateways = (options: ChannelOptions): RelayedGateways => {
  const { send, apiPort, controlSocket, log } = options
  const gateways = new Map<string, Gateway>()
  const begun = Promise.withResolvers<void>()
  // Whoever waits for it hears of a failure; nobody has to.
  begun.promise.catch(() => {})
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>([[beginCall, begun]])
  let names: readonly NameWish[] = []
  let calls = beginCall
  let isReady = false

  const call = (message: (number: number) => ToRelay): Promise<void> =>
    new Promise((resolve, reject) => {
      // Whoever asks tries again; what is open is opened again by us.
      if (!isReady) return reject(new Error("the relay is being started again"))
      const number = ++calls
      waiting.set(number, { resolve, reject })
      send(message(number))
    })
  const sayEverything = () => {
    isReady = true
    send({ type: "begin", apiPort, controlSocket, loopback: options.loopback() })
    send({ type: "names", names })
    for (const gateway of gateways.values()) {
      call((number) => ({ type: "open", call: number, gateway })).catch((error: unknown) =>
        log.error("a gateway did not open again", { network: gateway.key, ...errorFields(error) }),
      )
    }
  }
  return {
    begun: begun.promise,
    heard(message) {
      switch (message.type) {
        case "ready":
          return sayEverything()
        case "done": {
          const { resolve, reject } = waiting.get(message.call) ?? {}
          waiting.delete(message.call)
          if (message.failure === undefined) return resolve?.()
          log.warn("a relay could not do as it was told", { reason: message.failure })
          return reject?.(new Error(message.failure))
        }
        case "ask":
          return void options.upstream
            .ask(Buffer.from(message.message, "base64"), message.transport)
            .then((told) =>
              send({ type: "told", call: message.call, ...(told && { message: told.toString("base64") }) }),
            )
      }
    },
    lost(reason) {
      isReady = false
      for (const { reject } of waiting.values()) reject(new Error(reason))
      waiting.clear()
    },
    gateways: {
      async open(gateway) {
        gateways.set(gateway.key, gateway)
        await call((number) => ({ type: "open", call: number, gateway }))
      },
      async shut(key) {
        if (gateways.delete(key)) await call((number) => ({ type: "shut", call: number, key }))
      },
      setNames(all) {
        names = all
        send({ type: "names", names })
      },
    },
  }
}

/** Starts a relay; resolves when it carries connections of the loopback address. */
export const startRelay = async (options: RelayOptions): Promise<Gateways> => {
  let child: Child | undefined
  const relayed = relayedGateways({ ...options, loopback: () => true, send: (message) => child?.send(message) })
  child = new Child({
    name: "relay",
    command: options.command,
    clock: options.clock,
    log: options.log,
    events: {
      heard: (message) => relayed.heard(message as FromRelay),
      died: relayed.lost,
      givenUp: (reason) => {
        relayed.lost(reason)
        options.givenUp(reason)
      },
    },
  })
  const close = async () => {
    relayed.lost("the relay is closing")
    await child?.close()
  }
  try {
    await relayed.begun
  } catch (error) {
    await close()
    throw error
  }
  return { ...relayed.gateways, close }
}
