// Which of the containers that a host has belong to which container of which task, and which to none. Pure.
import type { ContainerState } from "../driver.ts"
import type { TaskSnapshot } from "../types.ts"
import { sandboxLabel, taskLabel } from "./names.ts"

export type Found = readonly (readonly [name: string, state: ContainerState | undefined])[]

/**
 * What there is to say of a task's containers after a look at all of the host's: by id, or by the name that was chosen
 * before it was made. One that is missing is only said to be gone if it was there before the question (`expected`).
 */
export const match = (
  task: TaskSnapshot,
  states: ReadonlyMap<string, ContainerState>,
  expected: ReadonlySet<string>,
): Found =>
  task.containers.flatMap(({ name, runtimeId, runtimeName, known }) => {
    if (known === "STOPPED") return []
    const state = states.get(runtimeId ?? "") ?? states.get(runtimeName ?? "")
    const missed = runtimeId !== undefined && expected.has(runtimeId)
    return state || missed ? [[name, state] as const] : []
  })

/** Containers by both of their handles. */
export const byHandle = (states: readonly ContainerState[]): ReadonlyMap<string, ContainerState> =>
  new Map(states.flatMap((state) => [[state.id, state] as const, [state.name, state] as const]))

/** What an engine knows of the containers that it has. */
export interface Known {
  task(arn: string): boolean
  /** Whether a container with this id or name is one of a task. */
  handle(idOrName: string): boolean
  /** Whether it is a prepared sandbox that is waiting for its task. */
  sandbox(state: ContainerState): boolean
}

/**
 * Containers of ours whose task is not: the checkpoint was lost, or a clean-up was cut short. Of prepared sandboxes, which
 * name no task, those that nobody has and nobody waits for.
 */
export const orphans = (states: readonly ContainerState[], known: Known): readonly ContainerState[] =>
  states.filter((state) => {
    const { id, name, labels } = state
    if (labels[sandboxLabel] === undefined) return !known.task(labels[taskLabel] ?? "")
    return !known.handle(id) && !known.handle(name) && !known.sandbox(state)
  })
