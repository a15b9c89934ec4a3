// One port for TLS and for plain HTTP: whoever begins with a TLS handshake is given to the one server, everybody else to the
// other. Plain HTTP is for the agents of this machine's own hosts, who know no certificate; handle.ts lets nobody else in.
import type { Server } from "node:http"
import { createServer, type Server as NetServer, type Socket } from "node:net"
import type { Clock } from "../../kernel/index.ts"

/** The first byte of a TLS handshake; no method of HTTP begins with it. */
const handshake = 0x16
/** How long a connection may say nothing at all, in milliseconds. */
const patience = 60_000

/** Neither server listens by itself. */
export const createFront = (plain: Server, secure: Server, clock: Clock): NetServer => {
  // What bounds the time for headers starts when a server begins to listen.
  plain.emit("listening")
  secure.emit("listening")
  return createServer({ noDelay: true }, (socket: Socket) => {
    const cancel = clock.at(clock.now() + patience, () => socket.destroy())
    socket.once("error", () => socket.destroy())
    socket.once("close", cancel)
    socket.once("data", (first: Buffer) => {
      cancel()
      socket.pause()
      socket.unshift(first)
      ;(first[0] === handshake ? secure : plain).emit("connection", socket)
      // The server has its listeners now; what came first comes to it first.
      process.nextTick(() => socket.resume())
    })
  })
}
