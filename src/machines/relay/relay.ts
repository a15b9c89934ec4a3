// What runs where the gateways are, inside a machine apart or in the helper container, and makes them answer: DNS, and
// the APIs, which it carries to the control plane outside. It keeps nothing: after a restart it is told everything again.
import { connect } from "node:net"
import type { Duplex } from "node:stream"
import { type Clock, type Log, silentLog } from "../../kernel/index.ts"
import { type Gateways, localGateways } from "../hosts/gateways.ts"
import type { Upstream } from "../resolver/upstream.ts"
import { type Forwarder, forward } from "./forwarder.ts"
import type { FromRelay, ToRelay } from "./messages.ts"

/** The relay's IPC channel, as its entry point hands it in. */
export interface RelayChannel {
  send(message: FromRelay): void
  receive(listener: (message: ToRelay) => void): void
}

/** Questions for the machine's resolvers, which the supervisor asks for us. */
const upstreamOver = (channel: RelayChannel) => {
  const waiting = new Map<number, (answer: Buffer | undefined) => void>()
  let calls = 0
  const upstream: Upstream = {
    ask: (message, transport) =>
      new Promise((resolve) => {
        const call = ++calls
        waiting.set(call, resolve)
        channel.send({ type: "ask", call, message: Buffer.from(message).toString("base64"), transport })
      }),
  }
  const told = (call: number, message: string | undefined) => {
    waiting.get(call)?.(message === undefined ? undefined : Buffer.from(message, "base64"))
    waiting.delete(call)
  }
  return { upstream, told }
}

export interface RelayParts {
  readonly channel: RelayChannel
  readonly clock: Clock
  readonly log?: Log
  /** Another way to the control plane than its unix socket. */
  readonly connect?: () => Duplex
}

/** Runs until the process ends: its entry point exits when the channel closes. */
export const runRelay = (options: RelayParts): void => {
  const { channel } = options
  const { upstream, told } = upstreamOver(channel)
  const resolvers: Gateways = localGateways({ upstream, clock: options.clock, log: options.log ?? silentLog })
  const forwarders = new Map<string, Forwarder>()
  let api: { apiPort: number; controlSocket: string } | undefined

  const listen = async (key: string, address: string) => {
    if (!api || forwarders.has(key)) return
    const { apiPort, controlSocket } = api
    const toSocket = () => connect({ path: controlSocket, allowHalfOpen: true })
    forwarders.set(key, await forward({ address, port: apiPort, connect: options.connect ?? toSocket }))
  }
  const open = async (key: string, address: string) => {
    await resolvers.open({ key, address })
    await listen(key, address)
  }
  const shut = async (key: string) => {
    await resolvers.shut(key)
    const forwarder = forwarders.get(key)
    forwarders.delete(key)
    await forwarder?.close()
  }
  const answer = (call: number, work: Promise<void>) =>
    work.then(
      () => channel.send({ type: "done", call }),
      (error: unknown) =>
        channel.send({ type: "done", call, failure: error instanceof Error ? error.message : String(error) }),
    )

  // One at a time and in order: a network may be shut and opened again.
  let queue: Promise<unknown> = Promise.resolve()
  const inOrder = (call: number, work: () => Promise<void>) => {
    queue = queue.then(() => answer(call, work()))
  }
  channel.receive((message) => {
    switch (message.type) {
      case "begin":
        api = { apiPort: message.apiPort, controlSocket: message.controlSocket }
        return inOrder(0, async () => {
          if (message.loopback) await listen("loopback", "127.0.0.1")
        })
      case "open":
        return inOrder(message.call, () => open(message.gateway.key, message.gateway.address))
      case "shut":
        return inOrder(message.call, () => shut(message.key))
      case "names":
        return resolvers.setNames(message.names)
      case "told":
        return told(message.call, message.message)
    }
  })
  channel.send({ type: "ready" })
}
