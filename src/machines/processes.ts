// Processes that outlive us: told apart from strangers that got the same pid by start time and boot, ended with a
// bounded wait. Nothing here is ended by name.
import { readdirSync, readFileSync } from "node:fs"
import { type Clock, delay } from "../kernel/index.ts"

/** A process for good: a pid alone may belong to somebody else by the time that we look again. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string
  readonly boot: string
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // A process may end between two looks at /proc: not being there is the answer.
    return undefined
  }
}

const bootId = (): string => read("/proc/sys/kernel/random/boot_id")?.trim() ?? "unknown"

const startTimeOf = (pid: number): string | undefined => {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const [state] = fields
  return state === "Z" || state === "X" ? undefined : fields[19]
}

/** Who has this pid now; undefined when nobody does (a zombie counts as nobody). */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startTime = startTimeOf(pid)
  return startTime === undefined ? undefined : { pid, startTime, boot: bootId() }
}

/** Whether exactly this process still runs. */
export const isRunning = (process: ProcessIdentity): boolean =>
  startTimeOf(process.pid) === process.startTime && bootId() === process.boot

/**
 * Processes that have `argument` as one whole word of their command line. Used with paths of our own run folder only:
 * it finds what was started in the moment before its pid could be recorded.
 */
export const findByArgument = (argument: string): ProcessIdentity[] => {
  const found: ProcessIdentity[] = []
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue
    const words = read(`/proc/${entry}/cmdline`)?.split("\0")
    if (!words?.includes(argument)) continue
    const identity = identify(Number(entry))
    if (identity) found.push(identity)
  }
  return found
}

/** The children of a process, of any process group. */
export const childrenOf = (parent: ProcessIdentity): ProcessIdentity[] => {
  const found: ProcessIdentity[] = []
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue
    const stat = read(`/proc/${entry}/stat`)
    const [, ppid] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? []
    if (ppid !== String(parent.pid)) continue
    const identity = identify(Number(entry))
    if (identity) found.push(identity)
  }
  return found
}

const signal = (process_: ProcessIdentity, name: NodeJS.Signals): void => {
  if (!isRunning(process_)) return
  try {
    process.kill(process_.pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

/** How often to look whether a process that is not our child has ended: there is no event for it. */
const lookEvery = 20

const hasEnded = async (process_: ProcessIdentity, clock: Clock, within: number): Promise<boolean> => {
  const until = clock.now() + within
  while (isRunning(process_)) {
    if (clock.now() >= until) return false
    await delay(clock, lookEvery)
  }
  return true
}

/** Asks a process to end, and kills it when it has not after `grace` ms. Resolves when it is gone. */
export const endProcess = async (process_: ProcessIdentity, clock: Clock, grace = 10_000): Promise<void> => {
  signal(process_, "SIGTERM")
  if (await hasEnded(process_, clock, grace)) return
  signal(process_, "SIGKILL")
  if (!(await hasEnded(process_, clock, 5_000))) throw new Error(`process ${process_.pid} does not end`)
}

/** Kills a process at once and waits until it is gone. */
export const killProcess = (process_: ProcessIdentity, clock: Clock): Promise<void> => {
  signal(process_, "SIGKILL")
  return endProcess(process_, clock, 5_000)
}
