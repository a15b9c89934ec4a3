// Lines of text from a socket of our own processes, with the bound of the proxies' channel.
import type { Socket } from "node:net"
import { lineReader } from "../../kernel/index.ts"
import { longestProxyLine } from "../../protocol/index.ts"

/** Calls `line` for each whole line; ends the socket when one is too long. */
export const readLines = (socket: Socket, line: (text: string) => void): void => {
  socket.on("data", lineReader({ line, limit: longestProxyLine, tooLong: () => void socket.destroy() }))
}
