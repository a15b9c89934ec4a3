// Ending a daemon of ours for good, with its containers, mounts, cgroups and folders. Works from the record alone: the
// daemon may be alive, dead, or half started.
import { type Clock, errorFields, type Log } from "../../kernel/index.ts"
import { removeCgroup } from "../cgroups.ts"
import { deleteFolder } from "../mounts.ts"
import { childrenOf, endProcess, findByArgument, isRunning, killProcess } from "../processes.ts"
import type { DaemonThing, Record } from "../record.ts"
import { daemonPaths } from "./daemon.ts"

/** dockerd waits this long for its own children, so give it a little more. */
const grace = 15_000

interface Context {
  readonly record: Record
  readonly clock: Clock
  readonly log: Log
}

/** Ends the daemon as {@link endDaemon} does, deletes its folders, and drops it from the record. */
export const removeDaemon = async (
  cx: Context,
  thing: DaemonThing,
  emptied: (socket: string) => Promise<void> = async () => {},
): Promise<void> => {
  await endDaemon(cx, thing, emptied)
  await deleteFolder(thing.runFolder)
  await deleteFolder(thing.dataFolder)
  cx.record.drop("daemon", thing.name)
  cx.log.debug("removed a daemon", { daemon: thing.name })
}

/**
 * Ends the daemon and its containerd, and kills what is left of its containers. `emptied` is called first, while the
 * daemon may still answer, to stop containers in order.
 */
export const endDaemon = async (
  cx: Context,
  thing: DaemonThing,
  emptied: (socket: string) => Promise<void>,
): Promise<void> => {
  const paths = daemonPaths(thing)
  try {
    await emptied(paths.socket)
  } catch (error) {
    // A daemon that no longer answers cannot stop its containers; they are killed below.
    cx.log.warn("an engine of ours could not be emptied before it ends", { daemon: thing.name, ...errorFields(error) })
  }
  const dockerd = [
    ...(thing.dockerd && isRunning(thing.dockerd) ? [thing.dockerd] : []),
    ...findByArgument(`--pidfile=${paths.pidFile}`),
  ]
  for (const process of dockerd) await endProcess(process, cx.clock, grace)
  // The shims of containers that are still alive name the containerd that they report to. A shim's children are the
  // first processes of its containers: with each of them all of its pid namespace ends.
  for (const shim of findByArgument(paths.containerdSocket)) {
    for (const first of childrenOf(shim)) await killProcess(first, cx.clock)
    await killProcess(shim, cx.clock)
  }
  await removeCgroup(thing.cgroup, cx.clock)
  const containerd = [
    ...(thing.containerd && isRunning(thing.containerd) ? [thing.containerd] : []),
    ...findByArgument(paths.containerdConfig),
  ]
  for (const process of containerd) await endProcess(process, cx.clock, grace)
}
