// Which container waits for which, whether the waiting is over, and whether it can never be. Pure.
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { dependencyReason } from "./reasons.ts"

type Condition = "START" | "COMPLETE" | "SUCCESS" | "HEALTHY"

/** One wait of a container: links and volumesFrom count as START, as in ECS's agent. */
interface Wait {
  readonly on: ContainerSnapshot
  readonly condition: Condition
}

const linkName = (link: string): string => link.split(":", 1)[0] ?? ""

/** All that `container` waits for in its task. */
export const waitsOf = (task: TaskSnapshot, container: ContainerSnapshot): readonly Wait[] => {
  const { dependsOn = [], links = [] } = container.definition
  const named: { name: string; condition: Condition }[] = [
    ...dependsOn.map(({ containerName, condition }) => ({ name: containerName, condition })),
    ...links.map((link) => ({ name: linkName(link), condition: "START" as const })),
  ]
  return named.flatMap(({ name, condition }) => {
    const on = task.containers.find((one) => one.name === name)
    return on ? [{ on, condition }] : []
  })
}

const hasStarted = (container: ContainerSnapshot): boolean => container.startedAt !== undefined

/** Whether what is waited for has come about. */
export const isOver = ({ on, condition }: Wait): boolean => {
  switch (condition) {
    case "START":
      return hasStarted(on)
    case "COMPLETE":
      return on.known === "STOPPED" && on.exitCode !== undefined && hasStarted(on)
    case "SUCCESS":
      return on.known === "STOPPED" && on.exitCode === 0 && hasStarted(on)
    case "HEALTHY":
      return on.known === "RUNNING" && on.health?.status === "HEALTHY"
  }
}

/** A wait that gates everything but the start itself; a START dependency lets pull and creation go ahead. */
export const gatesPull = ({ condition }: Wait): boolean => condition !== "START"

/** When a wait runs out: `startTimeout` of the one that is waited for, counted from its start. */
export const runsOutAt = ({ on, condition }: Wait): number | undefined => {
  const { startTimeout } = on.definition
  if (condition === "START" || !startTimeout || on.startedAt === undefined || on.known === "STOPPED") return undefined
  return on.startedAt + startTimeout * 1000
}

/** The reason for which `container` can never start, or undefined while it still may. */
export const hopeless = (task: TaskSnapshot, container: ContainerSnapshot, now: number): string | undefined => {
  for (const wait of waitsOf(task, container)) {
    if (isOver(wait)) continue
    const why = neverOver(wait, now)
    if (why) return dependencyReason(container, wait.on, why)
  }
  return undefined
}

const neverOver = (wait: Wait, now: number): string | undefined => {
  const { on, condition } = wait
  const out = runsOutAt(wait)
  if (out !== undefined && now >= out) return "timeout"
  if (!hasStarted(on) && (on.known === "STOPPED" || on.desired === "STOPPED"))
    return "because dependency will never start"
  if (on.known !== "STOPPED") return undefined
  if (condition === "SUCCESS") return "as dependency did not exit successfully."
  // ECS's agent would wait for ever here; nothing can become healthy after its end.
  return condition === "HEALTHY" ? "as dependency exited before it was healthy." : undefined
}

/** Those that wait for `container`: they stop before it does. */
export const dependents = (task: TaskSnapshot, container: ContainerSnapshot): readonly ContainerSnapshot[] =>
  task.containers.filter((one) => waitsOf(task, one).some((wait) => wait.on.name === container.name))

/** Whether following dependsOn and links from some container leads back to it. */
export const hasCircle = (containers: readonly ContainerSnapshot[]): boolean => {
  const next = new Map(
    containers.map(({ name, definition: { dependsOn = [], links = [], volumesFrom = [] } }) => [
      name,
      [
        ...dependsOn.map((one) => one.containerName),
        ...links.map(linkName),
        ...volumesFrom.map((one) => one.sourceContainer),
      ],
    ]),
  )
  const done = new Set<string>()
  const visit = (name: string, path: ReadonlySet<string>): boolean => {
    if (path.has(name)) return true
    if (done.has(name)) return false
    const found = (next.get(name) ?? []).some((one) => visit(one, new Set([...path, name])))
    done.add(name)
    return found
  }
  return containers.some(({ name }) => visit(name, new Set()))
}
