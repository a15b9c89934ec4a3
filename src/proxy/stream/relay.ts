// Two sockets joined: what one says the other hears, no faster than it can take it, and either may stop speaking while it
// goes on listening.
import type { Socket } from "node:net"

/** Both must allow being half open. Errors and the end of both are the caller's. */
export const join = (one: Socket, other: Socket): void => {
  oneWay(one, other)
  oneWay(other, one)
}

/** So much may wait for who reads slowly. Node's own mark is one full read: with it each of them would stop the reading. */
const most = 256 * 1024

const oneWay = (from: Socket, to: Socket): void => {
  from.on("data", (chunk: Buffer) => {
    if (to.writable && !to.write(chunk) && to.writableLength > most) from.pause()
  })
  to.on("drain", () => {
    if (from.isPaused()) from.resume()
  })
  from.on("end", () => to.end())
  from.resume()
}

/** Ends a connection so that the peer sees a reset, not an end. */
export const reset = (socket: Socket): void => {
  try {
    if (!socket.destroyed) socket.resetAndDestroy()
  } catch {
    // Handed over by another process it is no TCP socket of ours: there is only closing it.
    socket.destroy()
  }
}
