// Whether anything would answer at a target, by the records: a running container of a task of ours that has its address and
// port, or a host port of its instance. Nothing is really connected to.
import { type Scope, scopeKey } from "../../../kernel/index.ts"
import type { HealthReport } from "../../../protocol/index.ts"
import type { ObservedContainer, TargetRow, TaskRow, View } from "../../../state/index.ts"

/** What a check of a target finds. */
export type Finding = Pick<HealthReport, "state" | "reason" | "description">

export const healthy: Finding = { state: "healthy" }
export const timedOut: Finding = { state: "unhealthy", reason: "Target.Timeout", description: "Request timed out" }
const sick: Finding = { state: "unhealthy", reason: "Target.FailedHealthChecks", description: "Health checks failed" }

interface Mapping {
  readonly containerPort?: number | undefined
  readonly hostPort?: number | undefined
}

/** What a check of this port of a registration finds. */
export const findingOf = (view: View, target: TargetRow, port: number): Finding => {
  if (target.id.startsWith("arn:"))
    return view.loadBalancers.get(target.id)?.status.code === "active" ? healthy : timedOut
  const found = target.id.startsWith("i-")
    ? onInstance(view, target, target.id, port)
    : atAddress(view, target, target.id, port)
  if (!found) return timedOut
  return found.health === "UNHEALTHY" ? sick : healthy
}

const mappingsOf = (view: View, task: TaskRow, container: string): readonly Mapping[] => {
  const definition = view.taskDefinitions.get(task.taskDefinitionArn)?.definition
  return definition?.containerDefinitions?.find(({ name }) => name === container)?.portMappings ?? []
}

/** Containers that run, of a task. */
const running = (task: TaskRow): readonly (readonly [string, ObservedContainer])[] =>
  Object.entries(task.observed.containers).filter(([, { status }]) => status === "RUNNING")

const atAddress = (view: View, scope: Scope, address: string, port: number): ObservedContainer | undefined => {
  // An address may be in several VPCs; a target group's is the one that has a task there.
  for (const vpc of view.vpcs.by("scope", scopeKey(scope))) {
    const made = view.networkInterfaces.first("address", `${scopeKey(scope)}/${vpc.id}/${address}`)
    const task = made?.taskArn === undefined ? undefined : view.tasks.get(made.taskArn)
    const found =
      task && running(task).find(([name]) => mappingsOf(view, task, name).some((m) => m.containerPort === port))
    if (found) return found[1]
  }
  return undefined
}

const onInstance = (view: View, scope: Scope, id: string, port: number): ObservedContainer | undefined => {
  const machine = view.machines.first("instance", `${scopeKey(scope)}/${id}`)
  const hosts = machine
    ? view.containerInstances.by("machine", machine.id)
    : [...view.containerInstances.all()].filter((one) => one.ec2InstanceId === id && one.account === scope.account)
  for (const host of hosts) {
    for (const task of view.tasks.by("host", host.arn)) {
      const found = running(task).find(([name, seen]) => isPublished(view, task, name, seen, port))
      if (found) return found[1]
    }
  }
  return undefined
}

/** By what the agent said of it, and where it said nothing by what the task definition fixes. */
const isPublished = (view: View, task: TaskRow, name: string, seen: ObservedContainer, port: number): boolean => {
  const bindings = (seen.networkBindings ?? []) as readonly Mapping[]
  if (bindings.length > 0) return bindings.some(({ hostPort }) => hostPort === port)
  const isHost = view.taskDefinitions.get(task.taskDefinitionArn)?.definition.networkMode === "host"
  return mappingsOf(view, task, name).some(
    ({ containerPort, hostPort }) => (isHost ? containerPort : hostPort) === port,
  )
}
