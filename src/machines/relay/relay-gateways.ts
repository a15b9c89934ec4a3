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

/** The number of `begin`, which makes the relay listen on loopback for the agent. */
const beginCall = 0

/** Starts a relay; resolves when it carries connections of the loopback address. */
export const startRelay = (options: RelayOptions): Promise<Gateways> => {
  const gateways = new Map<string, Gateway>()
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  let names: readonly NameWish[] = []
  let calls = beginCall
  let child: Child | undefined

  const send = (message: ToRelay) => child?.send(message)
  const call = (message: (number: number) => ToRelay): Promise<void> =>
    new Promise((resolve, reject) => {
      const number = ++calls
      waiting.set(number, { resolve, reject })
      send(message(number))
    })
  const failAll = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }
  const sayEverything = () => {
    send({ type: "begin", apiPort: options.apiPort, controlSocket: options.controlSocket })
    send({ type: "names", names })
    for (const gateway of gateways.values()) {
      call((number) => ({ type: "open", call: number, gateway })).catch((error: unknown) =>
        options.log.error("a gateway did not open again", { network: gateway.key, ...errorFields(error) }),
      )
    }
  }
  const heard = (message: FromRelay) => {
    switch (message.type) {
      case "ready":
        return sayEverything()
      case "done": {
        const { resolve, reject } = waiting.get(message.call) ?? {}
        waiting.delete(message.call)
        if (message.failure === undefined) return resolve?.()
        options.log.warn("a relay could not do as it was told", { reason: message.failure })
        return reject?.(new Error(message.failure))
      }
      case "ask":
        return void options.upstream
          .ask(Buffer.from(message.message, "base64"), message.transport)
          .then((told) => send({ type: "told", call: message.call, ...(told && { message: told.toString("base64") }) }))
    }
  }

  const handle: Gateways = {
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
    async close() {
      failAll("the relay is closing")
      await child?.close()
    },
  }
  return new Promise((resolve, reject) => {
    const abandon = (error: Error) => void (child?.close() ?? Promise.resolve()).finally(() => reject(error))
    waiting.set(beginCall, { resolve: () => resolve(handle), reject: abandon })
    child = new Child({
      name: "relay",
      command: options.command,
      clock: options.clock,
      log: options.log,
      events: {
        heard: (message) => heard(message as FromRelay),
        died: (reason) => failAll(reason),
        givenUp: (reason) => {
          failAll(reason)
          options.givenUp(reason)
        },
      },
    })
  })
}
