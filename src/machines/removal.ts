// `down`: removes everything that a data folder owns on this machine, from labels and the record. Never anything else,
// and nothing of it needs a supervisor to run.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createDocker } from "../docker/index.ts"
import type { Clock, Log } from "../kernel/index.ts"
import { removeCgroup } from "./cgroups.ts"
import { askEngine } from "./daemon/answer.ts"
import { removeDaemon } from "./daemon/remove.ts"
import { knownSockets, notPermitted } from "./engine.ts"
import { type Emptied, emptyEngine } from "./engine-objects.ts"
import type { HelperProgram } from "./helper/container.ts"
import { removeHelperImages } from "./helper/image.ts"
import { sweepCgroup } from "./helper/sweep.ts"
import { deleteFolder } from "./mounts.ts"
import { ownerCgroup } from "./names.ts"
import { removeNamespace } from "./namespaces.ts"
import { openAllSubnets, removeDiversions } from "./networks/way-out.ts"
import { openRecord, type Record, recordPath } from "./record.ts"

export interface Removal {
  readonly owner: string
  readonly runFolder: string
  readonly dataFolder: string
  readonly dockerHost?: string | undefined
  readonly runtimeFolder?: string | undefined
  /** Our own program: what a helper container made as root is removed by one. */
  readonly helperProgram?: () => HelperProgram
  /** Also the images that were made for helper containers. */
  readonly purge?: boolean
  /** As of the search for the engine. */
  readonly sockets?: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

/** What was removed. */
export interface Removed extends Emptied {
  /** Machines apart, and the private engine. */
  readonly hosts: number
}

const nothing: Emptied = { containers: 0, networks: 0, volumes: 0 }

const sum = (a: Emptied, b: Emptied): Emptied => ({
  containers: a.containers + b.containers,
  networks: a.networks + b.networks,
  volumes: a.volumes + b.volumes,
})

const emptySocket = async (socketPath: string, owner: string, clock: Clock): Promise<Emptied> => {
  const docker = createDocker({ socketPath })
  try {
    return await emptyEngine(docker, owner, clock)
  } finally {
    docker.close()
  }
}

/** Every engine on which something of ours may be: those that `up` used, the given one, or those that it would find. */
const engines = (options: Removal, record: Record): string[] => {
  const used = record.things().flatMap((thing) => (thing.kind === "engine" ? thing.name : []))
  const other = options.dockerHost
    ? [options.dockerHost.replace(/^unix:\/\//, "")]
    : (options.sockets ?? knownSockets(options.runtimeFolder))
  return [...new Set([...used, ...other])]
}

/** The control groups of tasks: by ourselves where we may, by a helper container where one made them. */
const removeGroups = async (options: Removal, record: Record): Promise<void> => {
  const { owner, helperProgram, clock } = options
  const helped = record.things().filter((thing) => thing.kind === "helper")
  if (helperProgram) {
    for (const { name: socketPath } of helped) {
      if ((await askEngine(socketPath)).kind !== "engine") continue
      const docker = createDocker({ socketPath })
      try {
        await sweepCgroup(docker, { owner, program: helperProgram() })
        if (options.purge) await removeHelperImages(docker)
      } finally {
        docker.close()
      }
    }
  }
  await removeCgroup(ownerCgroup(owner), clock)
}

/** The results of all; when one has failed, its error, but not before the others have ended too. */
const allEnded = async <T>(work: readonly Promise<T>[]): Promise<T[]> => {
  const ended = await Promise.allSettled(work)
  const failed = ended.find((result) => result.status === "rejected")
  if (failed) throw failed.reason
  return ended.flatMap((result) => (result.status === "fulfilled" ? result.value : []))
}

/**
 * Stops and removes containers, networks, volumes, daemons, namespaces, cgroups and their folders. May be called again
 * after it failed half way. The supervisor of the data folder must not run.
 */
export const removeEverything = async (options: Removal): Promise<Removed> => {
  const { owner, clock, log } = options
  const record = openRecord(recordPath(options.runFolder))
  // All engines at once: each waits for its containers to stop.
  const emptied: Promise<Emptied>[] = engines(options, record).map(async (socket) => {
    const answer = await askEngine(socket)
    if (answer.kind === "engine") return emptySocket(socket, owner, clock)
    const used = record.things().some((thing) => thing.kind === "engine" && thing.name === socket)
    // One that is not there any more has nothing; one that turns us away still has it all.
    if (used && answer.why === "not-permitted") throw notPermitted(socket)
    return nothing
  })
  const daemons = record.things().filter((thing) => thing.kind === "daemon")
  const ended = daemons.map(async (daemon) => {
    let removed = nothing
    await removeDaemon({ record, clock, log }, daemon, async (socket) => {
      removed = await emptySocket(socket, owner, clock)
    })
    return removed
  })
  const removed = (await allEnded([...emptied, ...ended])).reduce(sum, nothing)
  for (const thing of record.things()) if (thing.kind === "namespace") await removeNamespace(record, thing.name)
  await openAllSubnets({ owner, record })
  await removeDiversions({ owner, record })
  await removeGroups(options, record)
  for (const folder of ["m", "e"].map((name) => join(options.runFolder, name)))
    if (existsSync(folder)) await deleteFolder(folder)
  for (const { kind, name } of record.things())
    if (kind === "engine" || kind === "helper" || kind === "cgroup") record.drop(kind, name)
  return { ...removed, hosts: daemons.length }
}
