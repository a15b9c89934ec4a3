// Log drivers as a table: how a logConfiguration becomes Docker's LogConfig. A driver without an entry is passed on as it is.
import type { LogConfiguration } from "@aws-sdk/client-ecs"
import type { Frozen } from "../../state/index.ts"

/** Docker's own shape. */
export interface DockerLogConfig {
  readonly Type: string
  readonly Config: Readonly<Record<string, string>>
}

type Compile = (options: Readonly<Record<string, string>>) => DockerLogConfig

const drivers: Readonly<Record<string, Compile>> = {
  // The agent turns this into a followed json-file (ours) or Docker's awslogs driver (the official one).
  awslogs: (options) => ({ Type: "awslogs", Config: options }),
}

/** Docker delivers nothing for the one, and the other's options are those of the log router. */
const withoutMode: readonly string[] = ["none", "awsfirelens"]

/**
 * `HostConfig.LogConfig` for a container. `defaultMode` is the delivery mode when the options name none: `mode` is an
 * option of every driver (API_LogConfiguration), and the account setting defaultLogDriverMode its default.
 */
export const compileLogConfig = (configuration: Frozen<LogConfiguration>, defaultMode?: string): DockerLogConfig => {
  const name = configuration.logDriver ?? "json-file"
  const given = configuration.options ?? {}
  const takesDefault = defaultMode !== undefined && given.mode === undefined && !withoutMode.includes(name)
  const options = takesDefault ? { ...given, mode: defaultMode } : given
  return drivers[name]?.(options) ?? { Type: name, Config: options }
}
