// How many open files a container of this machine can be given. A process without CAP_SYS_RESOURCE cannot raise its hard
// limit, and neither can the engine beside it; Docker then refuses to start what asks for more.
import { readFileSync } from "node:fs"

/** Fargate's own limit: aws-behaviour.md section 8. */
const fargate = 65535
/** The bit of CAP_SYS_RESOURCE: capabilities(7). */
const sysResource = 24n

/** 65535, or this process's hard limit where it is lower and cannot be raised. */
export const mostOpenFiles = (read: (path: string) => string = (path) => readFileSync(path, "utf8")): number => {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(read("/proc/self/status"))?.[1] ?? "0"
  if ((BigInt(`0x${effective}`) >> sysResource) & 1n) return fargate
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(read("/proc/self/limits"))?.[1]
  return hard === undefined ? fargate : Math.min(fargate, Number(hard))
}
