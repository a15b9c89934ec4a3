// Runs all controllers: wakes keys on commits, de-duplicates them, looks again when asked, backs off on errors and counts
// what happened. The only place in controllers/ that knows a clock.
import type { Caller, Gate } from "../gate/index.ts"
import {
  type BackOff,
  type Cancel,
  type Clock,
  errorFields,
  type Instant,
  type Log,
  pauseAfter,
  type Scope,
  WorkQueue,
} from "../kernel/index.ts"
import type { Commit, Row, State } from "../state/index.ts"
import type { Controller, ControllerCx } from "./controller.ts"

/** An error in a reconcile is a bug or a race: try again soon, then ever more rarely. */
const backOff: BackOff = { first: 100, factor: 2, max: 60_000 }
/** How many keys are looked at before other work of the process gets its turn. */
const keysPerTurn = 128

export interface RunnerOptions {
  readonly state: State
  readonly gate: Gate
  /** The cloud clock. */
  readonly clock: Clock
  readonly log: Log
  readonly controllers: readonly Controller[]
}

/** Counts of one controller since the start. */
export interface ControllerCounts {
  looks: number
  errors: number
}

export interface Runner {
  counts(): ReadonlyMap<string, Readonly<ControllerCounts>>
  /** Keys that wait for a look now. */
  waiting(): number
  /** Stops looking. A look that runs is over by then, as it is synchronous. */
  stop(): void
}

/** Starts all controllers: every key is looked at once, then as commits and times say. */
export const startControllers = (options: RunnerOptions): Runner => {
  const { state, gate, clock, controllers } = options
  const queue = new WorkQueue<string>()
  const byName = new Map(controllers.map((controller) => [controller.name, controller]))
  const counts = new Map(controllers.map((c) => [c.name, { looks: 0, errors: 0 }]))
  const timers = new Map<string, { at: Instant; cancel: Cancel }>()
  const failures = new Map<string, number>()
  /** Of keys that rest between looks: when they may be looked at again. */
  const rested = new Map<string, Instant>()
  let scheduled = false
  let stopped = false

  // A queue entry is "<controller>\n<key>": one queue keeps the order between controllers.
  const wake = (controller: string, key: string) => {
    const entry = `${controller}\n${key}`
    const from = rested.get(entry)
    if (from !== undefined && clock.now() < from) return lookAt(entry, from)
    rested.delete(entry)
    queue.add(entry)
    if (scheduled || stopped) return
    scheduled = true
    queueMicrotask(turn)
  }

  const lookAt = (entry: string, at: Instant) => {
    const known = timers.get(entry)
    if (known && known.at <= at) return
    known?.cancel()
    const cancel = clock.at(at, () => {
      timers.delete(entry)
      const split = entry.indexOf("\n")
      wake(entry.slice(0, split), entry.slice(split + 1))
    })
    timers.set(entry, { at, cancel })
  }

  const look = (entry: string) => {
    const split = entry.indexOf("\n")
    const controller = byName.get(entry.slice(0, split))
    const count = counts.get(entry.slice(0, split))
    if (!controller || !count) return
    count.looks += 1
    const now = Math.floor(clock.now())
    const log = options.log.child({ controller: controller.name })
    const cx: ControllerCx = {
      now,
      log,
      view: (read) => state.view(read),
      commit: (scope: Scope, caller: Caller, write) => gate.commit(scope, caller, write),
    }
    try {
      const key = entry.slice(split + 1)
      const outcome = controller.reconcile(cx, key)
      failures.delete(entry)
      const pause = controller.rest && state.view((view) => controller.rest?.(view, key))
      if (pause) rested.set(entry, clock.now() + pause)
      if (outcome.again !== undefined) lookAt(entry, outcome.again)
    } catch (thrown) {
      count.errors += 1
      const failed = (failures.get(entry) ?? 0) + 1
      failures.set(entry, failed)
      log.error("A look at a key failed; it will be tried again.", {
        key: entry.slice(split + 1),
        ...errorFields(thrown),
      })
      lookAt(entry, now + pauseAfter(backOff, failed))
    }
  }

  const turn = () => {
    for (let looked = 0; looked < keysPerTurn; looked += 1) {
      const entry = stopped ? undefined : queue.take()
      if (entry === undefined) {
        scheduled = false
        return
      }
      look(entry)
      queue.done(entry)
    }
    setImmediate(turn)
  }

  const onCommit = (commit: Commit) => {
    for (const change of commit.changes) {
      for (const controller of controllers) {
        for (const source of controller.wakes) {
          if (source.table !== change.table) continue
          const row = (change.after ?? change.before) as Row as never
          const keys = state.view((view) => source.keys(row, view, change.before as never))
          if (typeof keys === "string") wake(controller.name, keys)
          else for (const key of keys ?? []) wake(controller.name, key)
        }
      }
    }
  }

  const { seen, stop } = state.watch(
    "committed",
    (view) => controllers.map((c) => [c.name, [...c.keys(view)]] as const),
    onCommit,
  )
  for (const [name, keys] of seen) for (const key of keys) wake(name, key)

  return {
    counts: () => counts,
    waiting: () => queue.size,
    stop: () => {
      stopped = true
      stop()
      for (const { cancel } of timers.values()) cancel()
      timers.clear()
    },
  }
}
