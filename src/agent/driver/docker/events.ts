// Docker's stream of events, kept open: after every gap the listener hears `resync` and looks at everything again.
import { type Docker, DockerError, readLines } from "../../../docker/index.ts"
import {
  type BackOff,
  type Cancel,
  type Clock,
  delay,
  errorFields,
  type Log,
  pauseAfter,
} from "../../../kernel/index.ts"
import type { DriverEvent } from "../../driver.ts"

/** An engine that restarts is back in about half a second; asking more rarely would delay every exit that it missed. */
const reconnect: BackOff = { first: 50, factor: 2, max: 2_000 }

const types = new Map<string, "start" | "die" | "oom" | "health" | "destroy">([
  ["start", "start"],
  ["die", "die"],
  ["oom", "oom"],
  ["destroy", "destroy"],
])

/** Follows the events of all containers until cancelled. The first `resync` comes when the stream is open. */
export const watchEvents = (
  { docker, clock, log }: { docker: Docker; clock: Clock; log: Log },
  onEvent: (event: DriverEvent) => void,
): Cancel => {
  const stopped = new AbortController()
  const query = { filters: { type: ["container"], event: ["start", "die", "oom", "destroy", "health_status"] } }

  const follow = async (): Promise<void> => {
    const stream = await docker.stream("GET", "/events", { query, signal: stopped.signal })
    onEvent({ type: "resync" })
    for await (const line of readLines(stream)) {
      const event = readEvent(line)
      if (event && !stopped.signal.aborted) onEvent(event)
    }
  }
  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopped.signal.aborted) {
      const began = clock.now()
      try {
        await follow()
      } catch (error) {
        if (stopped.signal.aborted) return
        if (!(error instanceof DockerError)) log.error("Reading Docker's events failed", errorFields(error))
      }
      // A stream that lasted was a good one: the pauses begin anew.
      failures = clock.now() - began > reconnect.max ? 1 : failures + 1
      log.info("Docker's events broke off; connecting again", { failures })
      await delay(clock, pauseAfter(reconnect, failures), stopped.signal)
    }
  }
  void run()
  return () => stopped.abort()
}

/** A line of the stream, or undefined for one that is of no interest. */
export const readEvent = (line: Readonly<Record<string, unknown>>): DriverEvent | undefined => {
  const { Action, Actor, timeNano } = line as {
    Action?: string
    Actor?: { ID?: string; Attributes?: Record<string, string> }
    timeNano?: number
  }
  const id = Actor?.ID
  if (!id || !Action) return undefined
  // `health_status: healthy`: the state is read by an inspection.
  const type = Action.startsWith("health_status") ? "health" : types.get(Action)
  if (type !== "die") return type && { type, id }
  const exitCode = Number(Actor?.Attributes?.exitCode)
  return {
    type,
    id,
    ...(Number.isInteger(exitCode) && { exitCode }),
    ...(typeof timeNano === "number" && { at: Math.floor(timeNano / 1e6) }),
  }
}
