// How a child process of the supervisor lives: it takes its configuration from one variable, leaves Ctrl-C to the
// supervisor, and ends when the supervisor's channel closes or it is told to.

/** The variable that carries the configuration, as JSON. */
export const configurationVariable = "ROADSTEAD_PROCESS"

/** The configuration of this process. It is taken out of the environment, so that no child of ours inherits it. */
export const takeConfiguration = <T>(): T => {
  const text = process.env[configurationVariable]
  if (text === undefined) throw new Error("this file is started by `roadstead up`, not by hand")
  delete process.env[configurationVariable]
  return JSON.parse(text) as T
}

/** What a child says to the supervisor. */
export type ChildMessage =
  | { readonly type: "ready"; readonly port?: number }
  | { readonly type: "agent-connected" }
  | { readonly type: "host-failed"; readonly reason: string }
  /** It cannot start, and starting it again would not help: the reason is for the user. */
  | { readonly type: "refused"; readonly exitCode: number; readonly reason: string }

/** Says something to the supervisor. */
export const say = (message: ChildMessage): void => {
  process.send?.(message)
}

/**
 * Ends the process when the supervisor is gone or asks for it, from now on, also in the middle of a start. The function
 * that it answers takes what is to be closed in order before that.
 */
export const liveWithSupervisor = (): ((close: () => Promise<void>) => void) => {
  let close = async () => {}
  let closing = false
  const end = () => {
    if (closing) return
    closing = true
    // State is durable at any time, so an end by force loses nothing.
    setTimeout(() => process.exit(1), 10_000).unref()
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.on("SIGINT", () => {})
  process.on("SIGTERM", end)
  process.on("disconnect", end)
  return (started) => {
    close = started
  }
}
