// One look at a container's use of its host, out of Docker's stats document. Pure; what a document lacks is undefined.

export interface NetworkCounters {
  readonly rxBytes: number
  readonly rxPackets: number
  readonly rxDropped: number
  readonly rxErrors: number
  readonly txBytes: number
  readonly txPackets: number
  readonly txDropped: number
  readonly txErrors: number
}

export interface Sample {
  /** Epoch milliseconds, of the engine's clock. */
  readonly time: number
  /** Nanoseconds of CPU since the start, divided by the number of cores: the official agent's measure. */
  readonly cpu?: number
  readonly memoryBytes?: number
  readonly network?: NetworkCounters
  readonly readBytes: number
  readonly writeBytes: number
}

type Json = Readonly<Record<string, unknown>>

/** Docker's stats document as a {@link Sample}; undefined for a container that does not run (Docker sends zeros then). */
export const sampleOf = (stats: Json): Sample | undefined => {
  const time = Date.parse(String(stats.read))
  if (Number.isNaN(time) || time <= 0) return undefined
  const cpuStats = object(stats.cpu_stats)
  const usage = object(cpuStats.cpu_usage)
  const total = number(usage.total_usage)
  const cores = number(cpuStats.online_cpus) || (Array.isArray(usage.percpu_usage) ? usage.percpu_usage.length : 0)
  const memory = memoryOf(object(stats.memory_stats))
  const network = networkOf(stats.networks)
  const io = object(stats.blkio_stats).io_service_bytes_recursive
  return {
    time,
    ...(total !== undefined && cores > 0 && { cpu: total / cores }),
    ...(memory !== undefined && { memoryBytes: memory }),
    ...(network && { network }),
    readBytes: sumOf(io, "read"),
    writeBytes: sumOf(io, "write"),
  }
}

// What the kernel could take back at once does not count: the page cache on cgroup v1, inactive file pages on v2.
const memoryOf = (memory: Json): number | undefined => {
  const usage = number(memory.usage)
  if (usage === undefined) return undefined
  const details = object(memory.stats)
  return Math.max(0, usage - (number(details.cache) ?? number(details.inactive_file) ?? 0))
}

const networkOf = (networks: unknown): NetworkCounters | undefined => {
  if (typeof networks !== "object" || networks === null) return undefined
  const all = Object.values(networks).map(object)
  const sum = (name: string) => all.reduce((total, one) => total + (number(one[name]) ?? 0), 0)
  return {
    rxBytes: sum("rx_bytes"),
    rxPackets: sum("rx_packets"),
    rxDropped: sum("rx_dropped"),
    rxErrors: sum("rx_errors"),
    txBytes: sum("tx_bytes"),
    txPackets: sum("tx_packets"),
    txDropped: sum("tx_dropped"),
    txErrors: sum("tx_errors"),
  }
}

// cgroup v1 says `Read`, v2 says `read`.
const sumOf = (entries: unknown, op: "read" | "write"): number =>
  Array.isArray(entries)
    ? entries
        .map(object)
        .reduce((total, e) => total + (String(e.op).toLowerCase() === op ? (number(e.value) ?? 0) : 0), 0)
    : 0

const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {})
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined
