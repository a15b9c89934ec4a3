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

/** `HostConfig.LogConfig` for a container. */
export const compileLogConfig = (configuration: Frozen<LogConfiguration>): DockerLogConfig => {
  const name = configuration.logDriver ?? "json-file"
  const options = configuration.options ?? {}
  return drivers[name]?.(options) ?? { Type: name, Config: options }
}
