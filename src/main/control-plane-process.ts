// The process of the control plane: started by the supervisor, with its options in the environment.
import { DataFolderCorrupt, DataFolderInUse, DataFolderTooNew } from "../state/index.ts"
import { liveWithSupervisor, say, takeConfiguration } from "./child-life.ts"
import type { UpConfig } from "./config.ts"
import { startControlPlane } from "./control-plane.ts"
import { FolderProblem, type Folders } from "./data-folder.ts"
import { openLog } from "./log.ts"
import { random } from "./random.ts"
import { trimMemory } from "./trim-memory.ts"

/** What the supervisor hands over. */
export interface ControlPlaneConfiguration {
  readonly config: UpConfig
  readonly folders: Folders
  readonly engine: "docker" | "simulated"
}

const closeWith = liveWithSupervisor()
const { config, folders, engine } = takeConfiguration<ControlPlaneConfiguration>()
const log = openLog({ level: config.logLevel, format: config.logFormat, process: "control plane" })

const refusalOf = (thrown: unknown): { exitCode: number; reason: string } | undefined => {
  if (thrown instanceof DataFolderInUse || thrown instanceof DataFolderCorrupt || thrown instanceof DataFolderTooNew) {
    return { exitCode: 2, reason: thrown.message }
  }
  if (thrown instanceof FolderProblem) return { exitCode: 2, reason: thrown.message }
  const { code } = thrown as { code?: string }
  if (code === "EADDRINUSE") {
    return {
      exitCode: 2,
      reason: `Port ${config.port} of ${config.host} is taken. Stop what listens there, or choose another with --port.`,
    }
  }
  if (code === "EADDRNOTAVAIL" || code === "EACCES") {
    return { exitCode: 2, reason: `${config.host}:${config.port} cannot be listened on (${code}).` }
  }
  return undefined
}

try {
  const controlPlane = await startControlPlane({
    config,
    folders,
    engine,
    log,
    random,
    onFatal: (reason) => {
      log.error(reason)
      process.exit(1)
    },
    onAgent: () => say({ type: "agent-connected" }),
    onHostFailed: (reason) => say({ type: "host-failed", reason }),
  })
  closeWith(() => controlPlane.close())
  say({ type: "ready", port: controlPlane.port })
  trimMemory()
} catch (thrown) {
  const refusal = refusalOf(thrown)
  if (!refusal) throw thrown
  say({ type: "refused", ...refusal })
  process.disconnect?.()
}
