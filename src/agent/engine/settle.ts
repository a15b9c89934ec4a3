// What follows at once from what is known of a task: the essential rule, dependencies that fail, containers that need not
// start any more, the state of the task as a whole. Pure: a snapshot in, a snapshot out. What is to be done is plan.ts.
import { link } from "../../protocol/index.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { hopeless } from "./dependencies.ts"

/**
 * The exit code that ECS's agent reports for a container whose dependency failed: it never ran, and 143 is what Docker
 * would say of one that was asked to stop.
 */
const neverRanExitCode = 143

/** The task with all consequences drawn. Containers in `busy` have a step under way and are left to it. */
export const settle = (task: TaskSnapshot, busy: ReadonlySet<string>, now: number): TaskSnapshot => {
  for (let before = task; ; ) {
    const after = rules.reduce((one, rule) => rule(one, busy, now), before)
    if (after === before) return after
    before = after
  }
}

type Rule = (task: TaskSnapshot, busy: ReadonlySet<string>, now: number) => TaskSnapshot

/** The task with some containers replaced; the same object when none was. */
const mapContainers = (task: TaskSnapshot, map: (container: ContainerSnapshot) => ContainerSnapshot): TaskSnapshot => {
  const containers = task.containers.map(map)
  return containers.some((container, i) => container !== task.containers[i]) ? { ...task, containers } : task
}

/** An essential container that ended, or failed to start, takes the task with it; so does the last one of all. */
const essentialRule: Rule = (task, _busy, now) => {
  const ended = task.containers.filter((container) => container.known === "STOPPED")
  const essential = ended.filter((container) => container.definition.essential)
  const all = task.containers.every((container) => container.type !== "NORMAL" || container.known === "STOPPED")
  if (essential.length === 0 && !all) return task
  const desired = task.desired === "STOPPED" ? task : { ...task, desired: "STOPPED" as const }
  if (task.executionStoppedAt !== undefined || !ended.some((one) => one.startedAt !== undefined)) return desired
  const times = (essential.length > 0 ? essential : ended).flatMap((one) => one.finishedAt ?? [])
  return { ...desired, executionStoppedAt: times.length > 0 ? Math.min(...times) : now }
}

const stopAll: Rule = (task) => {
  if (task.desired === "RUNNING") return task
  return mapContainers(task, (one) => (one.desired === "STOPPED" ? one : { ...one, desired: "STOPPED" }))
}

const failDependents: Rule = (task, busy, now) =>
  mapContainers(task, (container) => {
    const waits = container.desired === "RUNNING" && !hasRun(container) && !busy.has(container.name)
    const reason = waits ? hopeless(task, container, now) : undefined
    if (reason === undefined) return container
    return { ...container, known: "STOPPED", desired: "STOPPED", exitCode: neverRanExitCode, reason }
  })

/** What has no process is stopped as soon as it is not wanted any more. */
const dropUnstarted: Rule = (task, busy) =>
  mapContainers(task, (container) => {
    const over = container.known === "STOPPED" || container.desired === "RUNNING" || busy.has(container.name)
    if (over || (container.known === "RUNNING" && !container.restarting)) return container
    const { restarting: _, ...rest } = container
    return { ...rest, known: "STOPPED" }
  })

const hasRun = (container: ContainerSnapshot): boolean => container.known === "RUNNING" || container.known === "STOPPED"

/**
 * In bridge mode a container asks for its metadata from its own address: the host has 169.254.170.2 and is its router. In
 * host mode it asks from that very address. In awsvpc mode the pause container's counts.
 */
const addressesOfTask: Rule = (task) => {
  const { networkMode } = task.definition
  if (networkMode === "awsvpc") return task
  const found =
    networkMode === "host" ? [link.address] : task.containers.flatMap((container) => container.addresses ?? [])
  const linkAddresses = [...new Set([...task.linkAddresses, ...found])]
  return linkAddresses.length > task.linkAddresses.length ? { ...task, linkAddresses } : task
}

const order = ["NONE", "MANIFEST_PULLED", "CREATED", "RUNNING", "STOPPED"] as const

/** The task is as far as the one that is least far; it never goes back. */
const knownOfTask: Rule = (task) => {
  const known = levelOf(task)
  return order.indexOf(known) > order.indexOf(task.known) ? { ...task, known } : task
}

const levelOf = ({ containers }: TaskSnapshot): TaskSnapshot["known"] => {
  if (containers.every((container) => container.known === "STOPPED")) return "STOPPED"
  const users = containers.filter((container) => container.type === "NORMAL")
  const levels = users.map((container) => {
    if (container.known === "RUNNING" || container.startedAt !== undefined) return "RUNNING"
    // One that never ran does not keep the others from being a running task, unless the task cannot be without it.
    if (container.known === "STOPPED") return container.definition.essential ? "NONE" : "RUNNING"
    return container.known === "PULLED" ? "MANIFEST_PULLED" : container.known
  })
  const lowest = Math.min(...levels.map((level) => order.indexOf(level)))
  return order[lowest] ?? "NONE"
}

const rules: readonly Rule[] = [essentialRule, stopAll, failDependents, dropUnstarted, addressesOfTask, knownOfTask]
