// What ends a command with a message for the user and an exit code, and no stack.

/** Exit codes: 1 a failure while running, 2 wrong use or a conflict, 3 something that this machine lacks. */
export class Problem extends Error {
  readonly exitCode: 1 | 2 | 3
  constructor(exitCode: 1 | 2 | 3, message: string) {
    super(message)
    this.name = "Problem"
    this.exitCode = exitCode
  }
}
