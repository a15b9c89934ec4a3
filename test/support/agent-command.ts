// Runs `roadstead agent` as a user does and waits until it says that it has joined.
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** An agent that has joined. */
export interface RunningAgent {
  readonly containerInstanceArn: string
  readonly process: ChildProcess
  readonly printed: readonly string[]
  /** Sends a signal, SIGINT by default, and resolves to the exit code, or to the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

const source = fileURLToPath(new URL("../../src/main/cli.ts", import.meta.url))

/** Rejects with the exit code and what it printed when it ends before it has joined. */
export const startAgentCommand = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunningAgent> => {
  const child = spawn(process.execPath, [source, "agent", ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const printed: string[] = []
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>
  createInterface(child.stderr).on("line", (line) => printed.push(line))
  const ready = new Promise<string>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      printed.push(line)
      const arn = /^Roadstead agent is ready: (\S+) at /.exec(line)?.[1]
      if (arn) resolve(arn)
    })
  })
  const containerInstanceArn = await Promise.race([ready, exited.then(() => undefined)])
  if (!containerInstanceArn) {
    const [code] = await exited
    throw new Error(`roadstead agent ended with ${code}:\n${printed.join("\n")}`)
  }
  return {
    containerInstanceArn,
    process: child,
    printed,
    stop: async (signal = "SIGINT") => {
      child.kill(signal)
      const [code, by] = await exited
      return by ?? code ?? 1
    },
  }
}
