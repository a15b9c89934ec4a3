// What we made outside Docker, written down in the run folder before it is made: after a SIGKILL the next start, or
// `down`, finds it here. Docker objects are not recorded, they carry labels.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { ProcessIdentity } from "./processes.ts"

/** A dockerd and the containerd under it, with all that belongs to them. */
export interface DaemonThing {
  readonly kind: "daemon"
  readonly name: string
  /** Sockets, pid file, exec root; short, because of the bound on socket paths. */
  readonly runFolder: string
  /** Images, layers, logs. */
  readonly dataFolder: string
  /** The name of the network namespace that it runs in; absent: the one of the supervisor. */
  readonly namespace?: string
  /** As a path below each cgroup hierarchy. */
  readonly cgroup: string
  /** The address of its default bridge with its prefix, `172.17.0.1/16`: for tasks in bridge mode. Absent: it has none. */
  readonly bridge?: string
  /** The resolver that containers on that bridge ask; absent: those of the machine. */
  readonly dns?: string
  /** Absent between the decision to start it and the start. */
  readonly containerd?: ProcessIdentity
  readonly dockerd?: ProcessIdentity
}

/** A network namespace that is kept by a mount in /run/netns. */
export interface NamespaceThing {
  readonly kind: "namespace"
  readonly name: string
}

/** An engine that is not ours and has objects of ours: `down` looks there, whatever it is told. */
export interface EngineThing {
  readonly kind: "engine"
  /** The path of its socket. */
  readonly name: string
}

/** An engine on which a helper container has run: what its agent made as root is removed by such a container too. */
export interface HelperThing {
  readonly kind: "helper"
  /** The path of the engine's socket. */
  readonly name: string
}

/** Rules of ours in the packet filter of the supervisor's network namespace. */
export interface FirewallThing {
  readonly kind: "firewall"
  /** What their comments begin with. */
  readonly name: string
}

/** A control group of ours, with all below it. */
export interface CgroupThing {
  readonly kind: "cgroup"
  /** As a path below each hierarchy. */
  readonly name: string
}

export type Thing = DaemonThing | NamespaceThing | EngineThing | HelperThing | CgroupThing | FirewallThing

/** Where the record of a data folder is. */
export const recordPath = (runFolder: string): string => join(runFolder, "made.json")

/** The list on disk. Every change is on disk when the call returns. */
export interface Record {
  things(): readonly Thing[]
  daemon(name: string): DaemonThing | undefined
  /** Adds a thing, or replaces the one of the same kind and name. */
  put(thing: Thing): void
  drop(kind: Thing["kind"], name: string): void
}

const load = (path: string): Thing[] => {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
  const { version, things } = JSON.parse(text) as { version?: unknown; things?: unknown }
  if (version !== 1 || !Array.isArray(things)) throw new Error(`${path} was written by another version of Roadstead`)
  return things as Thing[]
}

/** Opens the record at `path`, which need not be there yet. Throws on a file that is not ours. */
export const openRecord = (path: string): Record => {
  let things: readonly Thing[] = load(path)
  const same = (a: Thing, kind: string, name: string) => a.kind === kind && a.name === name
  const save = (next: readonly Thing[]) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    // A rename is whole or not at all, so a kill in between leaves the former list.
    writeFileSync(`${path}.new`, JSON.stringify({ version: 1, things: next }), { mode: 0o600 })
    renameSync(`${path}.new`, path)
    things = next
  }
  return {
    things: () => things,
    daemon: (name) => things.find((thing): thing is DaemonThing => thing.kind === "daemon" && thing.name === name),
    put: (thing) => save([...things.filter((known) => !same(known, thing.kind, thing.name)), thing]),
    drop: (kind, name) => save(things.filter((known) => !same(known, kind, name))),
  }
}
