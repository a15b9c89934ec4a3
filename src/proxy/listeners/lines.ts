// Lines of text from a socket, with a bound on their length.
import type { Socket } from "node:net"
import { longestProxyLine } from "../../protocol/index.ts"

/** Calls `line` for each whole line; ends the socket when one is too long. */
export const readLines = (socket: Socket, line: (text: string) => void): void => {
  let pending: Buffer[] = []
  let length = 0
  socket.on("data", (chunk: Buffer) => {
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      line(Buffer.concat([...pending, rest.subarray(0, end)]).toString("utf8"))
      pending = []
      length = 0
      rest = rest.subarray(end + 1)
    }
    length += rest.length
    if (length > longestProxyLine) return void socket.destroy()
    if (rest.length > 0) pending.push(rest)
  })
}
