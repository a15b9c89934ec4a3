// What a responder to one kind of message is, and the little that all of them need.
import type { AcsFromAgent } from "../../../protocol/index.ts"
import type { SessionParts } from "../ports.ts"

/** What a responder may use. `send` puts an envelope on the connection that the message came by. */
export interface ResponderContext
  extends Pick<SessionParts, "cluster" | "ecs" | "engine" | "credentials" | "checkpoint" | "log"> {
  readonly containerInstanceArn: string
  send(envelope: AcsFromAgent): void
  /** Asks for a new connection, on which the control plane sends again what has no answer. */
  readonly renew: (reason: string) => void
}

/** Answers one kind of message of the control plane. */
export interface Responder {
  readonly type: string
  /** Members without which the message is dropped, as the protocol has it: with a line in the log and no answer. */
  readonly required: readonly string[]
  respond(message: object, cx: ResponderContext): void | Promise<void>
}

/** Builds a {@link Responder} for messages of shape M; the members in `required` are present when `respond` runs. */
export const responder = <M extends object>(
  type: string,
  required: readonly (keyof M & string)[],
  respond: (message: M, cx: ResponderContext) => void | Promise<void>,
): Responder => ({ type, required, respond: (message, cx) => respond(message as M, cx) })

/** Which required members `message` lacks. */
export const lacking = (wanted: Responder, message: object): readonly string[] =>
  wanted.required.filter((name) => {
    const value: unknown = (message as Readonly<Record<string, unknown>>)[name]
    return value === undefined || value === null || value === ""
  })

/** Keeps the highest sequence number or timeline seen. */
export const raiseSequence = ({ checkpoint }: Pick<ResponderContext, "checkpoint">, seen: number | undefined): void => {
  const identity = checkpoint.identity()
  if (seen !== undefined && seen > identity.sequence) checkpoint.saveIdentity({ ...identity, sequence: seen })
}
