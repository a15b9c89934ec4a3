// Holds the tasks of a container host: takes them from payloads, hears the container engine's events, finds containers
// again after a restart, and cleans up. How one task goes on is task-run.ts.
import { type BackOff, type Cancel, delay, errorFields, pauseAfter } from "../../kernel/index.ts"
import type { AcsTask, PreparedSandbox } from "../../protocol/index.ts"
import type { ContainerState, DriverEvent } from "../driver.ts"
import type { TaskChange, TaskEngine, TaskSnapshot } from "../types.ts"
import { admit, unknownStop } from "./admit.ts"
import { byHandle, match, orphans } from "./adopt.ts"
import { changesBetween, saveTime } from "./changes.ts"
import { cleanUp, isFollowed } from "./clean-up.ts"
import { createLooks, type Looks } from "./looks.ts"
import { ownLabels, taskId, taskLabel } from "./names.ts"
import { createTaskNetworks } from "./networks.ts"
import type { TaskEngineParts } from "./options.ts"
import { createPulls } from "./pulls.ts"
import { createSandboxes } from "./sandboxes.ts"
import type { StepContext } from "./steps.ts"
import { TaskRun } from "./task-run.ts"

const again: BackOff = { first: 100, factor: 2, max: 5_000 }

/** What the engine keeps of a task beside its run. */
interface Entry {
  readonly run: TaskRun
  settled: boolean
  readonly logsDone: Set<string>
  cleaning: boolean
  /** Processes of the task that the kernel killed for want of memory, as far as they are accounted for. */
  oomKills: number
}

/** Builds a {@link TaskEngine}; nothing happens before `start`. */
export const createTaskEngine = (parts: TaskEngineParts): TaskEngine => new Engine(parts)

class Engine implements TaskEngine {
  readonly #parts: TaskEngineParts
  readonly #context: StepContext
  readonly #entries = new Map<string, Entry>()
  /** Which container of which task has this id. */
  readonly #byRuntime = new Map<string, { readonly arn: string; readonly name: string }>()
  readonly #listeners = new Set<(change: TaskChange) => void>()
  readonly #looks: Looks
  readonly #ended = new AbortController()
  #unwatch: Cancel = () => {}
  #resyncing: Promise<void> = Promise.resolve()
  /** Changes that adoption found, held back until `start` has answered. */
  #held: TaskChange[] | undefined

