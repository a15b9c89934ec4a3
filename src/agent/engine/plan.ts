// What is to be done next for a task, from its snapshot alone. Pure: steps are carried out in steps.ts, and a snapshot
// that has been settled (settle.ts) is expected.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { dependents, gatesPull, isOver, runsOutAt, waitsOf } from "./dependencies.ts"

/** One thing to do. At most one per container, and one of each kind for the task, is under way at a time. */
export type Step =
  /** Cgroup, volumes and networks of the task. */
  | { readonly do: "prepare" }
  /** The rest of the agent gets ready: log streams, secrets. */
  | { readonly do: "hook" }
  | { readonly do: "pull" | "create" | "start" | "stop"; readonly container: string }
  /** The pause container is connected, started, and its link port isolated. */
  | { readonly do: "network"; readonly container: string }

/** What keeps a step from being planned again: its container's name, else its own. */
export const keyOf = (step: Step): string => ("container" in step ? step.container : step.do)

export interface Plan {
  readonly steps: readonly Step[]
  /** When to look again although nothing happened: a startTimeout runs out. */
  readonly lookAt?: number
}

/** What the snapshot does not say. */
export interface Seen {
  /** Keys of steps under way. */
  readonly busy: ReadonlySet<string>
  /** Whether the hook has run in this process. */
  readonly hooked: boolean
}

export const plan = (task: TaskSnapshot, { busy, hooked }: Seen): Plan => {
  if (task.known === "STOPPED") return { steps: [] }
  const steps: Step[] = []
  if (task.desired === "RUNNING") {
    const began = task.containers.every((one) => one.known === "RUNNING" || one.known === "STOPPED")
    // Also for one whose containers all run when they are found again: where its link is was perhaps never noted.
    if (!task.prepared && (!began || lacksNetwork(task))) steps.push({ do: "prepare" })
    if (!hooked && task.containers.some((one) => one.type === "NORMAL" && !isMade(one) && one.known !== "STOPPED")) {
      steps.push({ do: "hook" })
    }
  }
  for (const container of task.containers) {
    const step = container.desired === "RUNNING" ? forward(task, container, hooked) : down(task, container)
    if (step) steps.push({ do: step, container: container.name })
  }
  const lookAt = nextTimeout(task)
  return { steps: steps.filter((step) => !busy.has(keyOf(step))), ...(lookAt !== undefined && { lookAt }) }
}

type Doing = "pull" | "create" | "start" | "stop" | "network"

const forward = (task: TaskSnapshot, container: ContainerSnapshot, hooked: boolean): Doing | undefined => {
  const pause = container.type !== "NORMAL"
  switch (container.known) {
    case "NONE":
      // The pause image is part of the host: it is made there and never pulled.
      if (pause) return task.prepared ? "create" : undefined
      return waitsOf(task, container).every((wait) => !gatesPull(wait) || isOver(wait)) ? "pull" : undefined
    case "MANIFEST_PULLED":
    case "PULLED":
      return task.prepared && hooked && mayCreate(task, container) ? "create" : undefined
    case "CREATED":
      if (pause) return task.prepared ? (container.type === "CNI_PAUSE" ? "network" : "start") : undefined
      return mayStart(task, container) ? "start" : undefined
    case "RUNNING":
      // Found running by an agent that was started again: nothing but its network says where the task's link is.
      if (pause) return container.type === "CNI_PAUSE" && task.prepared && lacksNetwork(task) ? "network" : undefined
      return container.restarting ? "start" : undefined
    case "STOPPED":
      return undefined
  }
}

const isMade = (container: ContainerSnapshot | undefined): boolean => container?.runtimeId !== undefined

/** Docker wants the containers that are named in volumesFrom and links to be there, and one whose processes are joined. */
const mayCreate = (task: TaskSnapshot, { definition }: ContainerSnapshot): boolean => {
  const { volumesFrom = [], links = [] } = definition
  const joins = task.definition.pidMode === "task" || task.definition.ipcMode === "task"
  if (joins && !isMade(task.containers.find((one) => one.type !== "NORMAL"))) return false
  const needed = [...volumesFrom.map((one) => one.sourceContainer), ...links.map((link) => link.split(":", 1)[0])]
  return needed.every((name) => isMade(task.containers.find((one) => one.name === name)))
}

const lacksNetwork = (task: TaskSnapshot): boolean =>
  task.definition.networkMode === "awsvpc" && task.networkReady !== true

/** The namespaces that the containers join are there only while somebody is in them. */
const lacksNamespaces = (task: TaskSnapshot): boolean =>
  task.containers.some((one) => one.type === "NAMESPACE_PAUSE" && one.known !== "RUNNING")

const mayStart = (task: TaskSnapshot, container: ContainerSnapshot): boolean =>
  !lacksNetwork(task) && !lacksNamespaces(task) && waitsOf(task, container).every(isOver)

/** Stopping goes the other way round: first those that wait for a container, then it; the pause container last. */
const down = (task: TaskSnapshot, container: ContainerSnapshot): Doing | undefined => {
  if (container.known !== "RUNNING" || container.restarting) return undefined
  const before =
    container.type !== "NORMAL" ? task.containers.filter((one) => one.type === "NORMAL") : dependents(task, container)
  return before.every((one) => one.known === "STOPPED") ? "stop" : undefined
}

const nextTimeout = (task: TaskSnapshot): number | undefined => {
  const times = task.containers
    .filter((container) => container.desired === "RUNNING" && container.known !== "RUNNING")
    .flatMap((container) => waitsOf(task, container).filter((wait) => !isOver(wait)))
    .flatMap((wait) => runsOutAt(wait) ?? [])
  return times.length > 0 ? Math.min(...times) : undefined
}
