// The options of `up` as one value that passes between processes as JSON, and how command line and environment make it.
import { resolve } from "node:path"
import { type Command, InvalidArgumentError, Option } from "commander"
import type { LogFormat, LogLevel } from "./log.ts"

/** See DESIGN section 2. */
export interface UpConfig {
  readonly port: number
  readonly host: string
  readonly data: string
  readonly ephemeral: boolean
  readonly engine: "auto" | "docker" | "simulated"
  readonly dockerHost?: string
  readonly agent: "auto" | "process" | "container"
  readonly auth: "relaxed" | "strict"
  readonly account: string
  readonly region: string
  readonly timeScale: number
  readonly publicUrl: readonly string[]
  readonly allowOrigin: readonly string[]
  readonly allowHostAccess: boolean
  readonly insecurePlaintext: boolean
  /** Files in PEM: a certificate with its chain, and its key. Both or neither. */
  readonly tlsCert?: string
  readonly tlsKey?: string
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** The engine that was named: by our option, else as for Docker's own command. */
export const dockerHostOf = ({
  dockerHost = process.env.DOCKER_HOST,
}: {
  readonly dockerHost?: string
}): {
  dockerHost?: string
} => (dockerHost ? { dockerHost } : {})

/** `https` with a certificate, else `http`. */
export const schemeOf = ({ tlsCert }: Pick<UpConfig, "tlsCert">): "http" | "https" =>
  tlsCert === undefined ? "http" : "https"

/** The address of the APIs, as a client on this machine writes it. */
export const endpointOf = (config: Pick<UpConfig, "tlsCert" | "host" | "port">): string =>
  `${schemeOf(config)}://${config.host.includes(":") ? `[${config.host}]` : config.host}:${config.port}`

/** Only root on the engine's own machine can own a task's metadata address there; anybody else has a container do it. */
export const agentPlace = ({ agent }: Pick<UpConfig, "agent">): "process" | "container" => {
  if (agent !== "auto") return agent
  return process.platform === "linux" && process.getuid?.() === 0 ? "process" : "container"
}

/** A whole number in a range, for an option. */
export const whole = (low: number, high: number) => (text: string) => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new InvalidArgumentError(`It must be a whole number from ${low} to ${high}.`)
  }
  return value
}

const matching = (pattern: RegExp, what: string) => (text: string) => {
  if (!pattern.test(text)) throw new InvalidArgumentError(`It must be ${what}.`)
  return text
}

const scale = (text: string) => {
  const value = Number(text)
  if (!(value >= 0.01 && value <= 100_000)) throw new InvalidArgumentError("It must be a number from 0.01 to 100000.")
  return value
}

const url = (text: string, known: readonly string[] = []) => {
  if (!URL.canParse(text)) throw new InvalidArgumentError("It must be a URL, such as http://roadstead.test:4566.")
  return [...known, text]
}

/** Whole, so that every process means the same file. */
const path = (text: string) => resolve(text)

const several = (text: string, known: readonly string[] = []) => [...known, text]

/** An option that can also be given as ROADSTEAD_<NAME>. */
export const option = (flags: string, description: string): Option => {
  const made = new Option(flags, description)
  return made.env(`ROADSTEAD_${made.name().replaceAll("-", "_").toUpperCase()}`)
}

/** A region's name, for an option. */
export const regionName = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region's name")

export const logLevelOption = (): Option =>
  option("--log-level <level>", "least level").choices(["debug", "info", "warn", "error", "silent"]).default("info")

export const logFormatOption = (): Option =>
  option("--log-format <format>", "form of log lines").choices(["pretty", "json"]).default("pretty")

/** Adds the options that name a data folder, for all commands that need one. */
export const withDataOptions = (command: Command): Command =>
  command.addOption(option("--data <folder>", "where state is kept").default(".roadstead"))

/** Adds the options of `up`. */
export const withUpOptions = (command: Command): Command =>
  withDataOptions(command)
    .addOption(
      option("--port <number>", "port of all APIs; 0 takes a free one").default(4566).argParser(whole(0, 65535)),
    )
    .addOption(option("--host <address>", "address to listen on").default("127.0.0.1"))
    .addOption(option("--ephemeral", "temporary data: everything is removed at exit").default(false))
    .addOption(option("--engine <kind>", "container engine").choices(["auto", "docker", "simulated"]).default("auto"))
    .addOption(option("--docker-host <socket>", "the engine's socket, unix:///var/run/docker.sock"))
    .addOption(
      option("--agent <place>", "where the agent runs; auto: a process as root, else a container on the engine")
        .choices(["auto", "process", "container"])
        .default("auto"),
    )
    .addOption(option("--auth <mode>", "who must sign").choices(["relaxed", "strict"]).default("relaxed"))
    .addOption(
      option("--account <id>", "account of unknown keys")
        .default("000000000000")
        .argParser(matching(/^\d{12}$/, "twelve digits")),
    )
    .addOption(option("--region <name>", "default region").default("us-east-1").argParser(regionName))
    .addOption(option("--time-scale <n>", "how many times as fast AWS's timers run").default(1).argParser(scale))
    .addOption(
      option("--public-url <url>", "a further name under which clients come (repeatable)").default([]).argParser(url),
    )
    .addOption(
      option("--allow-origin <origin>", "a web page that may call (repeatable)").default([]).argParser(several),
    )
    .addOption(option("--allow-host-access", "let tasks ask for what reaches the host").default(false))
    .addOption(option("--insecure-plaintext", "serve beyond this machine without TLS").default(false))
    .addOption(option("--tls-cert <file>", "serve TLS with this certificate and its chain (PEM)").argParser(path))
    .addOption(option("--tls-key <file>", "the key of --tls-cert (PEM)").argParser(path))
    .addOption(logLevelOption())
    .addOption(logFormatOption())
