// The command channel (ACS): connects as the agent protocol has it and hands every message to its responder, one at a
// time and in order, so that a manifest never overtakes the payload before it.
import { errorFields } from "../../kernel/index.ts"
import type { AcsFromAgent, Envelope } from "../../protocol/index.ts"
import { keepChannel } from "../channel/index.ts"
import type { EndpointSource } from "./endpoints.ts"
import type { HostFacts, SessionParts } from "./ports.ts"
import { lacking, type ResponderContext, respondersOf } from "./responders/index.ts"

/** ACS: 250 ms to two minutes. */
const backOff = { first: 250, factor: 1.5, max: 120_000 }

export interface CommandOptions {
  readonly parts: SessionParts
  readonly host: HostFacts
  readonly endpoints: EndpointSource
  readonly containerInstanceArn: string
  onOpen(): void
  onHeartbeat(): void
}

/** The path and query of the upgrade. `sendCredentials` asks for the credentials of every task of this host, now. */
export const commandUrl = (
  base: string,
  cluster: string,
  containerInstance: string,
  host: HostFacts,
  sendCredentials: boolean,
): string => {
  const query = new URLSearchParams({
    agentHash: host.agentHash,
    agentVersion: host.agentVersion,
    clusterArn: cluster,
    containerInstanceArn: containerInstance,
    dockerVersion: `DockerVersion: ${host.engineVersion}`,
    protocolVersion: "2",
    sendCredentials: String(sendCredentials),
    seqNum: "1",
  })
  return `${base}/ws?${query}`
}

/** Opens the channel and keeps it; `close` ends it. */
export const keepCommands = ({
  parts,
  host,
  endpoints,
  containerInstanceArn,
  ...on
}: CommandOptions): { close(): void } => {
  const { log } = parts
  const responders = respondersOf(on.onHeartbeat)
  // Credentials live in memory only: a process that has connected once has them.
  let connectedOnce = false
  let closed = false
  let inOrder: Promise<void> = Promise.resolve()

  const send = (envelope: AcsFromAgent) => {
    if (!channel.send(JSON.stringify(envelope)))
      log.debug("An answer was lost with its connection", { type: envelope.type })
  }
  const cx: ResponderContext = { ...parts, containerInstanceArn, send, renew: (reason) => channel.renew(reason) }

  const take = async ({ type, message }: Envelope<string, object>) => {
    if (closed) return
    const found = responders.get(type)
    if (!found) return log.debug("A message of an unknown type was ignored", { type })
    const missing = lacking(found, message)
    if (missing.length > 0) return log.error("A message lacks required members and was dropped", { type, missing })
    const addressee = (message as { containerInstanceArn?: unknown }).containerInstanceArn
    if (addressee !== undefined && addressee !== containerInstanceArn)
      return log.error("A message for another container instance was dropped", {
        type,
        containerInstanceArn: addressee,
      })
    try {
      await found.respond(message, cx)
    } catch (error) {
      // Unanswered messages are sent again by the control plane on the next connection; this one goes on.
      log.error("A message could not be handled", { type, ...errorFields(error) })
    }
  }

  const channel = keepChannel({
    name: "acs",
    clock: parts.clock,
    below: (limit) => parts.ids.below(limit),
    log,
    open: parts.open,
    backOff,
    upgrade: async () => {
      const { acs } = await endpoints.get()
      const url = commandUrl(acs, parts.cluster, containerInstanceArn, host, !connectedOnce)
      return { url, headers: parts.signer.upgrade(url) }
    },
    onOpen: () => {
      connectedOnce = true
      log.info("Connected to the control plane")
      on.onOpen()
    },
    onDown: () => endpoints.doubt(),
    onMessage: (envelope) => {
      const message = envelope as Envelope<string, object>
      // A heartbeat says that we are alive and must not wait behind work.
      if (message.type === "HeartbeatMessage") void take(message)
      else inOrder = inOrder.then(() => take(message))
    },
  })
  return {
    close: () => {
      closed = true
      channel.close()
    },
  }
}
