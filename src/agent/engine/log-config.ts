// Docker's LogConfig of a container: the driver that was asked for, or the file that is followed in its place. Pure.
import type { ContainerSnapshot } from "../types.ts"

/**
 * The log that is followed into CloudWatch: Docker's json-file, rotated. What has been rotated away is lost to a follower
 * that was away too long, so there is room for 100 MB.
 */
const followedLog = { Type: "json-file", Config: { "max-size": "20m", "max-file": "5" } }

/** ECS's agent gives non-blocking loggers this much where they say nothing; Docker's own default is 1m. */
const bufferSize = "10m"

/**
 * What goes into HostConfig; nothing for a container that asks for no driver, which has the engine's default, and for one
 * whose options are all in the definition. `secret` are the values of its secret options.
 */
export const logConfigOf = (
  { logDriver, logOptions = {} }: ContainerSnapshot,
  secret: Readonly<Record<string, string>> = {},
): { readonly LogConfig?: typeof followedLog | object } => {
  if (logDriver === "awslogs") return { LogConfig: followedLog }
  const buffered = logOptions.mode === "non-blocking"
  if (logDriver === undefined || (!buffered && Object.keys(secret).length === 0)) return {}
  return {
    LogConfig: {
      Type: logDriver,
      Config: { ...(buffered && { "max-buffer-size": bufferSize }), ...logOptions, ...secret },
    },
  }
}
