// One task while the engine has it: its snapshot, the steps under way, the timer. Settles and plans after every change and
// carries the plan out. Many tasks, events and clean-up are the engine's (engine.ts).
import { type BackOff, type Cancel, delay, errorFields, pauseAfter } from "../../kernel/index.ts"
import { type ContainerState, DriverError, type ImageInfo } from "../driver.ts"
import type { ContainerSnapshot, TaskSnapshot } from "../types.ts"
import { type End, endedAs, gone, observed, saysAll } from "./observe.ts"
import { keyOf, plan, type Step } from "./plan.ts"
import { resourceReason } from "./reasons.ts"
import type { ReadySandbox } from "./sandboxes.ts"
import { settle } from "./settle.ts"
import * as steps from "./steps.ts"

/** Between tries while the engine does not answer, or a container does not stop. */
const again: BackOff = { first: 100, factor: 2, max: 5_000 }

export interface TaskRunPorts extends steps.StepContext {
  /** Called after each change, before anything is done because of it. */
  changed(before: TaskSnapshot, after: TaskSnapshot): void
  /** Nothing is under way and nothing is left to do. */
  idle(): void
}

/** What is known beside a container's state. */
export interface Observation {
  /** Whether a restart policy may act on an end that is seen now; by default it may. */
  readonly mayRestart?: boolean
  /** Of the event that said that the container is over. */
  readonly exitCode?: number
  readonly groupOutOfMemory?: boolean
}

/** Steps that have Docker make or start something. */
const starting: ReadonlySet<Step["do"]> = new Set(["prepare", "create", "network", "start"])

/** Of a step's outcome: what becomes of the snapshot. */
type Outcome = () => void

/** See the head of the file. */
export class TaskRun {
  #task: TaskSnapshot
  readonly #ports: TaskRunPorts
  readonly #busy = new Map<string, AbortController>()
  readonly #failures = new Map<string, number>()
  readonly #images = new Map<string, ImageInfo>()
  #starting = 0
  #hooked = false
  #closed = false
  #timer: Cancel = () => {}

  constructor(task: TaskSnapshot, ports: TaskRunPorts) {
    this.#task = task
    this.#ports = ports
  }

  get task(): TaskSnapshot {
    return this.#task
  }

  get isIdle(): boolean {
    return this.#busy.size === 0
  }

  /** Docker makes or starts something of it at this moment. */
  get isStarting(): boolean {
    return this.#starting > 0
  }

  /** The task is to stop. Going back is not possible. */
  raiseStop(): void {
    this.#update((task) => ({ ...task, desired: "STOPPED" }))
    this.look()
  }

