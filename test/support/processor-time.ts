// How much of a processor a process has used, and of the memory: what a busy machine does not change much.
import { readFileSync } from "node:fs"

/** Seconds, in user and system, since the process `pid` began. */
export const processorSeconds = (pid: number): number => {
  // Fields 14 and 15, counted behind the name, which may hold spaces; in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** MB that the process `pid` has in memory. */
export const residentMemory = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024
