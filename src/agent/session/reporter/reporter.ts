// Tells the control plane what happens to tasks, at once: in order and one report at a time per task, up to ten tasks
// in parallel, until each is acknowledged. What was acknowledged is in the checkpoint, the rest is said again at a start.
import { type Cancel, errorFields, Fault, pauseAfter, WorkQueue } from "../../../kernel/index.ts"
import type { TaskSnapshot } from "../../types.ts"
import type { SessionParts } from "../ports.ts"
import { Ledger } from "./ledger.ts"
import { reportOf } from "./report.ts"

export interface ReporterOptions
  extends Pick<SessionParts, "cluster" | "ecs" | "engine" | "checkpoint" | "clock" | "log"> {
  /**
   * Settles when the last log lines of the task are delivered; undefined when there is nothing to wait for. A task is
   * not said to be STOPPED before, or before `logPatience` is over.
   */
  logsDelivered(taskArn: string): Promise<void> | undefined
}

export interface Reporter {
  /** Begins: says what the checkpoint holds and was not acknowledged, and follows the engine. */
  start(): void
  /** Tries again at once what waits for its next attempt: the control plane was just reached. */
  kick(): void
  close(): void
}

/** The protocol's bound on parallel reports of an agent. */
const parallel = 10
const pauses = { first: 1_000, factor: 1.3, max: 30_000 }
/** How long a STOPPED waits for the last log lines before it goes without them (they follow later). */
const logPatience = 5_000

/** See the head of the file. */
export const createReporter = ({
  cluster,
  ecs,
  engine,
  checkpoint,
  clock,
  log,
  logsDelivered,
}: ReporterOptions): Reporter => {
  const ledgers = new Map<string, Ledger>()
  const queue = new WorkQueue<string>()
  const retries = new Map<string, Cancel>()
  const failures = new Map<string, number>()
  /** Tasks whose logs are through, or have been waited for. */
  const logsSettled = new Set<string>()
  const waits = new Map<string, Cancel>()
  let running = 0
  let closed = false
  let unfollow: Cancel = () => {}

  const ready = (arn: string) => {
    if (closed || retries.has(arn)) return
    queue.add(arn)
    pump()
  }

  const pump = () => {
    while (!closed && running < parallel) {
      const arn = queue.take()
      if (arn === undefined) return
      running++
      void say(arn).finally(() => {
        running--
        queue.done(arn)
        pump()
      })
    }
  }

  const say = async (arn: string): Promise<void> => {
    const ledger = ledgers.get(arn)
    const draft = ledger?.draft(logsSettled.has(arn))
    if (!ledger || !draft) return
    try {
      await ecs("SubmitTaskStateChange", reportOf(cluster, draft.task, draft.status, draft.steps))
    } catch (error) {
      if (closed) return
      if (!(error instanceof Fault && error.code === "InvalidParameterException")) return retryLater(arn, error)
      // It would be refused for ever; the protocol drops the event.
      log.error("A report was refused by the control plane and dropped", {
        task: arn,
        status: draft.status,
        ...errorFields(error),
      })
    }
    // The checkpoint is closed by now: the next start says it again.
    if (closed) return
    failures.delete(arn)
    checkpoint.saveReported(arn, ledger.acknowledge(draft))
    if (ledger.settled) settle(arn)
    else ready(arn)
  }

  const retryLater = (arn: string, error: unknown) => {
    const count = (failures.get(arn) ?? 0) + 1
    failures.set(arn, count)
    const pause = pauseAfter(pauses, count)
    log.warn("A report could not be delivered and will be tried again", {
      task: arn,
      retryInMs: Math.round(pause),
      ...errorFields(error),
    })
    retries.set(
      arn,
      clock.at(clock.now() + pause, () => {
        retries.delete(arn)
        ready(arn)
      }),
    )
  }

  const settle = (arn: string) => {
    ledgers.delete(arn)
    logsSettled.delete(arn)
    waits.get(arn)?.()
    waits.delete(arn)
    engine.settled(arn)
  }

  /** Lets the STOPPED of a task go once its logs are delivered, or the patience with them is over. */
  const awaitLogs = (arn: string) => {
    if (logsSettled.has(arn) || waits.has(arn)) return
    const delivered = logsDelivered(arn)
    const go = () => {
      waits.get(arn)?.()
      waits.delete(arn)
      if (closed || !ledgers.has(arn)) return
      logsSettled.add(arn)
      ready(arn)
    }
    if (!delivered) return void logsSettled.add(arn)
    waits.set(arn, clock.at(clock.now() + logPatience, go))
    delivered.then(go, go)
  }

  const note = (task: TaskSnapshot) => {
    const known = ledgers.get(task.arn)
    known?.note(task)
    const ledger = known ?? new Ledger(task, checkpoint.tasks().find((stored) => stored.arn === task.arn)?.reported)
    if (ledger.settled) return
    ledgers.set(task.arn, ledger)
    if (ledger.stopped) awaitLogs(task.arn)
    ready(task.arn)
  }

  return {
    start: () => {
      unfollow = engine.onChange((change) => {
        if (change.what !== "health" && change.what !== "log") note(change.task)
      })
      // A crash may have come between an acknowledgement and the engine hearing of it.
      for (const stored of checkpoint.tasks()) if (stored.reported?.status === "STOPPED") engine.settled(stored.arn)
      for (const task of engine.tasks()) note(task)
    },
    kick: () => {
      for (const [arn, cancel] of [...retries]) {
        cancel()
        retries.delete(arn)
        failures.delete(arn)
        ready(arn)
      }
    },
    close: () => {
      closed = true
      unfollow()
      for (const cancel of [...retries.values(), ...waits.values()]) cancel()
      retries.clear()
      waits.clear()
    },
  }
}
