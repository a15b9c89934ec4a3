// `roadstead doctor`: what this machine has and lacks, each with what mends it.
import { doctorChecks } from "../../machines/index.ts"
import { agentPlace, dockerHostOf, type UpConfig } from "../config.ts"

export interface DoctorOptions {
  readonly port: number
  readonly dockerHost?: string
  readonly agent: UpConfig["agent"]
}

/** Prints one line a check; answers 0 when nothing that is needed is missing, else 3. */
export const doctor = async (options: DoctorOptions): Promise<number> => {
  const { port } = options
  const runtimeFolder = process.env.XDG_RUNTIME_DIR
  const inContainer = agentPlace(options) === "container"
  const checks = await doctorChecks({ port, ...dockerHostOf(options), inContainer, runtimeFolder })
  for (const { name, ok, detail, mend } of checks) {
    process.stdout.write(`${ok ? "ok     " : "LACKS  "}${name}: ${detail}\n`)
    if (!ok && mend) process.stdout.write(`       ${mend}\n`)
  }
  return checks.every((check) => check.ok || !check.required) ? 0 : 3
}
