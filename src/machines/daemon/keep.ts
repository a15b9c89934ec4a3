// Notices that a daemon of ours has died, by a connection that it holds open, and starts it again; its containers live
// on meanwhile (`--live-restore`).
import { createDocker } from "../../docker/index.ts"
import { type BackOff, delay, errorFields, pauseAfter } from "../../kernel/index.ts"
import { type DaemonContext, type DaemonPlan, daemonPaths, startDaemon } from "./daemon.ts"

const restarts: BackOff = { first: 100, factor: 2, max: 30_000 }

/**
 * Watches the daemon until the function that it answers is called. That does not end the daemon, and resolves when
 * nothing more is done about it.
 */
export const keepDaemon = (cx: DaemonContext, plan: DaemonPlan): (() => Promise<void>) => {
  const stop = new AbortController()
  const ended = keep(cx, plan, stop.signal)
  return () => {
    stop.abort()
    return ended
  }
}

const keep = async (cx: DaemonContext, plan: DaemonPlan, signal: AbortSignal): Promise<void> => {
  const docker = createDocker({ socketPath: daemonPaths(plan).socket })
  for (let failures = 0; !signal.aborted; ) {
    try {
      if (failures > 0) {
        await delay(cx.clock, pauseAfter(restarts, failures), signal)
        if (signal.aborted) break
        await startDaemon(cx, plan)
      }
      failures = 0
      // Nothing is expected to be said: it is the end of the answer that tells.
      const events = await docker.stream("GET", "/events", { query: { filters: { type: ["daemon"] } }, signal })
      await new Promise((resolve) => events.resume().once("close", resolve).on("error", resolve))
      if (!signal.aborted) cx.log.warn("an engine of ours ended and will be started again", { daemon: plan.name })
    } catch (error) {
      if (!signal.aborted)
        cx.log.error("an engine of ours does not answer", { daemon: plan.name, ...errorFields(error) })
    }
    failures++
  }
  docker.close()
}
