// Follows the stats of every running container of this host: the newest document for task metadata, and the samples
// since the last publication for metrics.
import type { Cancel } from "../../kernel/index.ts"
import type { ContainerDriver } from "../driver.ts"
import type { TaskEngine, TaskSnapshot } from "../types.ts"
import { type Sample, sampleOf } from "./sample.ts"

type StatsDocument = Readonly<Record<string, unknown>>

/** What a container used since the last time that somebody took it. */
export interface Window {
  readonly before: Sample | undefined
  readonly samples: readonly Sample[]
}

/** The newest stats of a container, as task metadata shows them. */
export interface LatestStats {
  readonly document: StatsDocument
  /** Bytes per second between the two newest looks; undefined before the second, and without a network. */
  readonly rate: { readonly rx: number; readonly tx: number } | undefined
}

export interface Collector {
  /** Undefined for a container that does not run. One that began a moment ago is looked at for the purpose. */
  latest(runtimeId: string): Promise<LatestStats | undefined>
  /** The samples since the last call, which are then forgotten. */
  take(runtimeId: string): Window
  close(): void
}

/** More samples than this are not kept while nothing is published: three minutes of them. */
const mostSamples = 180

interface Followed {
  cancel: Cancel
  document: StatsDocument | undefined
  /** The last sample of the window before. */
  before: Sample | undefined
  samples: Sample[]
}

/** Follows what runs now and what will. */
export const collectStats = (engine: TaskEngine, driver: Pick<ContainerDriver, "followStats" | "stats">): Collector => {
  const followed = new Map<string, Followed>()

  const listen = (id: string, entry: Followed): Cancel =>
    driver.followStats(id, (document) => {
      const sample = sampleOf(document)
      if (!sample) return
      entry.document = document
      entry.samples.push(sample)
      if (entry.samples.length > mostSamples) entry.before = entry.samples.shift()
    })

  const follow = (id: string) => {
    const entry: Followed = { cancel: () => {}, document: undefined, before: undefined, samples: [] }
    followed.set(id, entry)
    entry.cancel = listen(id, entry)
  }

  const look = (task: TaskSnapshot) => {
    for (const { runtimeId, known } of task.containers) {
      if (runtimeId === undefined) continue
      const entry = followed.get(runtimeId)
      if (known === "RUNNING" && !entry) follow(runtimeId)
      if (known === "STOPPED" && entry) {
        entry.cancel()
        followed.delete(runtimeId)
      }
    }
  }
  const unfollow = engine.onChange((change) => look(change.task))
  for (const task of engine.tasks()) look(task)

  return {
    latest: async (id) => {
      const entry = followed.get(id)
      if (!entry) return undefined
      if (!entry.document) {
        const document = await driver.stats(id)
        return document && { document, rate: undefined }
      }
      const [previous = entry.before, newest] = [entry.samples.at(-2), entry.samples.at(-1) ?? entry.before]
      return { document: entry.document, rate: newest && previous !== newest ? rateOf(previous, newest) : undefined }
    },
    take: (id) => {
      const entry = followed.get(id)
      if (!entry) return { before: undefined, samples: [] }
      const window = { before: entry.before, samples: entry.samples }
      if (entry.samples.length === 0) {
        // The stream broke off (the container engine was restarted): we ask for another.
        entry.cancel()
        entry.cancel = listen(id, entry)
      }
      entry.before = entry.samples.at(-1) ?? entry.before
      entry.samples = []
      return window
    },
    close: () => {
      unfollow()
      for (const { cancel } of followed.values()) cancel()
      followed.clear()
    },
  }
}

const rateOf = (from: Sample | undefined, to: Sample): LatestStats["rate"] => {
  const seconds = from ? (to.time - from.time) / 1000 : 0
  if (!from?.network || !to.network || seconds <= 0) return undefined
  const per = (name: "rxBytes" | "txBytes") =>
    Math.max(0, ((to.network?.[name] ?? 0) - (from.network?.[name] ?? 0)) / seconds)
  return { rx: per("rxBytes"), tx: per("txBytes") }
}