  /** Draws conclusions and does what is next. */
  look(): void {
    if (this.#closed) return
    this.#update((task) => task)
    for (const container of this.#task.containers) {
      if (container.desired === "STOPPED" && container.known === "NONE") this.#busy.get(container.name)?.abort()
    }
    if (this.#task.desired === "STOPPED") for (const key of ["prepare", "hook"]) this.#busy.get(key)?.abort()
    const { steps: next, lookAt } = plan(this.#task, { busy: new Set(this.#busy.keys()), hooked: this.#hooked })
    for (const step of next) void this.#carryOut(step)
    this.#timer()
    this.#timer = lookAt === undefined ? () => {} : this.#ports.clock.at(lookAt, () => this.look())
    if (this.isIdle) this.#ports.idle()
  }

  /** What Docker shows of a container; undefined when it has none. */
  observe(name: string, state: ContainerState | undefined, how: Observation = {}): void {
    this.adopt([[name, state]], how)
    this.look()
  }

  /** A container has ended as an event said; false, and nothing happens, when only a look can tell. */
  endedAs(name: string, end: End): boolean {
    const container = this.#task.containers.find((one) => one.name === name)
    if (this.#closed || !container || !saysAll(container, end)) return false
    this.#set(name, (one) => endedAs(one, end, { now: this.#ports.clock.now(), mayRestart: true }))
    this.look()
    return true
  }

  /** The same for several containers, without doing anything yet: nothing is decided before all have been seen. */
  adopt(found: readonly (readonly [string, ContainerState | undefined])[], how: Observation = {}): void {
    if (this.#closed) return
    const now = this.#ports.clock.now()
    const look = { now, mayRestart: how.mayRestart ?? true, groupOutOfMemory: how.groupOutOfMemory ?? false }
    const seen = new Map(found)
    // One that ended before we looked has run all the same: its start is told first, as ECS does.
    this.#setAll((one) => {
      const state = seen.get(one.name)
      const missed = state && hasEnded(state) && state.startedAt !== undefined && one.startedAt === undefined
      return missed ? observed(one, { ...state, status: "running" }, look) : one
    })
    this.#setAll((one) => {
      if (!seen.has(one.name)) return one
      const state = seen.get(one.name)
      return state ? observed(one, state, look) : gone(one, now, how.exitCode)
    })
  }

  close(): void {
    this.#closed = true
    this.#timer()
    for (const controller of this.#busy.values()) controller.abort()
  }

  #update(change: (task: TaskSnapshot) => TaskSnapshot): void {
    const before = this.#task
    const after = settle(change(before), new Set(this.#busy.keys()), this.#ports.clock.now())
    if (after === before) return
    this.#task = after
    this.#ports.changed(before, after)
  }

  #setAll(change: (container: ContainerSnapshot) => ContainerSnapshot): void {
    const containers = this.#task.containers.map(change)
    if (containers.every((one, i) => one === this.#task.containers[i])) return
    this.#update((task) => ({ ...task, containers }))
  }

  #set(name: string, change: (container: ContainerSnapshot) => ContainerSnapshot): void {
    this.#setAll((one) => (one.name === name ? change(one) : one))
  }

  async #carryOut(step: Step): Promise<void> {
    const key = keyOf(step)
    const controller = new AbortController()
    this.#busy.set(key, controller)
    try {
      const outcome = await this.#counted(step, controller.signal)
      this.#failures.delete(key)
      // Still under way while its facts are noted one by one: no conclusion is drawn from half of them.
      if (!this.#closed) outcome()
    } catch (error) {
      const failures = (this.#failures.get(key) ?? 0) + 1
      this.#failures.set(key, failures)
      const fields = { task: this.#task.arn, step: step.do, failures, ...errorFields(error) }
      if (steps.isOutage(error)) this.#ports.log.info("The container engine does not answer; trying again", fields)
      else this.#ports.log.error("A step of a task failed; trying again", fields)
      await delay(this.#ports.clock, pauseAfter(again, failures), controller.signal)
    }
    this.#busy.delete(key)
    this.look()
  }

  async #counted(step: Step, signal: AbortSignal): Promise<Outcome> {
    const counts = starting.has(step.do) ? 1 : 0
    this.#starting += counts
    try {
      return await this.#perform(step, signal)
    } finally {
      this.#starting -= counts
    }
  }

  #perform(step: Step, signal: AbortSignal): Promise<Outcome> {
    if (step.do === "prepare") return this.#prepare(signal)
    if (step.do === "hook") return this.#hook(signal)
    const container = this.#task.containers.find((one) => one.name === step.container)
    if (!container) throw new Error(`No container ${step.container} in ${this.#task.arn}`)
    switch (step.do) {
      case "pull":
        return this.#pull(container, signal)
      case "create":
        return this.#create(container)
      case "network":
        return this.#network(container)
      case "start":
        return this.#start(container)
      case "stop":
        return this.#stop(container)
    }
  }

  #fail(name: string, reason: string): void {
    this.#set(name, (one) => (one.known === "STOPPED" ? one : { ...one, known: "STOPPED", desired: "STOPPED", reason }))
  }

  #failTask(error: unknown): void {
    const reason = resourceReason(error)
    this.#update((task) => (task.desired === "STOPPED" ? task : { ...task, desired: "STOPPED", reason }))
  }

  async #prepare(signal: AbortSignal): Promise<Outcome> {
    try {
      const prepared = await steps.prepare(this.#ports, this.#task, signal)
      return () => this.#update((task) => ({ ...task, prepared }))
    } catch (error) {
      if (steps.isOutage(error)) throw error
      return () => this.#failTask(error)
    }
  }

  async #hook(signal: AbortSignal): Promise<Outcome> {
    try {
      await this.#ports.hooks.beforeStart?.(this.#task, signal)
      this.#hooked = true
      return () => {}
    } catch (error) {
      this.#hooked = true
      return () => this.#failTask(error)
    }
  }

  async #pull(container: ContainerSnapshot, signal: AbortSignal): Promise<Outcome> {
    const { clock } = this.#ports
    this.#update((task) => (task.pullStartedAt === undefined ? { ...task, pullStartedAt: clock.now() } : task))
    const pulled = await steps.pull(this.#ports, this.#task, container, signal)
    return () => {
      this.#update((task) => ({ ...task, pullStoppedAt: clock.now() }))
      // A pull that was ended because the task stops has not failed.
      if ("failure" in pulled) return signal.aborted ? undefined : this.#failTask(pulled.failure)
      if ("reason" in pulled) return signal.aborted ? undefined : this.#fail(container.name, pulled.reason)
      const { id, digest } = pulled.image
      this.#images.set(container.name, pulled.image)
      this.#set(container.name, (one) =>
        one.known === "NONE" ? { ...one, known: "PULLED", imageId: id, ...(digest && { imageDigest: digest }) } : one,
      )
    }
  }

