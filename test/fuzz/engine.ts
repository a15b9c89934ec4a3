// Runs a target over many inputs and looks for three things: a throw (the targets let pass what is an answer), an input
// that takes too long, and memory that grows with the run. Says what it found in a form that can be kept and run again.
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Roll } from "./roll.ts"
import type { Target } from "./target.ts"
import { watchdog } from "./watchdog.ts"

export interface FuzzOptions {
  readonly inputs: number
  readonly seed: number
  /** Findings after which the run ends; 1 unless said otherwise. */
  readonly most?: number
  /** Milliseconds without progress after which the process is ended as hanging. */
  readonly patience?: number
}

export interface Finding {
  readonly kind: "crash" | "slow" | "memory"
  readonly seed: number
  /** Which input of the run; with the seed it makes the input again. */
  readonly number: number
  readonly bytes: Uint8Array
  readonly why: string
}

export interface Report {
  readonly inputs: number
  /** Of this thread's CPU, making the inputs included. */
  readonly seconds: number
  readonly findings: readonly Finding[]
}

/** Inputs between two looks at the clock. */
const batch = 64
/** CPU milliseconds of one input: an honest one takes hundredths of one. */
const slowest = 250
/** What the heap may have grown by, collected, from a tenth of the run to its end. */
const growth = 24 * 1024 * 1024

/** The thread's own CPU time in ms: a busy machine takes turns from a test, and those are not its time. */
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Fuzzes a target. The same seed does the same. */
export const fuzz = async <I>(
  target: Target<I>,
  { inputs, seed, most = 1, patience }: FuzzOptions,
): Promise<Report> => {
  const findings: Finding[] = []
  const dog = watchdog(target.name, seed, patience)
  const roll = new Roll()
  const since = cpu()
  // Faults are made by the million; their stacks are only wanted of what is found.
  const stacks = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  let kept = 0
  let done = 0
  // A rejection that nobody handles ends a process as a throw does; it is heard a little later than its input.
  const unheard = (reason: unknown): void => {
    const why = `a rejection that nobody handles: ${reason instanceof Error ? reason.message : String(reason)}`
    const bytes = Uint8Array.from(target.pack(target.make(new Roll().begin(seed, done))))
    findings.push({ kind: "crash", seed, number: done, bytes, why })
  }
  process.on("unhandledRejection", unheard)
  try {
    while (done < inputs && findings.length < most) {
      if (kept === 0 && done >= inputs / 10) kept = heap()
      dog.at(done)
      const until = Math.min(inputs, done + batch)
      const before = cpu()
      for (; done < until && findings.length < most; done++) {
        try {
          const result = target.run(target.make(roll.begin(seed, done)))
          if (result instanceof Promise) await result
        } catch {
          findings.push(await explain(target, seed, done))
        }
      }
      if (cpu() - before > slowest) findings.push(...(await slowOnes(target, seed, until - batch, until)))
    }
    const grown = heap() - kept
    if (kept > 0 && findings.length === 0 && grown > growth) {
      const why = `the heap grew by ${Math.round(grown / 1024 / 1024)} MiB over ${inputs} inputs`
      findings.push({ kind: "memory", seed, number: done, bytes: new Uint8Array(), why })
    }
  } finally {
    Error.stackTraceLimit = stacks
    process.off("unhandledRejection", unheard)
    dog.end()
  }
  return { inputs: done, seconds: (cpu() - since) / 1000, findings }
}

/** Makes an input again, alone: the bytes to keep, smaller where that still fails, and the stack. */
const explain = async <I>(target: Target<I>, seed: number, number: number): Promise<Finding> => {
  const input = target.make(new Roll().begin(seed, number))
  const whole = Uint8Array.from(target.pack(input))
  const first = await failureOf(target, whole)
  const bytes = first === undefined ? whole : await smaller(target, whole, first)
  Error.stackTraceLimit = 20
  const why = (await failureOf(target, bytes)) ?? `it failed in the run and not alone: ${first ?? "nothing was thrown"}`
  Error.stackTraceLimit = 0
  return { kind: "crash", seed, number, bytes, why }
}

/** What running a kept input throws, as text; undefined when nothing. */
export const failureOf = async <I>(target: Target<I>, bytes: Uint8Array): Promise<string | undefined> => {
  try {
    await target.run(target.unpack(bytes))
    return undefined
  } catch (thrown) {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  }
}

const firstLine = (text: string): string => text.slice(0, text.indexOf("\n") >>> 0)

/** Cuts pieces out for as long as the same thing is thrown. */
const smaller = async <I>(target: Target<I>, whole: Uint8Array, failure: string): Promise<Uint8Array> => {
  let bytes = whole
  for (let size = bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = target.cutsFrom?.(bytes) ?? 0; at + size <= bytes.length; ) {
      const less = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + size)])
      const now = await failureOf(target, less)
      if (now !== undefined && firstLine(now) === firstLine(failure)) bytes = less
      else at += size
    }
  }
  return bytes
}

/** The inputs of a slow batch that are slow twice: once may be the compiler or the collector. */
const slowOnes = async <I>(target: Target<I>, seed: number, from: number, to: number): Promise<Finding[]> => {
  const found: Finding[] = []
  for (let number = Math.max(0, from); number < to; number++) {
    const bytes = Uint8Array.from(target.pack(target.make(new Roll().begin(seed, number))))
    const before = cpu()
    await failureOf(target, bytes)
    const took = cpu() - before
    if (took > slowest) found.push({ kind: "slow", seed, number, bytes, why: `${Math.round(took)} ms of CPU` })
  }
  return found
}

let collect: (() => void) | undefined

/** Bytes that live, buffers outside of the heap included. */
const heap = (): number => {
  if (!collect) {
    setFlagsFromString("--expose-gc")
    collect = runInNewContext("gc") as () => void
  }
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
