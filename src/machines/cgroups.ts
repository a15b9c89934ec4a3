// Control groups of ours, on version 1 (one tree per controller) and version 2 (one tree): finding and removing them.
// What limits are written into them is the agent's business.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs"
import { join } from "node:path"
import { type Clock, delay } from "../kernel/index.ts"
import { identify, killProcess } from "./processes.ts"

const root = "/sys/fs/cgroup"

/** 2 where the unified tree is the only one, else 1; undefined when no tree is mounted. */
export const cgroupVersion = (): 1 | 2 | undefined => {
  if (existsSync(join(root, "cgroup.controllers"))) return 2
  return existsSync(join(root, "memory")) || existsSync(join(root, "cpu")) ? 1 : undefined
}

/** The roots of all trees: `/sys/fs/cgroup` itself, or each controller's folder in it. */
export const cgroupTrees = (): string[] => {
  if (cgroupVersion() === 2) return [root]
  if (!existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
}

const childrenOf = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name))
  } catch {
    // The kernel removes groups while we read.
    return []
  }
}

const pidsIn = (folder: string): number[] => {
  try {
    return readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number)
  } catch {
    return []
  }
}

const removeTree = async (folder: string, clock: Clock): Promise<void> => {
  for (const child of childrenOf(folder)) await removeTree(child, clock)
  for (let attempt = 0; existsSync(folder); attempt++) {
    for (const pid of pidsIn(folder)) {
      const process = identify(pid)
      if (process) await killProcess(process, clock)
    }
    try {
      rmdirSync(folder)
    } catch (error) {
      // EBUSY: the kernel still takes the last process apart.
      const { code } = error as NodeJS.ErrnoException
      if (code === "ENOENT") return
      if (code !== "EBUSY" || attempt >= 100) throw error
      await delay(clock, 20)
    }
  }
}

/** Kills every process in a group of ours (`/roadstead-…`) and below, and removes the group from all trees. */
export const removeCgroup = async (group: string, clock: Clock): Promise<void> => {
  if (!/^\/roadstead-[\w-]+(\/[\w-]+)*$/.test(group)) throw new Error(`${group} is not a control group of ours`)
  for (const tree of cgroupTrees()) await removeTree(join(tree, group), clock)
}
