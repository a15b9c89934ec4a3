// What a SubmitTaskStateChange says: from a task's snapshot to the protocol's words. Pure.
import type { ContainerSnapshot, StoredTask, TaskSnapshot } from "../../types.ts"

/** The three states that the control plane knows of tasks and containers at an agent. */
export type BackendStatus = "PENDING" | "RUNNING" | "STOPPED"

/** What the control plane has acknowledged about a task. */
export type Reported = NonNullable<StoredTask["reported"]>

type Binding = NonNullable<ContainerSnapshot["networkBindings"]>[number]
type ReportedBinding =
  | { bindIP: string; containerPort: number; hostPort: number; protocol: "tcp" | "udp" }
  | { bindIP: string; containerPortRange: string; hostPortRange: string; protocol: "tcp" | "udp" }

/** One entry of a report's `containers`. */
export interface ContainerStep {
  readonly containerName: string
  readonly status: BackendStatus
  readonly exitCode?: number
  readonly reason?: string
  readonly runtimeId?: string
  readonly imageDigest?: string
  readonly networkBindings?: ReportedBinding[]
}

const ranks: Readonly<Record<string, number>> = { PENDING: 1, RUNNING: 2, STOPPED: 3 }

/** How far along a status is: it only ever grows. 0 for nothing reported. */
export const rank = (status: string | undefined): number => ranks[status ?? ""] ?? 0

/** The protocol's length limits. */
const limits = { reason: 1024, id: 255 }

/** The backend's word for what the engine knows. */
export const backendStatus = (known: TaskSnapshot["known"] | ContainerSnapshot["known"]): BackendStatus =>
  known === "RUNNING" || known === "STOPPED" ? known : "PENDING"

/**
 * The entries that bring the control plane from `said` (status by container name) to the snapshot. A container that has
 * done nothing yet is not mentioned, unless its image's digest is known. The one that holds the network never is.
 */
export const containerSteps = (task: TaskSnapshot, said: ReadonlyMap<string, string>): ContainerStep[] =>
  task.containers.flatMap((container) => {
    const status = backendStatus(container.known)
    if (container.type !== "NORMAL" || rank(status) <= rank(said.get(container.name))) return []
    if (status === "PENDING" && !container.imageDigest) return []
    return [stepOf(task, container, status)]
  })

const stepOf = (task: TaskSnapshot, container: ContainerSnapshot, status: BackendStatus): ContainerStep => {
  const bindings = bindingsOf(task, container)
  return {
    containerName: container.name,
    status,
    ...(container.runtimeId !== undefined && { runtimeId: container.runtimeId.slice(0, limits.id) }),
    // A RUNNING report may carry the exit code of a container that died at once.
    ...(container.exitCode !== undefined && { exitCode: container.exitCode }),
    ...(container.reason && { reason: container.reason.slice(0, limits.reason) }),
    ...(container.imageDigest && { imageDigest: container.imageDigest.slice(0, limits.id) }),
    ...(bindings.length > 0 && { networkBindings: bindings }),
  }
}

// Each port once: not its IPv6 twin. Of an awsvpc task the network's container publishes, where anything does.
const bindingsOf = (task: TaskSnapshot, container: ContainerSnapshot) => {
  const mode = task.definition.networkMode ?? "bridge"
  if (mode !== "bridge" && mode !== "awsvpc") return []
  const pause = task.containers.find((one) => one.type === "CNI_PAUSE")
  const published = mode === "bridge" ? container.networkBindings : pause?.networkBindings
  const mine = (published ?? []).filter((b) => !b.bindIP.includes(":") && (mode === "bridge" || names(container, b)))
  return mode === "bridge" ? withRanges(container, mine) : mine.map((b) => ({ ...b }))
}

/** Ports of a range are told as one binding: `8000-8003` at `32768-32771`. */
const withRanges = ({ definition }: ContainerSnapshot, bindings: readonly Binding[]): ReportedBinding[] => {
  const ranges = (definition.portMappings ?? []).flatMap(({ containerPortRange, protocol = "tcp" }) => {
    const [first = 0, last = first] = (containerPortRange ?? "").split("-").map(Number)
    return containerPortRange === undefined ? [] : [{ containerPortRange, first, last, protocol }]
  })
  const isIn = (binding: Binding, { first, last, protocol }: (typeof ranges)[number]) =>
    binding.protocol === protocol && first <= binding.containerPort && binding.containerPort <= last
  const single = bindings.filter((binding) => !ranges.some((range) => isIn(binding, range)))
  const grouped = ranges.flatMap((range) => {
    const all = bindings.filter((binding) => isIn(binding, range))
    const [first] = all
    const hosts = all.map((binding) => binding.hostPort)
    if (!first) return []
    const hostPortRange = `${Math.min(...hosts)}-${Math.max(...hosts)}`
    const { containerPortRange, protocol } = range
    return [{ bindIP: first.bindIP, containerPortRange, hostPortRange, protocol }]
  })
  return [...single.map((binding) => ({ ...binding })), ...grouped]
}

/** Whether the container's definition maps the port. */
const names = ({ definition }: ContainerSnapshot, port: { containerPort: number; protocol: "tcp" | "udp" }): boolean =>
  (definition.portMappings ?? []).some(({ containerPort, containerPortRange = "", protocol = "tcp" }) => {
    if (protocol !== port.protocol) return false
    const [first = 0, last = first] = containerPortRange.split("-").map(Number)
    return containerPort === port.containerPort || (first <= port.containerPort && port.containerPort <= last)
  })

/** The input of SubmitTaskStateChange. `steps` may name a container twice; they are applied in order. */
export const reportOf = (
  cluster: string,
  task: TaskSnapshot,
  status: BackendStatus,
  steps: readonly ContainerStep[],
) => ({
  cluster,
  task: task.arn,
  status,
  reason: (task.reason ?? "").slice(0, limits.reason),
  ...(steps.length > 0 && { containers: steps.map((step) => ({ ...step })) }),
  ...(task.pullStartedAt !== undefined && { pullStartedAt: new Date(task.pullStartedAt) }),
  ...(task.pullStoppedAt !== undefined && { pullStoppedAt: new Date(task.pullStoppedAt) }),
  ...(task.executionStoppedAt !== undefined && { executionStoppedAt: new Date(task.executionStoppedAt) }),
})

/** What is acknowledged once a report with `status` and `steps` was. */
export const afterReport = (
  before: Reported | undefined,
  status: BackendStatus,
  steps: readonly ContainerStep[],
): Reported => ({
  status: rank(status) > rank(before?.status) ? status : (before?.status ?? status),
  containers: { ...before?.containers, ...Object.fromEntries(steps.map((step) => [step.containerName, step.status])) },
})
