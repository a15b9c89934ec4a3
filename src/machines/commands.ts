// Running a program of this machine to its end: `ip`, `umount`, `iptables`. Arguments are lists; nothing goes through
// a shell. Programs that stay (daemons, agents) are started elsewhere.
import { execFile } from "node:child_process"

/** A program that could not be started or that ended with a status other than 0. */
export class CommandError extends Error {
  /** Undefined when the program is not there or was killed. */
  readonly status: number | undefined
  readonly output: string

  constructor(command: string, args: readonly string[], status: number | undefined, output: string) {
    super(`${[command, ...args].join(" ")}: ${output.trim() || `status ${status}`}`)
    this.name = "CommandError"
    this.status = status
    this.output = output
  }
}

/** Runs a program and resolves with its standard output. Throws {@link CommandError}. */
export const run = (command: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(command, args, { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const status = typeof error.code === "number" ? error.code : undefined
      reject(new CommandError(command, args, status, stderr || error.message))
    })
  })
