// Makes log streams, and groups where that was asked for, before containers start. What cannot be made is said in the
// words of Docker's awslogs driver; who says it, and when, is not decided here (../checks.ts).
import { type Clock, delay, errorFields, Fault, type Log, pauseAfter } from "../../../kernel/index.ts"
import type { Destination } from "./destination.ts"
import type { LogService } from "./log-service.ts"

const pauses = { first: 200, factor: 2, max: 5_000 }
/** How often a control plane that answers with a server error is asked again. */
const serverErrors = 5
const transient = new Set([
  "ServiceUnavailableException",
  "ThrottlingException",
  "InternalFailure",
  "OperationAbortedException",
])

/** The service refused to make a group or a stream. */
export class CreationRefused extends Error {
  readonly fault: Fault
  constructor(what: "group" | "stream", fault: Fault) {
    super(`failed to create Cloudwatch log ${what}: ${fault.code}: ${fault.message}`, { cause: fault })
    this.name = "CreationRefused"
    this.fault = fault
  }
}

/**
 * Makes the stream, and the group if that was asked for. Both may exist already.
 * @throws CreationRefused, or what the call rejects with when there was no answer.
 */
export const createStream = async (service: LogService, destination: Destination, stream: string): Promise<void> => {
  const { createGroup, createStream: wanted } = destination
  if (!wanted) return
  const { logs, group } = service(destination)
  const make = () =>
    logs("CreateLogStream", { logGroupName: group, logStreamName: stream }).catch(unlessThere("stream"))
  try {
    await make()
  } catch (error) {
    const missing = error instanceof CreationRefused && error.fault.code === "ResourceNotFoundException"
    if (!createGroup || !missing) throw error
    await logs("CreateLogGroup", { logGroupName: group }).catch(unlessThere("group"))
    await make()
  }
}

const unlessThere = (what: "group" | "stream") => (error: unknown) => {
  if (!(error instanceof Fault)) throw error
  if (error.code !== "ResourceAlreadyExistsException") throw new CreationRefused(what, error)
}

/**
 * Makes streams, waiting for as long as the control plane cannot be reached. `signal` ends the waiting.
 * @throws CreationRefused
 */
export type StreamMaker = (destination: Destination, stream: string) => Promise<void>

export const streamMaker =
  (service: LogService, clock: Clock, log: Log, signal: AbortSignal): StreamMaker =>
  async (destination, stream) => {
    for (let failures = 1; ; failures++) {
      try {
        return await createStream(service, destination, stream)
      } catch (error) {
        const refused = error instanceof CreationRefused
        const final = refused && !(transient.has(error.fault.code) && failures < serverErrors)
        if (final || signal.aborted) throw error
        const { group } = service(destination)
        log.warn("A log stream could not be made, trying again", { group, stream, ...errorFields(error) })
        await delay(clock, pauseAfter(pauses, failures), signal)
      }
    }
  }
