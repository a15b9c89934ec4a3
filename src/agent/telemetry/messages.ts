// The telemetry messages of one moment: metrics and health of the tasks on this host, ten tasks to a page. Pure but for
// the windows that it takes from the collector.
import type { PublishHealthRequest, PublishMetricsRequest, TaskMetric } from "../../protocol/index.ts"
import type { TaskSnapshot } from "../types.ts"
import type { Collector } from "./collector.ts"
import { containerSets, networkSets } from "./stats-sets.ts"

/** Who speaks, and when. */
export interface Speaker {
  readonly cluster: string
  readonly containerInstance: string
  messageId(): string
  /** Epoch milliseconds. */
  readonly now: number
}

/** The protocol's bound. */
const tasksPerPage = 10

const pagesOf = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / tasksPerPage) }, (_, i) =>
    all.slice(i * tasksPerPage, (i + 1) * tasksPerPage),
  )

const familyOf = ({ definition: { family, version } }: TaskSnapshot) => ({
  ...(family !== undefined && { taskDefinitionFamily: family }),
  ...(version !== undefined && { taskDefinitionVersion: version }),
})

/** All metrics since the last call. A host without tasks says that it is idle. */
export const metricsMessages = (
  tasks: readonly TaskSnapshot[],
  collector: Collector,
  speaker: Speaker,
): PublishMetricsRequest[] => {
  const metrics = tasks.flatMap((task) => taskMetric(task, collector) ?? [])
  const pages = metrics.length > 0 ? pagesOf(metrics) : [undefined]
  const idle = !tasks.some((task) => task.known !== "STOPPED")
  return pages.map((page, i) => ({
    metadata: {
      cluster: speaker.cluster,
      containerInstance: speaker.containerInstance,
      messageId: speaker.messageId(),
      idle,
      fin: i === pages.length - 1,
    },
    ...(page && { taskMetrics: page }),
    timestamp: speaker.now / 1000,
  }))
}

const taskMetric = (task: TaskSnapshot, collector: Collector): TaskMetric | undefined => {
  const running = task.containers.filter((c) => c.type === "NORMAL" && c.known === "RUNNING")
  // Containers of an awsvpc task share the network of the one that holds it: each is told its part.
  const holder = task.containers.find((c) => c.type === "CNI_PAUSE")
  const shared = holder?.runtimeId === undefined ? undefined : collector.take(holder.runtimeId)
  const containerMetrics = running.flatMap(({ name, definition, runtimeId, restartCount }) => {
    if (runtimeId === undefined) return []
    const window = collector.take(runtimeId)
    if (window.samples.length === 0) return []
    const network = shared
      ? networkSets(shared.before, shared.samples, running.length)
      : networkSets(window.before, window.samples)
    return [
      {
        containerName: name,
        ...(definition.containerArn && { containerArn: definition.containerArn }),
        ...containerSets(window.before, window.samples),
        ...(network && { networkStatsSet: network }),
        ...(definition.restartPolicy?.enabled && { restartStatsSet: { restartCount: restartCount ?? 0 } }),
      },
    ]
  })
  if (containerMetrics.length === 0) return undefined
  return { taskArn: task.arn, ...familyOf(task), containerMetrics }
}

/** Health of every container of `tasks` that has a health check; no message when there is none. */
export const healthMessages = (tasks: readonly TaskSnapshot[], speaker: Speaker): PublishHealthRequest[] => {
  const healths = tasks.flatMap((task) => taskHealth(task, speaker.now) ?? [])
  const pages = pagesOf(healths)
  return pages.map((page, i) => ({
    metadata: {
      cluster: speaker.cluster,
      containerInstance: speaker.containerInstance,
      messageId: speaker.messageId(),
      fin: i === pages.length - 1,
    },
    tasks: page,
    timestamp: speaker.now / 1000,
  }))
}

const taskHealth = (task: TaskSnapshot, now: number): PublishHealthRequest["tasks"][number] | undefined => {
  if (task.known === "STOPPED") return undefined
  const containers = task.containers
    .filter((c) => c.definition.healthCheckType === "docker" && c.runtimeId !== undefined && c.known !== "STOPPED")
    .map((c) => ({
      containerName: c.name,
      healthStatus: c.health?.status ?? ("UNKNOWN" as const),
      statusSince: (c.health?.since ?? c.startedAt ?? now) / 1000,
      ...(c.health?.output && { statusMessage: c.health.output.slice(0, 1024) }),
    }))
  return containers.length > 0 ? { taskArn: task.arn, ...familyOf(task), containers } : undefined
}
