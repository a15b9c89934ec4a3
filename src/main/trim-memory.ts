// Gives back what starting a process took: modules that were read, contracts that were parsed. V8 would do it some day; a
// program that only waits should not hold it until then.
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Bytes of a heap above which it is left alone: with many records collecting would hold up requests, and gain little. */
const most = 64 * 1024 ** 2

/** Collects once, after so many milliseconds in which the start has come to rest. It takes some tens of milliseconds. */
export const trimMemory = (after = 1_000): void => {
  setTimeout(() => {
    if (process.memoryUsage().heapUsed > most) return
    setFlagsFromString("--expose-gc")
    const collect: unknown = runInNewContext("gc")
    setFlagsFromString("--no-expose-gc")
    if (typeof collect === "function") collect()
  }, after).unref()
}
