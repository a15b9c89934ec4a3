// `roadstead doctor`: what this machine has and lacks, each with what mends it.
import { doctorChecks } from "../../machines/index.ts"

export interface DoctorOptions {
  readonly port: number
  readonly dockerHost?: string
}

/** Prints one line a check; answers 0 when nothing that is needed is missing, else 3. */
export const doctor = async (options: DoctorOptions): Promise<number> => {
  const checks = await doctorChecks(options)
  for (const { name, ok, detail, mend } of checks) {
    process.stdout.write(`${ok ? "ok     " : "LACKS  "}${name}: ${detail}\n`)
    if (!ok && mend) process.stdout.write(`       ${mend}\n`)
  }
  return checks.every((check) => check.ok || !check.required) ? 0 : 3
}
