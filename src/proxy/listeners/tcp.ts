// A listening socket whose connections are given to whoever owns it at that moment.
import { createServer, type Socket } from "node:net"
import type { Closable } from "./keep-open.ts"

/** Connections that wait to be taken: a burst is not turned away while a configuration is applied. */
const backlog = 4096

export interface ListeningSocket extends Closable {
  readonly port: number
}

/** Listens (port 0 takes a free one); rejects as node does. Closing it leaves connections alone. */
export const listenTcp = (address: string, port: number, take: (socket: Socket) => void): Promise<ListeningSocket> =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, take)
    server.once("error", reject)
    server.listen({ host: address, port, backlog }, () => {
      server.off("error", reject)
      // An accept that fails (no file is left) is of one client; the socket listens on.
      server.on("error", () => {})
      // Node waits for connections before it calls back, and they are none of the listener's business.
      const bound = server.address()
      resolve({
        port: typeof bound === "object" && bound ? bound.port : port,
        close: async () => {
          server.close()
        },
      })
    })
  })
