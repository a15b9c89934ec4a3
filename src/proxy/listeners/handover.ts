// The unix socket on which other processes of this machine hand connections over, each with a line in front that says whose
// it is (protocol/proxy-handover.ts). The folder that it is in lets nobody else come.
import { rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"
import { type Handover, longestHandover } from "../../protocol/index.ts"
import type { Closable } from "./keep-open.ts"
import { peek } from "./peek.ts"

const newline = 0x0a

const parse = (line: string): Handover | undefined => {
  try {
    const value = JSON.parse(line) as Partial<Handover>
    if (typeof value.client?.address !== "string" || typeof value.client.port !== "number") return undefined
    if (value.way === "api" && typeof value.host === "string") return value as Handover
    const isWhole =
      value.way === "localhost" && typeof value.balancer === "string" && typeof value.listener === "string"
    return isWhole ? (value as Handover) : undefined
  } catch {
    return undefined
  }
}

/** Listens at the path; one that was left behind is replaced. `take` gets the paused connection without the line. */
export const takeHandovers = (
  path: string,
  clock: Clock,
  take: (socket: Socket, handover: Handover) => void,
): Promise<Closable> => {
  const look = (bytes: Buffer) => {
    const end = bytes.indexOf(newline)
    if (end < 0 && bytes.length < longestHandover) return { kind: "more" } as const
    return { kind: "found", found: { end, handover: parse(bytes.toString("utf8", 0, end)) } } as const
  }
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) =>
    peek(socket, clock, look, ({ end, handover }) => {
      if (!handover) return void socket.destroy()
      socket.read(end + 1)
      const { address, port } = handover.client
      Object.defineProperties(socket, { remoteAddress: { value: address }, remotePort: { value: port } })
      take(socket, handover)
    }),
  )
  return new Promise((resolve, reject) => {
    rmSync(path, { force: true })
    server.once("error", reject)
    server.listen(path, () => {
      server.off("error", reject)
      server.on("error", () => {})
      resolve({
        close: async () => {
          server.close()
        },
      })
    })
  })
}
