// A control plane as a process of its own on a data folder, without supervisor and machines: what its start, its memory and
// its answers over many records are looked at with.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { processorSeconds, residentMemory } from "./processor-time.ts"

/** A control plane that listens. */
export interface LoneControlPlane {
  readonly port: number
  /** Megabytes that its process has in memory now. */
  memory(): number
  /** Seconds of a processor that it has used. */
  processorSeconds(): number
  stop(): Promise<void>
  /** Ends it as a crash would. */
  kill(): Promise<void>
}

const source = fileURLToPath(new URL("../../src/main/control-plane-process.ts", import.meta.url))

/**
 * Starts the control plane of the sources, or of the bundle whose file is `entry`, on the data folder `data`. With the engine
 * `docker` it expects a supervisor and proxies in the same folder.
 */
export const startLoneControlPlane = async (
  data: string,
  entry = source,
  engine: "simulated" | "docker" = "simulated",
): Promise<LoneControlPlane> => {
  const configuration = {
    config: {
      port: 0,
      host: "127.0.0.1",
      data,
      ephemeral: false,
      engine,
      auth: "relaxed",
      account: "000000000000",
      region: "us-east-1",
      timeScale: 1,
      publicUrl: [],
      allowOrigin: [],
      allowHostAccess: false,
      insecurePlaintext: false,
      logLevel: "error",
      logFormat: "json",
    },
    folders: { data, run: data, owner: "lone" },
    engine,
  }
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", entry], {
    env: { PATH: process.env.PATH, ROADSTEAD_PROCESS: JSON.stringify(configuration) },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  const exited = once(child, "exit")
  const heard = await Promise.race([once(child, "message"), exited.then(() => undefined)])
  const message = heard?.[0] as { type: string; port?: number; reason?: string } | undefined
  if (message?.port === undefined) throw new Error(`the control plane did not start: ${message?.reason ?? "it ended"}`)
  return {
    port: message.port,
    memory: () => residentMemory(child.pid ?? 0),
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
    kill: async () => {
      child.kill("SIGKILL")
      await exited
    },
  }
}
