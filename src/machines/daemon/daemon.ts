// A dockerd of our own with its own containerd: started in a session of its own so that it outlives us, adopted by
// the next start, ended only on request. What runs on it is somebody else's business.
import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Clock, delay, type Log } from "../../kernel/index.ts"
import { inside } from "../namespaces.ts"
import { findByArgument, identify, isRunning, type ProcessIdentity } from "../processes.ts"
import type { DaemonThing, Record } from "../record.ts"
import { askEngine } from "./answer.ts"

/** The longest path that a unix socket may have here; Node cuts longer ones off in silence. */
export const longestSocketPath = 100

/** Throws when `path` is too long for a unix socket. */
export const checkSocketPath = (path: string): string => {
  if (Buffer.byteLength(path) > longestSocketPath)
    throw new Error(
      `the socket path ${path} is longer than ${longestSocketPath} bytes: choose a shorter run folder (XDG_RUNTIME_DIR)`,
    )
  return path
}

/** Where a daemon keeps what, from the folders of its record. */
export const daemonPaths = (thing: Pick<DaemonThing, "runFolder" | "dataFolder">) => ({
  socket: checkSocketPath(join(thing.runFolder, "docker.sock")),
  // containerd puts a second socket beside it, with `.ttrpc` behind the name.
  containerdSocket: checkSocketPath(join(thing.runFolder, "cd.sock")),
  containerdConfig: join(thing.runFolder, "containerd.toml"),
  containerdState: join(thing.runFolder, "cd"),
  containerdRoot: join(thing.dataFolder, "containerd"),
  config: join(thing.runFolder, "daemon.json"),
  execRoot: join(thing.runFolder, "exec"),
  pidFile: join(thing.runFolder, "docker.pid"),
  dataRoot: join(thing.dataFolder, "docker"),
  log: join(thing.dataFolder, "engine.log"),
})

/** What a daemon needs from around it. */
export interface DaemonContext {
  readonly record: Record
  readonly clock: Clock
  readonly log: Log
}

/** What is decided about a daemon before it starts. */
export type DaemonPlan = Omit<DaemonThing, "kind" | "containerd" | "dockerd">

/** A daemon that did not come up; the message ends with the last lines of its log. */
export class DaemonError extends Error {}

const containerdConfig = (paths: ReturnType<typeof daemonPaths>): string =>
  [
    "version = 2",
    `root = ${JSON.stringify(paths.containerdRoot)}`,
    `state = ${JSON.stringify(paths.containerdState)}`,
    // Kubernetes' interface: nobody asks it here, and it takes a port.
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    "[grpc]",
    `  address = ${JSON.stringify(paths.containerdSocket)}`,
    "",
  ].join("\n")

const dockerdArguments = (thing: DaemonThing, paths: ReturnType<typeof daemonPaths>): string[] => [
  // Without one of its own it would read the machine's /etc/docker/daemon.json.
  `--config-file=${paths.config}`,
  `--host=unix://${paths.socket}`,
  `--data-root=${paths.dataRoot}`,
  `--exec-root=${paths.execRoot}`,
  `--pidfile=${paths.pidFile}`,
  // Of our own: dockerd would else take a containerd of the machine when one runs, and share its life.
  `--containerd=${paths.containerdSocket}`,
  // Where we make every network ourselves, the default bridge would only take addresses.
  thing.bridge === undefined ? "--bridge=none" : `--bip=${thing.bridge}`,
  ...(thing.dns === undefined ? [] : [`--dns=${thing.dns}`]),
  // Containers stay when the daemon is restarted or killed.
  "--live-restore",
  "--exec-opt=native.cgroupdriver=cgroupfs",
  `--cgroup-parent=${thing.cgroup}`,
]

const startDetached = (thing: DaemonThing, command: string, args: readonly string[], log: string) => {
  const out = openSync(log, "a", 0o600)
  const [program, words] = inside(thing.namespace, command, args)
  const child = spawn(program, words, { detached: true, stdio: ["ignore", out, out], cwd: "/" })
  closeSync(out)
  child.unref()
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new DaemonError(`${command} could not be started: ${error.message}`)))
    child.once("exit", (code, signal) => reject(new DaemonError(`${command} ended with ${signal ?? `status ${code}`}`)))
  })
  // It may end long after anybody waits for it; who watches the daemon then is keep.ts.
  failed.catch(() => {})
  return { pid: child.pid, failed }
}

const lastLines = (path: string): string => {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-5).join("\n")
  } catch {
    return "(no log)"
  }
}

/** A daemon of a cold machine takes some seconds; one that hangs is not waited for longer than this. */
const startTimeout = 60_000
const lookEvery = 25

const untilAnswers = async (socket: string, clock: Clock, signal: AbortSignal): Promise<void> => {
  const until = clock.now() + startTimeout
  while (!signal.aborted) {
    const answer = await askEngine(socket)
    if (answer.kind === "engine") return
    if (clock.now() >= until) throw new DaemonError(`the engine at ${socket} does not answer: ${answer.detail}`)
    await delay(clock, lookEvery, signal)
  }
}

const running = (recorded: ProcessIdentity | undefined, argument: string): ProcessIdentity | undefined =>
  recorded && isRunning(recorded) ? recorded : findByArgument(argument)[0]

/**
 * Starts the daemon that `plan` describes, or adopts it when it runs already. Resolves with the path of its socket
 * when it answers. Throws {@link DaemonError}.
 */
export const startDaemon = async (cx: DaemonContext, plan: DaemonPlan): Promise<{ socket: string }> => {
  const known = cx.record.daemon(plan.name)
  const paths = daemonPaths(plan)
  let thing: DaemonThing = { ...known, kind: "daemon", ...plan }
  cx.record.put(thing)
  for (const folder of [plan.runFolder, plan.dataFolder]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(paths.containerdConfig, containerdConfig(paths), { mode: 0o600 })
  writeFileSync(paths.config, "{}\n", { mode: 0o600 })

  const failures: Promise<never>[] = []
  const start = (role: "containerd" | "dockerd", mark: string, args: readonly string[]) => {
    const alive = running(thing[role], mark)
    const child = alive ? undefined : startDetached(thing, role, args, paths.log)
    if (child) failures.push(child.failed)
    const identity = alive ?? (child?.pid === undefined ? undefined : identify(child.pid))
    if (identity) thing = { ...thing, [role]: identity }
    cx.record.put(thing)
    cx.log.debug(alive ? "adopted a daemon" : "started a daemon", { daemon: plan.name, role, pid: identity?.pid })
  }
  start("containerd", paths.containerdConfig, ["--config", paths.containerdConfig])
  // dockerd refuses to start over the pid file of one that was killed. The one that it names is gone: we looked.
  if (!running(thing.dockerd, `--pidfile=${paths.pidFile}`)) rmSync(paths.pidFile, { force: true })
  start("dockerd", `--pidfile=${paths.pidFile}`, dockerdArguments(thing, paths))

  const stop = new AbortController()
  try {
    await Promise.race([untilAnswers(paths.socket, cx.clock, stop.signal), ...failures])
  } catch (error) {
    throw new DaemonError(`${error instanceof Error ? error.message : String(error)}\n${lastLines(paths.log)}`)
  } finally {
    stop.abort()
  }
  return { socket: paths.socket }
}
