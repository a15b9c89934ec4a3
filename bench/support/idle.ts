// Connections that are opened and then say nothing, or stop in the middle of a head.
import { once } from "node:events"
import { connect, type Socket } from "node:net"

/** So many are being opened at a time: fewer than a server's backlog. */
const together = 100

/** Opens `count` connections; every third has begun a request. Answers what closes them. */
export const holdIdle = async (port: number, count: number): Promise<{ close(): void }> => {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(together, count - sockets.length) }, () => connect(port, "127.0.0.1"))
    await Promise.all(some.map((socket) => once(socket, "connect")))
    for (const socket of some) {
      socket.on("error", () => {})
      if (sockets.push(socket) % 3 === 0) socket.write("GET /half/of/a/head HTTP/1.1\r\nHost: example.com\r\n")
    }
  }
  return { close: () => sockets.forEach((socket) => void socket.destroy()) }
}
