// A TCP port whose connections are carried to a unix socket and back. It reads nothing of what passes.
import { connect, createServer, type Server, type Socket } from "node:net"
import { pipeline } from "node:stream"

export interface Forwarder {
  readonly port: number
  close(): Promise<void>
}

/** Listens on `address`:`port` (0 takes a free one). Rejects when the port is taken. */
export const forward = (options: { address: string; port: number; to: string }): Promise<Forwarder> =>
  new Promise((resolve, reject) => {
    const open = new Set<Socket>()
    const server: Server = createServer({ allowHalfOpen: true }, (client) => {
      const target = connect({ path: options.to, allowHalfOpen: true })
      for (const socket of [client, target]) {
        open.add(socket)
        socket.once("close", () => open.delete(socket))
        socket.setNoDelay?.(true)
      }
      // An error of either end has ended both when this is called; the control plane may be restarting.
      pipeline(client, target, () => target.destroySoon())
      pipeline(target, client, () => client.destroySoon())
    })
    server.once("error", reject)
    server.listen(options.port, options.address, () => {
      const bound = server.address()
      resolve({
        port: typeof bound === "object" && bound ? bound.port : options.port,
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy()
            server.close(() => closed())
          }),
      })
    })
  })
