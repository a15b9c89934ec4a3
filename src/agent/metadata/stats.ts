// Container stats as task metadata shows them: Docker's document with the rate of the network.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import type { MetadataParts } from "./answer.ts"

type StatsOf = MetadataParts["stats"]

/** The stats of one container; undefined while there are none because it does not run. */
export const containerStats = async (
  task: TaskSnapshot,
  container: ContainerSnapshot,
  stats: StatsOf,
  version: 2 | 3 | 4,
): Promise<object | undefined> => {
  const own = container.runtimeId === undefined ? undefined : await stats(container.runtimeId)
  if (!own) return undefined
  // Containers of an awsvpc task have the network of the one that holds it.
  const holder = task.containers.find((c) => c.type === "CNI_PAUSE")
  const net = holder?.runtimeId === undefined ? own : ((await stats(holder.runtimeId)) ?? own)
  const networks = (net.document as { readonly networks?: unknown }).networks
  return {
    ...own.document,
    ...(networks !== undefined && { networks }),
    ...(version === 4 &&
      net.rate && { network_rate_stats: { rx_bytes_per_sec: net.rate.rx, tx_bytes_per_sec: net.rate.tx } }),
  }
}

/** The stats of all containers by their Docker ids; `{}` for those that have none. */
export const taskStats = async (task: TaskSnapshot, stats: StatsOf, version: 2 | 3 | 4): Promise<object> => {
  const made = task.containers.filter((c) => c.runtimeId !== undefined && c.type === "NORMAL")
  const all = await Promise.all(made.map((c) => containerStats(task, c, stats, version)))
  return Object.fromEntries(made.map((c, i) => [c.runtimeId, all[i] ?? {}]))
}