  async #create(container: ContainerSnapshot): Promise<Outcome> {
    const made = await steps.create(this.#ports, this.#task, container, this.#images.get(container.name))
    return () => {
      if ("reason" in made) return this.#fail(container.name, made.reason)
      // Found instead of made: it may have run already, and then it must not run again.
      if (made.state) this.adopt([[container.name, made.state]], { mayRestart: false })
      const createdAt = this.#ports.clock.now()
      this.#set(container.name, (one) =>
        one.known === "STOPPED"
          ? { ...one, runtimeId: made.id }
          : { createdAt, ...one, known: "CREATED", runtimeId: made.id },
      )
      if (made.ready) this.#networked(container, made.ready)
    }
  }

  async #network(pause: ContainerSnapshot): Promise<Outcome> {
    const networked = await steps.network(this.#ports, this.#task, pause)
    return () => {
      if ("reason" in networked) return this.#fail(pause.name, networked.reason)
      this.#networked(pause, networked)
    }
  }

  #networked(pause: ContainerSnapshot, { state, isolated }: ReadySandbox): void {
    if (!isolated)
      this.#ports.log.warn("The task's port on the link network could not be isolated", { task: this.#task.arn })
    const address = state.addresses[this.#task.prepared?.linkNetworkId ?? ""]
    // That it runs comes first: of what does not, a task that stops meanwhile takes no more notice.
    this.adopt([[pause.name, state]])
    const linkAddresses = address === undefined ? [] : [address]
    this.#update((task) => ({ ...task, networkReady: true, linkAddresses }))
  }

  async #start(container: ContainerSnapshot): Promise<Outcome> {
    const started = await steps.start(this.#ports, this.#task, container)
    return () => {
      if ("reason" in started) return this.#fail(container.name, started.reason)
      this.observe(container.name, started.state)
    }
  }

  async #stop(container: ContainerSnapshot): Promise<Outcome> {
    const stopSentAt = this.#ports.clock.now()
    this.#set(container.name, (one) => ({ stopSentAt, ...one }))
    try {
      const state = await steps.stop(this.#ports, container)
      return () => this.observe(container.name, state)
    } catch (error) {
      const lost = error instanceof DriverError && error.code === "not-found"
      // One that cannot be stopped still runs: it is tried again for as long as it takes, and said so.
      if (!lost) throw error
      return () => this.observe(container.name, undefined)
    }
  }
}

const hasEnded = ({ status }: ContainerState): boolean => status === "exited" || status === "dead"
