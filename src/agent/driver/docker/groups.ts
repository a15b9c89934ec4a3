// The cgroup that limits all containers of a task together, in each form that an engine may want its parent in.
// Nothing here knows containers: Docker puts them below the parent that createGroup answers.
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Log } from "../../../kernel/index.ts"
import type { ContainerDriver, GroupLimits } from "../../driver.ts"

/** Microseconds over which a group's share of CPU is counted: the kernel's own default. */
const period = 100_000

/** How the engine keeps its cgroups: `CgroupDriver` and `CgroupVersion` of `GET /info`. */
export interface CgroupForm {
  readonly driver: "cgroupfs" | "systemd"
  readonly version: 1 | 2
}

type Groups = Pick<ContainerDriver, "createGroup" | "removeGroup" | "groupOomKills">

export interface GroupOptions {
  readonly form: () => Promise<CgroupForm | undefined>
  readonly log: Log
  /** Where cgroups are mounted. */
  readonly mount?: string
  /** The parent of all groups, a path such as `roadstead/host`: one per engine. */
  readonly parent?: string
  readonly run?: (program: string, words: readonly string[]) => Promise<void>
}

/** The calls about groups. Where no cgroup can be written `createGroup` answers undefined and says so once in the log. */
export const groupCalls = (options: GroupOptions): Groups => {
  const { form, log, mount = "/sys/fs/cgroup", run = execute } = options
  const parent = (options.parent ?? "roadstead").split("/").filter(Boolean).join("/")
  let told = false
  const kindOf = async () => {
    const its = await form()
    if (!its) return undefined
    if (its.driver === "systemd") return slices(run, parent, mount, its.version)
    return its.version === 2 ? unified(mount, parent) : hierarchies(mount, parent)
  }
  return {
    async createGroup(name, limits) {
      try {
        return await (await kindOf())?.create(name, limits)
      } catch (error) {
        if (!told) log.warn("No cgroup can be written: tasks are limited per container", { error: String(error) })
        told = true
        return undefined
      }
    },
    removeGroup: async (name) => (await kindOf())?.remove(name),
    groupOomKills: async (name) => (await kindOf())?.oomKills(name) ?? 0,
  }
}

interface Kind {
  create(name: string, limits: GroupLimits): Promise<string>
  remove(name: string): Promise<void>
  oomKills(name: string): Promise<number>
}

const bytes = (mebibytes: number): string => String(mebibytes * 1024 * 1024)
const quota = (cpu: number): number => Math.round(cpu * period)

/** Version 1: one folder per controller, of which ours are two. Docker makes the same path in the others. */
const hierarchies = (mount: string, parent: string): Kind => ({
  async create(name, { cpu, memoryMiB }) {
    const memory = join(mount, "memory", parent, name)
    const cpus = join(mount, "cpu", parent, name)
    const path = `${parent}/${name}`
    await Promise.all([makeFolders(join(mount, "memory"), path), makeFolders(join(mount, "cpu"), path)])
    if (memoryMiB !== undefined) {
      await writeFile(join(memory, "memory.limit_in_bytes"), bytes(memoryMiB))
      // Absent where swap is not accounted for. A task has no swap, as on Fargate.
      const swap = join(memory, "memory.memsw.limit_in_bytes")
      if (existsSync(swap)) await writeFile(swap, bytes(memoryMiB))
    }
    if (cpu !== undefined) {
      await writeFile(join(cpus, "cpu.cfs_period_us"), String(period))
      await writeFile(join(cpus, "cpu.cfs_quota_us"), String(quota(cpu)))
    }
    return `/${parent}/${name}`
  },
  async remove(name) {
    const controllers = await readdir(mount)
    await Promise.all(controllers.map((controller) => removeTree(join(mount, controller, parent, name))))
  },
  // Version 1 counts a kill in the container's own folder only, which is gone by then. Docker's OOMKilled says it.
  oomKills: async () => 0,
})

/** Version 2: one folder; the controllers have to be handed down level by level. */
const unified = (mount: string, parent: string): Kind => ({
  async create(name, { cpu, memoryMiB }) {
    const folder = join(mount, parent, name)
    await makeFolders(mount, `${parent}/${name}`)
    const names = parent.split("/")
    for (let depth = 0; depth <= names.length; depth++) {
      const level = join(mount, ...names.slice(0, depth))
      await writeFile(join(level, "cgroup.subtree_control"), "+cpu +memory +pids")
    }
    if (memoryMiB !== undefined) {
      await writeFile(join(folder, "memory.max"), bytes(memoryMiB))
      const swap = join(folder, "memory.swap.max")
      if (existsSync(swap)) await writeFile(swap, "0")
    }
    if (cpu !== undefined) await writeFile(join(folder, "cpu.max"), `${quota(cpu)} ${period}`)
    return `/${parent}/${name}`
  },
  remove: (name) => removeTree(join(mount, parent, name)),
  oomKills: (name) => readOomKills(join(mount, parent, name)),
})

/** systemd owns the tree: a slice is asked of it, whose name says its place (`a-b.slice` is in `a.slice`). */
const slices = (run: NonNullable<GroupOptions["run"]>, parent: string, mount: string, version: 1 | 2): Kind => {
  const names = parent.replaceAll("-", "_").split("/")
  const root = names.join("-")
  const folders = names.map((_, i) => `${names.slice(0, i + 1).join("-")}.slice`)
  const slice = (name: string) => `${root}-${name}.slice`
  return {
    async create(name, { cpu, memoryMiB }) {
      const memory = version === 2 ? "MemoryMax" : "MemoryLimit"
      const properties = [
        ...(memoryMiB === undefined ? [] : [`${memory}=${bytes(memoryMiB)}`]),
        ...(memoryMiB === undefined || version === 1 ? [] : ["MemorySwapMax=0"]),
        ...(cpu === undefined ? [] : [`CPUQuota=${Math.round(cpu * 100)}%`]),
      ]
      await run("systemctl", ["start", slice(name)])
      if (properties.length > 0) await run("systemctl", ["set-property", "--runtime", slice(name), ...properties])
      return slice(name)
    },
    async remove(name) {
      // Fails when the slice is gone, which is what is wanted.
      await run("systemctl", ["stop", slice(name)]).catch(() => {})
      await run("systemctl", ["revert", slice(name)]).catch(() => {})
    },
    oomKills: (name) => (version === 2 ? readOomKills(join(mount, ...folders, slice(name))) : Promise.resolve(0)),
  }
}

/** One level after the other: Node's own `recursive` never ends where the kernel says ENOENT for a folder that it refuses. */
const makeFolders = async (mount: string, path: string): Promise<void> => {
  let folder = mount
  for (const name of path.split("/")) {
    folder = join(folder, name)
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error
    })
  }
}

const readOomKills = async (folder: string): Promise<number> => {
  const events = await readFile(join(folder, "memory.events"), "utf8").catch(() => "")
  return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0)
}

/** Removes a cgroup and those below it. Their files cannot be removed; a folder goes when no process is in it. */
const removeTree = async (folder: string): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name))
  try {
    await rmdir(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // ENOTDIR and ENOENT: nothing of that name in this controller (the mount also holds plain files).
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error
  }
}

const execute = (program: string, words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(program, words, (error, _, stderr) =>
      error ? reject(new Error(stderr.trim() || error.message)) : resolve(),
    )
  })
