// `down`: removes everything that a data folder owns on this machine, from labels and the record. Never anything else,
// and nothing of it needs a supervisor to run.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { createDocker } from "../docker/index.ts"
import type { Clock, Log } from "../kernel/index.ts"
import { removeCgroup } from "./cgroups.ts"
import { askEngine } from "./daemon/answer.ts"
import { removeDaemon } from "./daemon/remove.ts"
import { knownSockets } from "./engine.ts"
import { type Emptied, emptyEngine } from "./engine-objects.ts"
import { deleteFolder } from "./mounts.ts"
import { ownerCgroup } from "./names.ts"
import { removeNamespace } from "./namespaces.ts"
import { openRecord, recordPath } from "./record.ts"

export interface Removal {
  readonly owner: string
  readonly runFolder: string
  readonly dataFolder: string
  readonly dockerHost?: string | undefined
  readonly runtimeFolder?: string | undefined
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

const sum = (a: Emptied, b: Emptied): Emptied => ({
  containers: a.containers + b.containers,
  networks: a.networks + b.networks,
  volumes: a.volumes + b.volumes,
})

const emptySocket = async (socketPath: string, owner: string): Promise<Emptied> => {
  const docker = createDocker({ socketPath })
  try {
    return await emptyEngine(docker, owner)
  } finally {
    docker.close()
  }
}

/** Every engine on which something of ours may be: the given one, or those that `up` would have found. */
const engines = (options: Removal): readonly string[] =>
  options.dockerHost
    ? [options.dockerHost.replace(/^unix:\/\//, "")]
    : (options.sockets ?? knownSockets(options.runtimeFolder))

/**
 * Stops and removes containers, networks, volumes, daemons, namespaces, cgroups and their folders. May be called again
 * after it failed half way. The supervisor of the data folder must not run.
 */
export const removeEverything = async (options: Removal): Promise<Removed> => {
  const { owner, clock, log } = options
  const record = openRecord(recordPath(options.runFolder))
  let hosts = 0
  let removed: Emptied = { containers: 0, networks: 0, volumes: 0 }
  for (const socket of engines(options)) {
    if ((await askEngine(socket)).kind === "engine") removed = sum(removed, await emptySocket(socket, owner))
  }
  for (const thing of record.things()) {
    if (thing.kind !== "daemon") continue
    await removeDaemon({ record, clock, log }, thing, async (socket) => {
      removed = sum(removed, await emptySocket(socket, owner))
    })
    hosts++
  }
  for (const thing of record.things()) if (thing.kind === "namespace") await removeNamespace(record, thing.name)
  await removeCgroup(ownerCgroup(owner), clock)
  for (const folder of ["m", "e"].map((name) => join(options.runFolder, name)))
    if (existsSync(folder)) await deleteFolder(folder)
  return { ...removed, hosts }
}
