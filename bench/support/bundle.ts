// The control plane as it is shipped: bundled, a process of its own on a data folder, without supervisor and machines.
import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { signedRequest } from "./aws-request.ts"
import { ask } from "./load.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Bundles the program as in a package; answers the folder of the bundles. */
export const bundle = (folder: string): string => {
  const dist = join(folder, "dist")
  execFileSync(process.execPath, [join(root, "scripts/build.ts"), dist], { stdio: ["ignore", "ignore", "inherit"] })
  cpSync(join(root, "package.json"), join(folder, "package.json"))
  return dist
}

/** A control plane that has answered. */
export interface Started {
  readonly port: number
  /** Seconds from the start of its process to the answer of the first request. */
  readonly seconds: number
  /** What it answered. */
  readonly answer: Record<string, unknown>
  /** Megabytes that its process has in memory now. */
  memory(): number
  /** Seconds of a processor that it has used. */
  processorSeconds(): number
  stop(): Promise<void>
}

/** Starts the control plane of the bundle in `dist` on the data folder `data`, and asks it one signed request of ECS. */
export const startBundle = async (
  dist: string,
  data: string,
  operation: string,
  input: object,
  nodeArgs: readonly string[] = [],
): Promise<Started> => {
  const configuration = {
    config: {
      port: 0,
      host: "127.0.0.1",
      data,
      ephemeral: false,
      engine: "simulated",
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
    folders: { data, run: data, owner: "bench" },
    engine: "simulated",
  }
  const began = performance.now()
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...nodeArgs, join(dist, "control-plane-process.js")],
    {
      env: { PATH: process.env.PATH, ROADSTEAD_PROCESS: JSON.stringify(configuration) },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  )
  const exited = once(child, "exit")
  const heard = await Promise.race([once(child, "message"), exited.then(() => undefined)])
  const message = heard?.[0] as { type: string; port?: number; reason?: string } | undefined
  if (message?.port === undefined) throw new Error(`the control plane did not start: ${message?.reason ?? "it ended"}`)
  const { port } = message
  const answer = await ask(port, ecsRequest(port, operation, input))
  const seconds = (performance.now() - began) / 1000
  const of = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, "utf8")
  return {
    port,
    seconds,
    answer,
    memory: () => Number(/VmRSS:\s+(\d+) kB/.exec(of("status"))?.[1]) / 1024,
    processorSeconds: () => {
      // Fields 14 and 15, counted behind the name, which may hold spaces; in hundredths of a second.
      const [user, system] = of("stat").split(") ").at(-1)?.split(" ").slice(11, 13).map(Number) ?? []
      return ((user ?? 0) + (system ?? 0)) / 100
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** A signed request of ECS by the default account. */
export const ecsRequest = (port: number, operation: string, input: object): Buffer =>
  signedRequest({
    port,
    service: "ecs",
    region: "us-east-1",
    target: `AmazonEC2ContainerServiceV20141113.${operation}`,
    input,
    accessKeyId: "000000000000",
    secretAccessKey: "bench",
    now: new Date(),
  })
