// The options of `roadstead agent`. Each is also ROADSTEAD_<NAME>; where the official agent or the AWS CLI have a variable
// for the same, that counts too, after ours.
import { hostname } from "node:os"
import type { Command } from "commander"
import { logFormatOption, logLevelOption, option, regionName, whole } from "./config.ts"
import type { LogFormat, LogLevel } from "./log.ts"
import { Problem } from "./problem.ts"

/** What the command line says. */
export interface AgentConfig {
  readonly endpoint?: string
  readonly cluster?: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly data?: string
  readonly dockerHost?: string
  readonly attributes: readonly string[]
  readonly reservedMemory?: number
  readonly name?: string
  readonly hostRoot?: string
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** What it comes to, with the environment. */
export interface JoinSettings {
  /** Without a path or a slash at the end. */
  readonly endpoint: string
  readonly cluster: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly region: string
  readonly data: string
  /** What the official agent has as `ECS_*` variables: those, with what the command line says over them. */
  readonly settings: Readonly<Record<string, string>>
}

const collect = (text: string, known: readonly string[]) => [...known, text]

/** Adds the options of `agent`. */
export const withAgentOptions = (command: Command): Command =>
  command
    .addOption(option("--data <folder>", "the agent's own folder; .roadstead-agent by default (or ECS_DATADIR)"))
    .addOption(option("--endpoint <url>", "the control plane, http://10.0.0.5:4566 (or ECS_BACKEND_HOST)"))
    .addOption(option("--cluster <name>", "the cluster to join; default by default (or ECS_CLUSTER)"))
    .addOption(option("--access-key-id <id>", "a key of the account (or AWS_ACCESS_KEY_ID)"))
    .addOption(
      option("--secret-access-key <key>", "its secret; other users can read it here (or AWS_SECRET_ACCESS_KEY)"),
    )
    .addOption(option("--session-token <token>", "of a temporary key (or AWS_SESSION_TOKEN)"))
    .addOption(option("--region <name>", "us-east-1 by default (or AWS_DEFAULT_REGION)").argParser(regionName))
    .addOption(option("--docker-host <socket>", "the engine's socket, unix:///var/run/docker.sock"))
    .addOption(
      option("--attributes <name=value,…>", "attributes of this instance (repeatable)").default([]).argParser(collect),
    )
    .addOption(option("--reserved-memory <MiB>", "memory that tasks do not get").argParser(whole(0, 999_999_999)))
    .addOption(option("--name <name>", "the attribute roadstead.name; this host's name by default"))
    .addOption(option("--host-root <folder>", "host paths of tasks are below it; <data>/root by default"))
    .addOption(logLevelOption())
    .addOption(logFormatOption())

type Environment = Readonly<Record<string, string | undefined>>

/** Reads options and environment. Throws a Problem for what is missing or cannot be. */
export const joinSettings = (config: AgentConfig, env: Environment): JoinSettings => {
  const accessKeyId = config.accessKeyId ?? env.AWS_ACCESS_KEY_ID
  const secretAccessKey = config.secretAccessKey ?? env.AWS_SECRET_ACCESS_KEY
  const sessionToken = config.sessionToken ?? env.AWS_SESSION_TOKEN
  if (!accessKeyId || !secretAccessKey) {
    throw new Problem(
      2,
      "A key is needed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as `roadstead env` prints them.",
    )
  }
  return {
    endpoint: endpointOf(config.endpoint ?? (env.ECS_BACKEND_HOST || env.AWS_ENDPOINT_URL)),
    cluster: config.cluster ?? (env.ECS_CLUSTER || "default"),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: config.region ?? (env.AWS_DEFAULT_REGION || env.AWS_REGION || "us-east-1"),
    data: config.data ?? (env.ECS_DATADIR || ".roadstead-agent"),
    settings: {
      ...variables(env),
      ECS_INSTANCE_ATTRIBUTES: JSON.stringify(attributesOf(config, env.ECS_INSTANCE_ATTRIBUTES)),
      ...(config.reservedMemory !== undefined && { ECS_RESERVED_MEMORY: String(config.reservedMemory) }),
    },
  }
}

/** Read here, and no setting of the instance. */
const ours: ReadonlySet<string> = new Set(["ECS_BACKEND_HOST", "ECS_CLUSTER", "ECS_DATADIR"])

const variables = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith("ECS_") && value && !ours.has(name) ? [[name, value]] : [],
    ),
  )

const endpointOf = (given: string | undefined): string => {
  if (!given) throw new Problem(2, "Where the control plane is must be said: --endpoint http://10.0.0.5:4566.")
  // As the official agent reads ECS_BACKEND_HOST.
  const text = /^[a-z]+:\/\//i.test(given) ? given : `https://${given}`
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "") {
    throw new Problem(2, `${given} is not an endpoint: give scheme, host and port, as http://10.0.0.5:4566.`)
  }
  return url.origin
}

const attributesOf = ({ attributes, name }: AgentConfig, variable: string | undefined): Record<string, string> => {
  const said = attributes.flatMap((list) => list.split(",")).filter((pair) => pair.trim() !== "")
  return {
    "roadstead.name": name ?? hostname(),
    ...fromVariable(variable),
    ...Object.fromEntries(
      said.map((pair) => {
        const at = pair.indexOf("=")
        return at < 0 ? [pair.trim(), ""] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      }),
    ),
  }
}

const fromVariable = (text: string | undefined): Record<string, string> => {
  if (!text) return {}
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    throw new Problem(2, 'ECS_INSTANCE_ATTRIBUTES is not JSON, as in {"rack":"b2"}.')
  }
}
