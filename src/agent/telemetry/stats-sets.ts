// A window of samples summed up as the protocol wants it: least, greatest, number and sum of each measure. Pure.
import type { ContainerMetric, StatsSet } from "../../protocol/index.ts"
import type { NetworkCounters, Sample } from "./sample.ts"

/** The set of some values; undefined for none. */
export const statsSet = (values: readonly number[]): StatsSet | undefined =>
  values.length === 0
    ? undefined
    : {
        min: values.reduce((a, b) => Math.min(a, b)),
        max: values.reduce((a, b) => Math.max(a, b)),
        sampleCount: values.length,
        sum: values.reduce((a, b) => a + b, 0),
      }

// Whole numbers of 64 bits travel with what exceeds a signed one beside them; ours never do.
const longSet = (values: readonly number[]) => {
  const set = statsSet(values.map(Math.round))
  return set && { ...set, overflowMin: 0, overflowMax: 0, overflowSum: 0 }
}

/** What happened per second between neighbouring samples. Counters that went back (a restart) give nothing. */
const rates = (samples: readonly Sample[], counter: (sample: Sample) => number | undefined): number[] =>
  samples.slice(1).flatMap((sample, i) => {
    const before = samples[i]
    const [from, to] = [before && counter(before), counter(sample)]
    const seconds = before ? (sample.time - before.time) / 1000 : 0
    return from === undefined || to === undefined || to < from || seconds <= 0 ? [] : [(to - from) / seconds]
  })

const nanosecondsPerSecond = 1e9
const mebibyte = 1_048_576

/** The measures of one container. `before` is the sample in front of the window, for the first rates. */
export const containerSets = (
  before: Sample | undefined,
  window: readonly Sample[],
): Omit<ContainerMetric, "containerName"> => {
  const line = before ? [before, ...window] : window
  const cpu = statsSet(rates(line, (s) => s.cpu).map((perSecond) => (perSecond / nanosecondsPerSecond) * 100))
  const memory = statsSet(window.flatMap((s) => (s.memoryBytes === undefined ? [] : [s.memoryBytes / mebibyte])))
  const read = longSet(window.map((s) => s.readBytes))
  const write = longSet(window.map((s) => s.writeBytes))
  return {
    ...(cpu && { cpuStatsSet: cpu }),
    ...(memory && { memoryStatsSet: memory }),
    ...(read && write && { storageStatsSet: { readSizeBytes: read, writeSizeBytes: write } }),
  }
}

/**
 * The network measures of one container, or of a task divided by the number of containers that share its network.
 * Undefined where there is no network of its own (host mode).
 */
export const networkSets = (
  before: Sample | undefined,
  window: readonly Sample[],
  share = 1,
): Readonly<Record<string, StatsSet>> | undefined => {
  const line = before ? [before, ...window] : window
  const sets: [string, StatsSet][] = []
  for (const name of counters) {
    const set = longSet(window.flatMap((s) => (s.network ? [s.network[name] / share] : [])))
    if (set) sets.push([name, set])
  }
  for (const name of ["rxBytes", "txBytes"] as const) {
    const set = statsSet(rates(line, (s) => s.network && s.network[name] / share))
    if (set) sets.push([`${name}PerSecond`, set])
  }
  return sets.length > 0 ? Object.fromEntries(sets) : undefined
}

const counters: readonly (keyof NetworkCounters)[] = [
  "rxBytes",
  "rxDropped",
  "rxErrors",
  "rxPackets",
  "txBytes",
  "txDropped",
  "txErrors",
  "txPackets",
]
