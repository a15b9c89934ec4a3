// What runs inside the helper container, in the engine's own network: the relay of the gateways, and an agent and a
// proxy as child processes. It takes everything over its input and keeps nothing; when its input ends, so does it.
import { mkdirSync } from "node:fs"
import { connect } from "node:net"
import type { Readable } from "node:stream"
import type { Clock, Log } from "../../kernel/index.ts"
import { doorsSocket, proxiesSocket } from "../../protocol/index.ts"
import { Child, type Command, isReady } from "../hosts/child.ts"
import { setBridgeAddresses } from "../networks/bridge-addresses.ts"
import { takenByMachine } from "../networks/taken.ts"
import { carry, forwardPath } from "../relay/forwarder.ts"
import type { ToRelay } from "../relay/messages.ts"
import { runRelay } from "../relay/relay.ts"
import { encodeFrame, frameReader, kinds } from "./frames.ts"
import { networkPlace } from "./helper.ts"
import type { FromHelper, ToHelper } from "./messages.ts"
import { type Tunnel, tunnel } from "./tunnel.ts"

export interface HelperParts {
  readonly input: Readable
  readonly write: (bytes: Uint8Array) => void
  /** How to start the agent with the variables that carry its configuration. */
  readonly agentCommand: (environment: Readonly<Record<string, string>>) => Command
  /** The same of the proxy. */
  readonly proxyCommand: (environment: Readonly<Record<string, string>>) => Command
  readonly clock: Clock
  readonly log: Log
}

/** Runs until the input ends; resolves when the agent has ended as well. */
export const runHelper = async (parts: HelperParts): Promise<void> => {
  const { input, write, clock, log } = parts
  const say = (message: FromHelper) => write(encodeFrame(kinds.message, 0, Buffer.from(JSON.stringify(message))))
  const connections: Tunnel = tunnel({
    end: "helper",
    send: (kind, id, payload) => write(encodeFrame(kind, id, payload)),
    accept: (connection) => {
      if (proxy) carry(connection, connect({ path: proxy.handover, allowHalfOpen: true }))
      else connection.destroy()
    },
  })
  const over = Promise.withResolvers<void>()
  let agent: Child | undefined
  let proxy: { readonly handover: string; readonly child: Child } | undefined
  let tellRelay: (message: ToRelay) => void = () => {}

  const runAgent = async (environment: Readonly<Record<string, string>>) => {
    const former = agent
    agent = undefined
    await former?.close()
    agent = new Child({
      name: "agent",
      command: parts.agentCommand(environment),
      clock,
      log,
      events: {
        heard: (message) => {
          if (isReady(message)) say({ type: "agent", is: "up" })
        },
        died: (reason) => say({ type: "agent", is: "down", reason }),
        givenUp: (reason) => say({ type: "agent", is: "failed", reason }),
      },
    })
  }
  const runProxy = async ({ environment, folder, handover }: Extract<ToHelper, { type: "proxy" }>) => {
    if (proxy) return
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await forwardPath(proxiesSocket(folder), () => connections.connect("proxies"))
    await forwardPath(doorsSocket(folder), () => connections.connect("doors"))
    const failed = (reason: string) => say({ type: "proxy", is: "failed", reason })
    const child = new Child({
      name: "proxy",
      command: parts.proxyCommand(environment),
      clock,
      log,
      events: {
        heard: (message) => {
          if (isReady(message)) say({ type: "proxy", is: "up" })
        },
        died: () => {},
        givenUp: failed,
      },
    })
    proxy = { handover, child }
  }
  const setAddresses = ({ call, device, addresses }: Extract<ToHelper, { type: "address" }>) =>
    setBridgeAddresses(undefined, device, addresses).then(
      () => say({ type: "addressed", call }),
      (error: unknown) => {
        say({ type: "addressed", call, failure: error instanceof Error ? error.message : String(error) })
      },
    )
  const heard = (message: ToHelper) => {
    switch (message.type) {
      case "proxy":
        return void runProxy(message).catch((error: unknown) =>
          say({ type: "proxy", is: "failed", reason: error instanceof Error ? error.message : String(error) }),
        )
      case "address":
        return void setAddresses(message)
      case "relay":
        return tellRelay(message.message)
      case "agent":
        return void runAgent(message.environment)
      case "ask-taken":
        return say({ type: "taken", call: message.call, taken: takenByMachine() })
      case "end":
        return over.resolve()
    }
  }
  input.on(
    "data",
    frameReader((frame) => {
      if (frame.kind === kinds.message) heard(JSON.parse(frame.payload.toString("utf8")) as ToHelper)
      else connections.hear(frame)
    }),
  )
  for (const event of ["end", "close", "error"]) input.once(event, () => over.resolve())

  const place = networkPlace()
  say({ type: "ready", ...(place && { place }) })
  runRelay({
    channel: {
      send: (message) => say({ type: "relay", message }),
      receive: (listener) => {
        tellRelay = listener
      },
    },
    connect: connections.connect,
    clock,
    log,
  })
  await over.promise
  connections.close()
  await Promise.all([agent?.close(), proxy?.child.close()])
}
