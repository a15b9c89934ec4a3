// Log drivers as a table: how a logConfiguration becomes Docker's LogConfig. A driver without an entry is passed on as it is.
import type { LogConfiguration } from "@aws-sdk/client-ecs"
import type { Frozen } from "../../state/index.ts"

/** Docker's own shape. */
export interface DockerLogConfig {
  readonly Type: string
  readonly Config: Readonly<Record<string, string>>
}

/** Docker delivers nothing for the one, and the other's options are those of the log router. */
const withoutMode: readonly string[] = ["none", "awsfirelens"]

type Options = Readonly<Record<string, string>>
type Compile = (options: Options, context: LogContext) => Options

const drivers: Readonly<Record<string, Compile>> = {
  // The agent turns this into a followed json-file (ours) or Docker's awslogs driver (the official one). Docker knows no
  // prefix: the name of the stream is made here, as the metadata of real tasks shows it (task-metadata-endpoint-v4).
  awslogs: ({ "awslogs-stream-prefix": prefix, ...options }, { suffix, logsEndpoint }) => ({
    ...(logsEndpoint !== undefined && { "awslogs-endpoint": logsEndpoint }),
    ...(prefix && { "awslogs-stream": `${prefix}/${suffix}` }),
    ...options,
  }),
}

/** What a driver's options become of besides themselves. */
export interface LogContext {
  /**
   * The delivery mode when the options name none: `mode` is an option of every driver (API_LogConfiguration), and the
   * account setting defaultLogDriverMode its default.
   */
  readonly defaultMode?: string | undefined
  /** What follows a stream's prefix: `<container>/<task id>`. */
  readonly suffix: string
  /** Where Docker's own awslogs driver finds our CloudWatch Logs; for hosts whose agent leaves logs to it. */
  readonly logsEndpoint?: string | undefined
}

/** `HostConfig.LogConfig` for a container. */
export const compileLogConfig = (configuration: Frozen<LogConfiguration>, context: LogContext): DockerLogConfig => {
  const { defaultMode } = context
  const name = configuration.logDriver ?? "json-file"
  const given = configuration.options ?? {}
  const takesDefault = defaultMode !== undefined && given.mode === undefined && !withoutMode.includes(name)
  const options = takesDefault ? { ...given, mode: defaultMode } : given
  return { Type: name, Config: drivers[name]?.(options, context) ?? options }
}
