// What a client is told whom no load balancer on the port is named for.
import type { Socket } from "node:net"
import type { DoorWish } from "../../protocol/index.ts"

/** A plain answer to whatever was asked; then the connection ends. */
export const answerPlainly = (socket: Socket, status: string, text: string): void => {
  socket.on("error", () => socket.destroy())
  const head = [
    `HTTP/1.1 ${status}`,
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`)
  // What else it says is thrown away, so that it reads the answer before the connection is reset.
  socket.resume()
  socket.setTimeout(5_000, () => socket.destroy())
}

const urlOf = ({ speaks, names, port }: DoorWish): string => {
  const [scheme, usual] = speaks === "tls" ? ["https", 443] : ["http", 80]
  return `${scheme}://${names[0]}${port === usual ? "" : `:${port}`}/`
}

/** Says which names there are. */
export const refuseHttp = (
  socket: Socket,
  {
    port,
    host,
    doors,
  }: { readonly port: number; readonly host: string | undefined; readonly doors: readonly DoorWish[] },
): void => {
  const asked = host === undefined ? "The request names no host" : `No load balancer is named ${JSON.stringify(host)}`
  const there = doors.map((door) => `  ${urlOf(door)}\n`).join("")
  answerPlainly(
    socket,
    "421 Misdirected Request",
    `${asked}. On port ${port} of this machine Roadstead has these load balancers, by their names:\n${there}`,
  )
}

/** Fatal: unrecognized_name (RFC 6066 section 3). */
const unrecognizedName = Buffer.from([21, 3, 3, 0, 2, 2, 112])

export const refuseTls = (socket: Socket): void => {
  socket.on("error", () => socket.destroy())
  socket.end(unrecognizedName)
  socket.resume()
  socket.setTimeout(5_000, () => socket.destroy())
}