  constructor(parts: TaskEngineParts) {
    this.#parts = parts
    const { driver, clock, log, options } = parts
    const networks = createTaskNetworks({ driver, clock, owner: options.owner })
    this.#context = {
      driver,
      clock,
      log,
      options,
      hooks: parts.hooks ?? {},
      resolvers: parts.resolvers ?? {},
      pulls: createPulls({ driver, clock, log, behaviour: options.imagePull ?? "default" }),
      networks,
      sandboxes: createSandboxes({ driver, clock, log, options, networks, isStarting: () => this.#isStarting() }),
      hostCpus: async () => (await driver.info()).cpus,
    }
    this.#looks = createLooks(parts, (id, state, exitCode) => this.#apply(id, state, exitCode))
  }

  async start(): Promise<void> {
    const { checkpoint, clock } = this.#parts
    this.#held = []
    for (const { snapshot } of checkpoint.tasks()) this.#hold(snapshot)
    for (let failures = 1; !(await this.#resync({ mayRestart: false })); failures++) {
      await delay(clock, pauseAfter(again, failures), this.#ended.signal)
      if (this.#ended.signal.aborted) return
    }
    this.#unwatch = this.#parts.driver.watch((event) => this.#hear(event))
    for (const { run } of this.#entries.values()) run.look()
    clock.at(clock.now(), () => this.#release())
  }

  async accept(tasks: readonly AcsTask[]): Promise<{ readonly rejected: readonly string[] }> {
    const stops = tasks.filter((task) => task.desiredStatus === "STOPPED")
    const starts = tasks.filter((task) => task.desiredStatus !== "STOPPED")
    const rejected: string[] = []
    for (const task of stops) {
      const entry = this.#entries.get(task.arn)
      if (entry) entry.run.raiseStop()
      else this.#take(unknownStop(task))
    }
    for (const task of starts) {
      // Sent again: desired status only rises, and RUNNING is the lowest.
      if (this.#entries.has(task.arn)) continue
      const { ids, options } = this.#parts
      const admission = admit(task, { ids, owner: options, pauseImage: options.pauseImage })
      if (admission.rejected) rejected.push(task.arn)
      this.#take(admission.task)
    }
    return { rejected }
  }

  prepare(wanted: readonly PreparedSandbox[]): void {
    // Ports are published by the container that holds the network, and which they are only its task says.
    this.#context.sandboxes.wish(this.#parts.options.publish === undefined ? wanted : [])
  }

  tasks(): readonly TaskSnapshot[] {
    return [...this.#entries.values()].map(({ run }) => run.task)
  }

  task(arn: string): TaskSnapshot | undefined {
    return this.#entries.get(arn)?.run.task
  }

  onChange(listener: (change: TaskChange) => void): Cancel {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  settled(arn: string): void {
    const entry = this.#entries.get(arn)
    if (!entry) return
    entry.settled = true
    this.#consider(arn)
  }

  logsDone(arn: string, container: string): void {
    this.#entries.get(arn)?.logsDone.add(container)
    this.#consider(arn)
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#unwatch()
    this.#looks.close()
    this.#context.sandboxes.close()
    for (const { run } of this.#entries.values()) run.close()
    await this.#resyncing
  }

  #isStarting(): boolean {
    return [...this.#entries.values()].some(({ run }) => run.isStarting)
  }

  /** A task that is new: stored first, then begun (or told to be over already). */
  #take(task: TaskSnapshot): void {
    this.#parts.checkpoint.saveTask({ arn: task.arn, snapshot: task })
    const { run } = this.#hold(task)
    if (task.known === "STOPPED") this.#tell({ task, what: "status" })
    run.look()
  }

  #hold(task: TaskSnapshot): Entry {
    const run = new TaskRun(task, {
      ...this.#context,
      changed: (before, after) => this.#changed(before, after),
      idle: () => this.#consider(task.arn),
    })
    const entry: Entry = { run, settled: false, logsDone: new Set(), cleaning: false, oomKills: 0 }
    this.#entries.set(task.arn, entry)
    this.#index(task)
    return entry
  }

  #index(task: TaskSnapshot): void {
    for (const { runtimeId, name } of task.containers) {
      if (runtimeId === undefined) continue
      this.#byRuntime.set(runtimeId, { arn: task.arn, name })
      this.#context.sandboxes.noted(runtimeId)
    }
  }

  #changed(before: TaskSnapshot, after: TaskSnapshot): void {
    this.#context.sandboxes.stir()
    this.#index(after)
    const when = saveTime(before, after)
    const save = () => this.#parts.checkpoint.saveTask({ arn: after.arn, snapshot: after })
    if (when === "before") save()
    for (const change of changesBetween(before, after)) this.#tell(change)
    if (when === "after") save()
  }

  #tell(change: TaskChange): void {
    if (this.#held) this.#held.push(change)
    else for (const listener of this.#listeners) listener(change)
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const change of held) this.#tell(change)
  }

  #hear(event: DriverEvent): void {
    if (event.type === "resync") {
      void this.#resync({ mayRestart: true })
      return
    }
    // Starts are ours, and an `oom` is followed by the `die` that matters.
    if (event.type === "start" || event.type === "oom" || !this.#byRuntime.has(event.id)) return
    if (event.type !== "die") this.#looks.add(event.id)
    else if (!this.#endedAs(event)) this.#looks.add(event.id, event.exitCode)
  }

  /** Takes a container's end from the event alone, if that says all of it. */
  #endedAs({ id, exitCode, at }: DriverEvent & { type: "die" }): boolean {
    const known = this.#byRuntime.get(id)
    const run = known && this.#entries.get(known.arn)?.run
    if (!run || exitCode === undefined || at === undefined) return false
    return run.endedAs(known.name, { exitCode, finishedAt: at })
  }

  async #apply(id: string, state: ContainerState | undefined, exitCode: number | undefined): Promise<void> {
    const known = this.#byRuntime.get(id)
    const entry = known && this.#entries.get(known.arn)
    if (!entry) return
    const groupOutOfMemory = state?.exitCode === 137 && (await this.#countsOomKill(entry))
    entry.run.observe(known.name, state, { groupOutOfMemory, ...(exitCode !== undefined && { exitCode }) })
  }

  async #countsOomKill(entry: Entry): Promise<boolean> {
    const { task } = entry.run
    if (task.prepared?.cgroupParent === undefined) return false
    const kills = await this.#parts.driver.groupOomKills(taskId(task.arn))
    const more = kills > entry.oomKills
    entry.oomKills = kills
    return more
  }

  /** Looks at everything that is ours. False when the engine could not be asked. One at a time. */
  #resync(how: { mayRestart: boolean }): Promise<boolean> {
    const next = this.#resyncing.then(async () => {
      try {
        await this.#compare(how)
        return true
      } catch (error) {
        this.#parts.log.warn("Could not list the containers of this host", errorFields(error))
        return false
      }
    })
    this.#resyncing = next.then(() => {})
    return next
  }

  async #compare({ mayRestart }: { mayRestart: boolean }): Promise<void> {
    const { driver, log, options } = this.#parts
    const expected = new Set(this.#byRuntime.keys())
    const states = await driver.list(ownLabels(options))
    if (this.#ended.signal.aborted) return
    const found = byHandle(states)
    for (const { run } of this.#entries.values()) {
      run.adopt(match(run.task, found, expected), { mayRestart })
      run.look()
    }
    const handles = new Set(
      this.tasks().flatMap((task) => task.containers.flatMap((one) => [one.runtimeId, one.runtimeName])),
    )
    const known = {
      task: (arn: string) => this.#entries.has(arn),
      handle: (idOrName: string) => handles.has(idOrName),
      sandbox: (state: ContainerState) => this.#context.sandboxes.holds(state),
    }
    for (const { id, name, labels } of orphans(states, known)) {
      log.warn("Removing a container whose task is not known any more", { container: name, task: labels[taskLabel] })
      await driver.remove(id)
    }
  }

  /** Cleans up after a task if the time has come. */
  #consider(arn: string): void {
    const entry = this.#entries.get(arn)
    if (!entry || entry.cleaning || !entry.settled || !entry.run.isIdle || entry.run.task.known !== "STOPPED") return
    if (entry.run.task.containers.some((one) => isFollowed(one) && !entry.logsDone.has(one.name))) return
    entry.cleaning = true
    void this.#cleanUp(arn, entry)
  }

  async #cleanUp(arn: string, { run }: Entry): Promise<void> {
    const { options, checkpoint, credentials } = this.#parts
    const { signal } = this.#ended
    await cleanUp(this.#parts, run.task, { wait: options.cleanupWaitMs ?? 0, signal })
    if (signal.aborted) return
    run.close()
    this.#entries.delete(arn)
    for (const { runtimeId } of run.task.containers) if (runtimeId !== undefined) this.#byRuntime.delete(runtimeId)
    checkpoint.removeTask(arn)
    credentials.forget(arn)
  }
}
