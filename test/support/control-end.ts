// The control plane's end of the machine channel for live tests: says wishes, and waits for facts.
import { connect, type Socket } from "node:net"
import { createInterface } from "node:readline"
import type { FromSupervisor, ToSupervisor } from "../../src/protocol/index.ts"

type Said = Extract<FromSupervisor, { id: string }>

export interface ControlEnd {
  /** All that was heard, in order. */
  readonly heard: readonly FromSupervisor[]
  say(message: ToSupervisor): void
  /**
   * Resolves with the first fact, heard or to come, of this id and one of these statuses. Rejects with the reason of a
   * FAILED that nobody asked for.
   */
  fact(id: string, ...statuses: readonly Said["status"][]): Promise<Said>
  /** The addresses said last. */
  listeners(): readonly string[]
  close(): void
}

/** Connects to the supervisor's socket. */
export const controlEnd = (path: string): Promise<ControlEnd> =>
  new Promise((resolve, reject) => {
    const heard: FromSupervisor[] = []
    const waiting = new Set<() => void>()
    const socket: Socket = connect(path)
    createInterface({ input: socket }).on("line", (line) => {
      heard.push(JSON.parse(line) as FromSupervisor)
      for (const look of waiting) look()
    })
    socket.once("error", reject)
    socket.once("connect", () =>
      resolve({
        heard,
        say: (message) => socket.write(`${JSON.stringify(message)}\n`),
        fact: (id, ...statuses) =>
          new Promise((found, failed) => {
            const look = () => {
              const about = heard.filter((f): f is Said => "id" in f && f.id === id)
              const fact = about.find((f) => statuses.includes(f.status))
              const failure = about.find((f) => f.status === "FAILED")
              if (!fact && !failure) return
              waiting.delete(look)
              if (fact) found(fact)
              else failed(new Error(`${id} failed: ${failure?.reason}`))
            }
            waiting.add(look)
            look()
          }),
        listeners: () => heard.findLast((f) => f.type === "listeners")?.addresses ?? [],
        close: () => socket.destroy(),
      }),
    )
  })
