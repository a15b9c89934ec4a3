// A front that answers every connection with which listener of which load balancer it is and by which way it came: for
// tests of who is reached, which are not about how a front serves.
import type { Socket } from "node:net"
import type { BalancerConfiguration, ListenerConfiguration } from "../../src/protocol/index.ts"
import type { Front, MakeFront, Way } from "../../src/proxy/index.ts"

/** What a client hears. */
export const tinyAnswer = (text: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`

/** One with the attribute `unreadable` throws it. `held`: connections that sent nothing yet are kept and told of the end by it, as a front under work would. */
export const tinyFront =
  (told: string[] = []): MakeFront =>
  () => {
    let balancer: BalancerConfiguration | undefined
    let listener: ListenerConfiguration | undefined
    const open = new Set<Socket>()
    const front: Front = {
      configure(aBalancer, aListener) {
        if (aListener.attributes.unreadable) throw new Error(aListener.attributes.unreadable)
        balancer = aBalancer
        listener = aListener
        told.push(`configure ${balancer.name} ${listener.port}`)
      },
      accept(socket: Socket, way: Way) {
        open.add(socket)
        socket.on("error", () => socket.destroy())
        socket.on("close", () => open.delete(socket))
        socket.on("data", () => {
          const who = `${balancer?.name} ${listener?.port} by ${way.name} ${way.zone} for ${socket.remoteAddress}`
          socket.end(tinyAnswer(who))
        })
        socket.resume()
      },
      async close() {
        told.push(`close ${balancer?.name} ${listener?.port}`)
        for (const socket of open) socket.destroy()
      },
    }
    return front
  }
