// How a simulated container behaves: read from the environment of the container itself. The README lists the variables.
import type { ContainerSpec } from "../../driver.ts"

/** A container's script. Times in milliseconds. */
export interface Script {
  readonly pullMs: number
  readonly pullError?: string
  readonly startMs: number
  readonly startError?: string
  /** It ends by itself so long after its start. */
  readonly exitAfterMs?: number
  readonly exitCode?: number
  readonly stopMs: number
  readonly oom: boolean
  readonly health?: { readonly status: "healthy" | "unhealthy"; readonly afterMs: number }
  /** vCPUs in use. */
  readonly cpu: number
  readonly memoryMiB: number
}

/** Reads a container's script; what is not said has the README's default. */
export const readScript = (environment: Readonly<Record<string, string>>): Script => {
  const text = (name: string): string | undefined => environment[`ROADSTEAD_SIM_${name}`]
  const number = (name: string): number | undefined => {
    const value = Number(text(name) ?? Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const oom = text("OOM") === "1"
  const exitAfterMs = number("EXIT_AFTER_MS") ?? (oom ? 0 : undefined)
  const exitCode = number("EXIT_CODE")
  const health = readHealth(text("HEALTH"))
  const pullError = text("PULL_ERROR")
  const startError = text("START_ERROR")
  return {
    pullMs: number("PULL_MS") ?? 0,
    startMs: number("START_MS") ?? 0,
    stopMs: number("STOP_MS") ?? 0,
    oom,
    cpu: number("CPU") ?? 0.01,
    memoryMiB: number("MEMORY") ?? 10,
    ...(exitAfterMs !== undefined && { exitAfterMs }),
    ...(exitCode !== undefined && { exitCode }),
    ...(health && { health }),
    ...(pullError !== undefined && { pullError }),
    ...(startError !== undefined && { startError }),
  }
}

/** `healthy`, `unhealthy`, or either with `@<ms after the start>`. */
const readHealth = (text = ""): Script["health"] => {
  const [status, after = "0"] = text.split("@")
  return status === "healthy" || status === "unhealthy" ? { status, afterMs: Number(after) || 0 } : undefined
}

/** The container with that of its environment alone which is its script: the rest may be secret, and no process asks for it. */
export const scripted = (spec: ContainerSpec): ContainerSpec => {
  const { Env, ...config } = spec.config
  if (!Array.isArray(Env)) return spec
  return {
    ...spec,
    config: { ...config, Env: (Env as string[]).filter((entry) => entry.startsWith("ROADSTEAD_SIM_")) },
  }
}

/** Docker's `Env`, a list of `NAME=value`, as a map. */
export const environmentOf = (config: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => {
  const list = Array.isArray(config.Env) ? (config.Env as string[]) : []
  return Object.fromEntries(list.map((entry) => [entry.split("=", 1)[0] ?? "", entry.slice(entry.indexOf("=") + 1)]))
}
