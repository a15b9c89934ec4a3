// Killing processes of a running Roadstead, found as its children in /proc: never by name alone.
import { readdirSync, readFileSync } from "node:fs"
import { delay } from "../../src/kernel/index.ts"
import { realClock } from "./real-clock.ts"
import type { RunningRoadstead } from "./up.ts"

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

const processes = (): Process[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8")
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
        return [
          { pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ") },
        ]
      } catch {
        // It ended while we looked.
        return []
      }
    })

const childrenOf = (roadstead: RunningRoadstead): Process[] =>
  processes().filter((process) => process.parent === roadstead.process.pid)

/** Kills one of our processes at once. Throws when it does not run. */
export const killProcess = async (roadstead: RunningRoadstead, entry: string): Promise<void> => {
  const end = realClock.now() + 30_000
  for (;;) {
    const found = childrenOf(roadstead).find((process) => process.command.includes(entry))
    if (found) {
      process.kill(found.pid, "SIGKILL")
      return
    }
    // It was killed a moment ago and is being started again.
    if (realClock.now() > end) throw new Error(`${entry} does not run`)
    await delay(realClock, 20)
  }
}

/** Kills supervisor, control plane and agent at once, and waits until they are gone. */
export const killAll = async (roadstead: RunningRoadstead): Promise<void> => {
  const all = childrenOf(roadstead)
  roadstead.process.kill("SIGKILL")
  for (const { pid } of all) process.kill(pid, "SIGKILL")
  await roadstead.stop()
  while (processes().some(({ pid }) => all.some((killed) => killed.pid === pid))) await delay(realClock, 10)
}
