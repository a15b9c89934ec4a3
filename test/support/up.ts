// Starts the program as a user does, waits until it says that it is ready, and ends it in order. For tests and benches
// that look at Roadstead from outside; nothing of its inside is reached from here.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** A Roadstead that answers. */
export interface RunningRoadstead {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string
  readonly process: ChildProcess
  /** What it printed so far, line by line. */
  readonly printed: readonly string[]
  /** Sends SIGTERM and resolves to the exit code, or to the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>
}

const source = fileURLToPath(new URL("../../src/main/cli.ts", import.meta.url))

/**
 * Runs `roadstead up` with further `args`: from the sources, or by `command` (an installed `roadstead`). Rejects with what
 * it printed when it ends before it is ready.
 */
export const startUp = async (
  args: readonly string[],
  options: {
    command?: string
    cwd?: string
    env?: NodeJS.ProcessEnv
    /** The whole command in place of `roadstead up`, started as from a terminal of its own: `stop` is Ctrl-C there. */
    terminal?: readonly [program: string, ...args: string[]]
    /** Another user than the one who runs the test. */
    as?: { readonly uid: number; readonly gid: number }
  } = {},
): Promise<RunningRoadstead> => {
  const command = options.command ? [options.command, "up"] : [process.execPath, source, "up"]
  const [program = "", ...before] = options.terminal ?? command
  const child = spawn(program, [...before, ...args], {
    detached: options.terminal !== undefined,
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    ...options.as,
  })
  const printed: string[] = []
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      if (options.terminal && child.pid !== undefined) process.kill(-child.pid, "SIGINT")
      else child.kill("SIGTERM")
    }
    const [code, signal] = await exited
    return signal ?? code ?? 1
  }
  createInterface(child.stderr).on("line", (line) => printed.push(line))
  const ready = new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      printed.push(line)
      const endpoint = /Roadstead is ready at (https?:\/\/\S+)/.exec(line)?.[1]
      if (endpoint) resolve(endpoint)
    })
  })
  const ended = exited.then(() => undefined)
  const endpoint = await Promise.race([ready, ended])
  if (!endpoint) throw new Error(`roadstead up ended before it was ready:\n${printed.join("\n")}`)
  return { endpoint, process: child, printed, stop }
}

/** Runs `roadstead down --purge` on a data folder; answers its exit code. */
export const down = async (data: string): Promise<number | null> => {
  const child = spawn(process.execPath, [source, "down", "--purge", "--data", data], { stdio: ["ignore", 2, 2] })
  const [code] = (await once(child, "exit")) as [number | null]
  return code
}
