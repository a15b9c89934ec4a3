// Opens ports of this machine's loopback for proxies in other network namespaces: each says what it wishes over a unix
// socket, and connections are carried to its own. When its connection ends, so do its wishes.
import { rmSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { type Duplex, pipeline } from "node:stream"
import { errorFields, type Log } from "../../kernel/index.ts"
import type { FromDoors, Handover, ToDoors } from "../../protocol/index.ts"
import type { Door, Doors } from "./door.ts"
import type { Closable } from "./keep-open.ts"
import { readLines } from "./lines.ts"

/** Carries bytes both ways until both ends have ended. */
const carry = (a: Duplex, b: Duplex): void => {
  pipeline(a, b, (error) => error && b.destroy())
  pipeline(b, a, (error) => error && a.destroy())
}

const isWhole = (value: unknown): value is ToDoors => {
  const { type, socket, wishes } = value as Partial<ToDoors>
  return type === "doors" && typeof socket === "string" && Array.isArray(wishes)
}

const handOver = (client: Socket, socket: string, { balancer, listener }: ToDoors["wishes"][number]): void => {
  const target = connect({ path: socket, allowHalfOpen: true })
  const { remoteAddress: address = "", remotePort: port = 0 } = client
  const line: Handover = { way: "localhost", balancer, listener, client: { address, port } }
  target.write(`${JSON.stringify(line)}\n`)
  carry(client, target)
}

/** Listens at the path. */
export const serveDoors = (path: string, doors: Doors, log: Log): Promise<Closable> => {
  const open = new Set<Socket>()
  const server = createServer((peer) => {
    open.add(peer)
    const say = (message: FromDoors) => void (peer.writable && peer.write(`${JSON.stringify(message)}\n`))
    peer.on("error", (error) => log.debug("a proxy's doors broke", errorFields(error)))
    peer.on("close", () => {
      open.delete(peer)
      doors.set(peer, [])
    })
    readLines(peer, (line) => {
      const message: unknown = JSON.parse(line)
      if (!isWhole(message)) return void peer.destroy()
      const wished = message.wishes.map(
        (wish): Door => ({
          ...wish,
          take: (client) => handOver(client, message.socket, wish),
          say: (failure) => say({ type: "door", id: wish.id, ...(failure !== undefined && { failure }) }),
        }),
      )
      doors.set(peer, wished)
    })
  })
  return new Promise((resolve, reject) => {
    rmSync(path, { force: true })
    server.once("error", reject)
    server.listen(path, () => {
      resolve({
        close: async () => {
          server.close()
          for (const peer of open) peer.destroy()
        },
      })
    })
  })
}
