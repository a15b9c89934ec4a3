// The orderly end of a listener: running requests are answered, everything else is cut.
import type { Server, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"

/** How long running requests may take to be answered once the listener closes, in milliseconds: long polls are cut after it. */
const patience = 5_000

/** Watches a server's sockets and requests from its start; the answer ends it. Calling it twice is the same as once. */
export const closer = (server: Server, clock: Clock): (() => Promise<void>) => {
  const sockets = new Set<Socket>()
  const running = new Set<ServerResponse>()
  let onQuiet = () => {}
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  server.on("request", (_req, res) => {
    running.add(res)
    res.once("close", () => {
      running.delete(res)
      if (running.size === 0) onQuiet()
    })
  })

  const close = () =>
    new Promise<void>((resolve) => {
      // Node counts a connection that has not sent a request yet as busy, and an upgraded one for ever: they are cut by hand.
      const cut = () => {
        cancel()
        for (const socket of sockets) socket.destroy()
      }
      const cancel = clock.at(clock.now() + patience, cut)
      server.close(() => resolve())
      server.closeIdleConnections()
      if (running.size === 0) cut()
      else onQuiet = cut
    })
  let closing: Promise<void> | undefined
  return () => {
    closing ??= close()
    return closing
  }
}
