// A TCP port or a unix socket whose connections are carried elsewhere and back: to a unix socket, or through a tunnel. It
// reads nothing of what passes.
import { rmSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { type Duplex, pipeline } from "node:stream"

export interface Forwarder {
  readonly port: number
  close(): Promise<void>
}

/** Carries bytes both ways until both ends have ended. An error of either ends both: the control plane may be restarting. */
export const carry = (a: Duplex, b: Duplex): void => {
  pipeline(a, b, (error) => error && b.destroy())
  pipeline(b, a, (error) => error && a.destroy())
}

/** Listens on `address`:`port` (0 takes a free one). Rejects when the port is taken. */
export const forward = (options: { address: string; port: number; connect: () => Duplex }): Promise<Forwarder> =>
  listen({ host: options.address, port: options.port }, options.connect)

/** Listens at `path`; a socket that was left there is replaced. */
export const forwardPath = (path: string, connect: () => Duplex): Promise<Forwarder> => {
  rmSync(path, { force: true })
  return listen({ path }, connect)
}

const listen = (at: { host: string; port: number } | { path: string }, connect: () => Duplex): Promise<Forwarder> =>
  new Promise((resolve, reject) => {
    const open = new Set<Duplex>()
    const server: Server = createServer({ allowHalfOpen: true }, (client) => {
      client.setNoDelay(true)
      const target = connect()
      for (const socket of [client, target]) {
        open.add(socket)
        socket.once("close", () => open.delete(socket))
      }
      carry(client, target)
    })
    server.once("error", reject)
    server.listen(at, () => {
      const bound = server.address()
      resolve({
        port: typeof bound === "object" && bound ? bound.port : 0,
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy()
            server.close(() => closed())
          }),
      })
    })
  })
