// The one error of the Docker client. What it means for a task (retryable, which reason) is decided by its callers.

/** What Docker answered instead of what was asked; `status` is 0 when the engine could not be reached at all. */
export class DockerError extends Error {
  readonly status: number
  /** Of Node's error when there was no answer: `ENOENT`, `ECONNREFUSED`, `ECONNRESET`, `ABORT_ERR`. */
  readonly code: string | undefined

  constructor(status: number, message: string, code?: string) {
    super(message)
    this.name = "DockerError"
    this.status = status
    this.code = code
  }
}

/** Whether `thrown` is a {@link DockerError} with this status. */
export const hasStatus = (thrown: unknown, status: number): boolean =>
  thrown instanceof DockerError && thrown.status === status
