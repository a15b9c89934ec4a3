// Where proxies of this machine come to: lines of JSON over a unix socket in the run folder. What is said is channel.ts' work.
import { rmSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { type Log, lineReader } from "../../kernel/index.ts"
import { type FromProxy, longestProxyLine } from "../../protocol/index.ts"
import type { ProxyChannel } from "./channel.ts"
import type { ProxyPeer } from "./session.ts"
import { writeConfiguration } from "./write.ts"

export interface ProxyServer {
  close(): Promise<void>
}

/** Listens for proxies. Rejects when the socket cannot be made. */
export const serveProxies = (options: {
  readonly path: string
  readonly channel: ProxyChannel
  readonly log: Log
}): Promise<ProxyServer> => {
  const { path, channel, log } = options
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const connection = channel.connect(peerOf(socket))
    const line = (text: string) => {
      const message = parseReport(text)
      if (message) connection.heard(message)
      else log.warn("A proxy said something that is no word of the protocol.", { length: text.length })
    }
    socket.on("data", lineReader({ line, limit: longestProxyLine, tooLong: () => socket.destroy() }))
    socket.on("error", (error) => log.debug("The channel to a proxy failed.", { error: error.message }))
    socket.on("close", () => {
      sockets.delete(socket)
      connection.closed()
    })
  })
  return new Promise((resolve, reject) => {
    // Left by a control plane that was killed: the store lets only one of us get here.
    rmSync(path, { force: true })
    server.once("error", reject)
    server.listen(path, () =>
      resolve({
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy()
            server.close(() => closed())
          }),
      }),
    )
  })
}

/** While the proxy has not read what it was sent, only the newest of what comes after waits for it. */
const peerOf = (socket: Socket): ProxyPeer => {
  let waiting: string | undefined
  socket.on("drain", () => {
    if (waiting !== undefined) socket.write(waiting)
    waiting = undefined
  })
  return {
    say: (configuration) => {
      const line = `${writeConfiguration(configuration)}\n`
      if (socket.writableNeedDrain) waiting = line
      else socket.write(line)
    },
    close: () => void socket.destroy(),
  }
}

const words: ReadonlySet<unknown> = new Set(["hello", "applied", "listening", "health", "metrics"])
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

/** The message in a line; undefined when it is none of the protocol. */
export const parseReport = (line: string): FromProxy | undefined => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isObject(value)) return undefined
  const { type, machineId, version, epoch, reports } = value as Readonly<Record<string, unknown>>
  if (!words.has(type)) return undefined
  const isWhole =
    type === "hello"
      ? typeof machineId === "string"
      : type === "applied"
        ? typeof version === "number" && typeof epoch === "string"
        : Array.isArray(reports) && reports.every(isObject)
  return isWhole ? (value as FromProxy) : undefined
}
