// A steady load for the demo: requests over kept connections until it is told to stop, every answer counted.
import { Agent, request } from "node:http"

/** Where a load balancer is asked: its own address, or a port of this machine with its name as Host. */
export interface Door {
  readonly host: string
  readonly port: number
  /** The Host header. */
  readonly name: string
}

/** An answer of a door. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** Asks once. Rejects when there is no answer within ten seconds. */
export const ask = (door: Door, path: string, agent?: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { host, port, name } = door
    const asked = request(
      { host, port, path, headers: { host: name }, timeout: 10_000, ...(agent && { agent }) },
      (response) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          text += chunk
        })
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
        response.on("error", reject)
      },
    )
    asked.on("timeout", () => asked.destroy(new Error(`${name}${path} did not answer`)))
    asked.on("error", reject)
    asked.end()
  })

/** What a load has seen. */
export interface LoadResult {
  readonly requests: number
  /** Everything that was not a 200, in words. */
  readonly failures: readonly string[]
  /** How often each of the answerers answered. */
  readonly by: ReadonlyMap<string, number>
}

/** Begins to ask for the paths in turn, `workers` at a time; `stop` answers what was seen. */
export const startLoad = (door: Door, paths: readonly string[], workers: number): { stop(): Promise<LoadResult> } => {
  const agent = new Agent({ keepAlive: true, maxSockets: workers })
  const failures: string[] = []
  const by = new Map<string, number>()
  let requests = 0
  let stopped = false
  const work = async () => {
    while (!stopped) {
      const path = paths[requests++ % paths.length] ?? "/"
      try {
        const { status, text } = await ask(door, path, agent)
        const who = text.split(" has ")[0] ?? ""
        if (status === 200) by.set(who, (by.get(who) ?? 0) + 1)
        else failures.push(`${path}: ${status} ${text.slice(0, 80)}`)
      } catch (thrown) {
        failures.push(`${path}: ${thrown instanceof Error ? thrown.message : thrown}`)
      }
    }
  }
  const done = Promise.all(Array.from({ length: workers }, work))
  return {
    stop: async () => {
      stopped = true
      await done
      agent.destroy()
      return { requests, failures, by }
    },
  }
}
