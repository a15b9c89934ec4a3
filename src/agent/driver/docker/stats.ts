// Docker's stats documents: one sample, or one about every second. What they mean is read elsewhere.
import { type Docker, hasStatus, readLines } from "../../../docker/index.ts"
import { errorFields, type Log } from "../../../kernel/index.ts"
import type { ContainerDriver } from "../../driver.ts"
import { translated } from "./errors.ts"

type Stats = Readonly<Record<string, unknown>>

/** The calls about stats. */
export const statsCalls = ({
  docker,
  log,
}: {
  docker: Docker
  log: Log
}): Pick<ContainerDriver, "stats" | "followStats"> => ({
  stats: (id) =>
    translated("other", async () => {
      try {
        // `one-shot` answers at once; without it Docker waits a second to have a second sample.
        const query = { stream: false, "one-shot": true }
        return (await docker.request<Stats>("GET", `/containers/${id}/stats`, { query })).body
      } catch (error) {
        if (hasStatus(error, 404)) return undefined
        throw error
      }
    }),
  followStats(id, onStats) {
    const stopped = new AbortController()
    const follow = async () => {
      const stream = await docker.stream("GET", `/containers/${id}/stats`, { signal: stopped.signal })
      for await (const stats of readLines(stream)) if (!stopped.signal.aborted) onStats(stats)
    }
    follow().catch((error: unknown) => {
      // A container that is gone, an engine that restarts: there is nothing to measure until somebody asks again.
      if (!stopped.signal.aborted) log.debug("Stats broke off", { container: id, ...errorFields(error) })
    })
    return () => stopped.abort()
  },
})
