// Control groups of ours, on version 1 (one tree per controller) and version 2 (one tree): finding and removing them.
// The limits of tasks are the agent's business; those of a whole EC2 instance are here.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
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

/** Microseconds over which a group's share of CPU is counted: the kernel's own default. */
const period = 100_000

/** What the whole of a group may take. */
export interface Limits {
  readonly vcpus: number
  readonly memoryMiB: number
}

/**
 * Makes a group of ours and keeps all below it within `limits`. Where no group can be written nothing is limited, and
 * `roadstead doctor` says so.
 */
export const limitCgroup = (group: string, { vcpus, memoryMiB }: Limits): void => {
  const quota = String(vcpus * period)
  const bytes = String(memoryMiB * 1024 * 1024)
  const version = cgroupVersion()
  const set = (folder: string, file: string, value: string) => {
    mkdirSync(folder, { recursive: true })
    if (existsSync(join(folder, file))) writeFileSync(join(folder, file), value)
  }
  if (version === 1) {
    set(join(root, "memory", group), "memory.limit_in_bytes", bytes)
    set(join(root, "cpu", group), "cpu.cfs_quota_us", quota)
  } else if (version === 2) {
    const names = group.split("/").filter(Boolean)
    mkdirSync(join(root, group), { recursive: true })
    for (let depth = 0; depth < names.length; depth++)
      writeFileSync(join(root, ...names.slice(0, depth), "cgroup.subtree_control"), "+cpu +memory +pids")
    set(join(root, group), "memory.max", bytes)
    set(join(root, group), "cpu.max", `${quota} ${period}`)
  }
}
