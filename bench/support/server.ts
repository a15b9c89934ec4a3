// Starts a server of this folder in a process of its own, so that it has a core for itself, and ends it.
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { processorSeconds, residentMemory } from "../../test/support/processor-time.ts"

/** A server on a port of 127.0.0.1. */
export interface Server {
  readonly port: number
  /** Seconds of a processor that its process has used. */
  processorSeconds(): number
  /** MB that its process has resident. */
  memory(): number
  stop(): Promise<void>
}

/** Runs `bench/support/<name>.ts`, which sends `{port}` when it answers. */
export const startServer = async (name: string, args: readonly string[] = []): Promise<Server> => {
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const child = fork(file, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  const exited = once(child, "exit")
  const message = await Promise.race([once(child, "message"), exited.then(() => undefined)])
  if (!message) throw new Error(`${name} ended before it answered`)
  const { port } = message[0] as { port: number }
  return {
    port,
    processorSeconds: () => processorSeconds(child.pid ?? 0),
    memory: () => residentMemory(child.pid ?? 0),
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}
