// What is still to be said about one task: its newest snapshot, the container entries that pile up while a report is
// under way, and what was acknowledged. Knows no clock and sends nothing.
import type { TaskSnapshot } from "../../types.ts"
import {
  afterReport,
  type BackendStatus,
  backendStatus,
  type ContainerStep,
  containerSteps,
  type Reported,
  rank,
} from "./report.ts"

/** A report to send now. */
export interface Draft {
  readonly task: TaskSnapshot
  readonly status: BackendStatus
  readonly steps: readonly ContainerStep[]
  readonly pulls: string
}

/** See the head of the file. One per task, for the task's life on this host. */
export class Ledger {
  #task: TaskSnapshot
  #reported: Reported | undefined
  #steps: readonly ContainerStep[] = []
  readonly #noted: Map<string, string>
  #pullsSaid = ""

  constructor(task: TaskSnapshot, reported: Reported | undefined) {
    this.#task = task
    this.#reported = reported
    this.#noted = new Map(Object.entries(reported?.containers ?? {}))
    this.note(task)
  }

  /** Takes in a newer snapshot. */
  note(task: TaskSnapshot): void {
    this.#task = task
    const steps = containerSteps(task, this.#noted)
    for (const step of steps) this.#noted.set(step.containerName, step.status)
    this.#steps = [...this.#steps, ...steps]
  }

  get reported(): Reported | undefined {
    return this.#reported
  }

  /** Whether the task has stopped and the control plane knows. */
  get settled(): boolean {
    return this.#reported?.status === "STOPPED"
  }

  /** Whether the task has stopped here. */
  get stopped(): boolean {
    return this.#task.known === "STOPPED"
  }

  /**
   * What to say next, or nothing. With `final` false a task that has stopped is not yet said to have: its containers'
   * ends are, under the status before.
   */
  draft(final: boolean): Draft | undefined {
    const known = backendStatus(this.#task.known)
    const status = known === "STOPPED" && !final ? this.#statusBefore() : known
    const pulls = pullsOf(this.#task)
    const news =
      rank(status) > rank(this.#reported?.status)
        ? status !== "PENDING" || pulls !== "" || this.#steps.length > 0
        : false
    const pullNews = status === "PENDING" && pulls !== this.#pullsSaid
    if (this.settled || !(news || pullNews || this.#steps.length > 0)) return undefined
    return { task: this.#task, status, steps: this.#steps, pulls }
  }

  /** `draft` was acknowledged, or will never be taken: its entries are not said again. */
  acknowledge(draft: Draft): Reported {
    this.#steps = this.#steps.slice(draft.steps.length)
    this.#pullsSaid = draft.pulls
    this.#reported = afterReport(this.#reported, draft.status, draft.steps)
    return this.#reported
  }

  // RUNNING only if it was: a task whose container never started goes from PENDING to STOPPED.
  #statusBefore(): BackendStatus {
    if (this.#reported?.status === "RUNNING") return "RUNNING"
    const ran = this.#task.containers.filter((c) => c.type === "NORMAL")
    return ran.length > 0 && ran.every((c) => c.startedAt !== undefined) ? "RUNNING" : "PENDING"
  }
}

const pullsOf = (task: TaskSnapshot): string =>
  task.pullStartedAt === undefined ? "" : `${task.pullStartedAt} ${task.pullStoppedAt ?? ""}`
