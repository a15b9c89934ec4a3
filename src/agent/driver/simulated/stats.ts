// A stats document in Docker's shape for a simulated container. Pure.
import { isRunning, type SimulatedContainer, scriptOf } from "./container.ts"

/** Docker's stats of the container at `now`, as if it had used the CPU and memory of its script all along. */
export const statsAt = (container: SimulatedContainer, now: number): Readonly<Record<string, unknown>> | undefined => {
  if (!isRunning(container) || container.startedAt === undefined) return undefined
  const script = scriptOf(container)
  const { startedAt } = container
  const sample = (at: number) => ({
    cpu_usage: { total_usage: Math.max(0, Math.round((at - startedAt) * 1e6 * script.cpu)) },
    system_cpu_usage: Math.round(at * 1e6),
    online_cpus: 1,
  })
  const limit = Number(container.spec.hostConfig.Memory ?? 0) || 2 ** 34
  return {
    id: container.id,
    name: `/${container.spec.name}`,
    read: new Date(now).toISOString(),
    preread: new Date(now - 1000).toISOString(),
    num_procs: 0,
    pids_stats: { current: 1 },
    cpu_stats: sample(now),
    precpu_stats: sample(now - 1000),
    memory_stats: { usage: script.memoryMiB * 2 ** 20, limit, stats: { inactive_file: 0, total_inactive_file: 0 } },
    networks: {
      eth0: {
        rx_bytes: 0,
        rx_packets: 0,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: 0,
        tx_packets: 0,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
    blkio_stats: { io_service_bytes_recursive: [] },
  }
}
