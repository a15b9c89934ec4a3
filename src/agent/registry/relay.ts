// A port on this host's loopback that leads to the control plane, for the engine to pull from: an engine takes a registry
// without TLS on 127.0.0.0/8, and nowhere else unless it was told to.
import { createServer, isIP, connect as plain, type Server, type Socket } from "node:net"
import { pipeline } from "node:stream"
import { connect as secure } from "node:tls"
import { isLoopback } from "../../kernel/index.ts"

/** Where the engine reaches the registry. */
export interface RegistryPlace {
  /** `127.0.0.1:4566`. */
  readonly address: string
  close(): Promise<void>
}

/** The place for a control plane at `endpoint`: itself where it is on the loopback, else a relay. */
export const registryPlace = async (endpoint: string): Promise<RegistryPlace> => {
  const { protocol, hostname, port: given } = new URL(endpoint)
  const port = Number(given || (protocol === "https:" ? 443 : 80))
  if (protocol === "http:" && isLoopback(hostname)) return { address: `${hostname}:${port}`, close: async () => {} }
  const host = hostname.replace(/^\[|\]$/g, "")
  const dial = () =>
    protocol === "https:"
      ? secure({ host, port, ...(isIP(host) === 0 && { servername: host }) })
      : plain({ host, port })
  try {
    // The same port as there, so that images keep the names under which the engine has them.
    return await relay(port, dial)
  } catch {
    // Somebody else has it, or it is one of the ports that not everybody may have.
    return relay(0, dial)
  }
}

const relay = (port: number, dial: () => Socket): Promise<RegistryPlace> =>
  new Promise((resolve, reject) => {
    const open = new Set<Socket>()
    const server: Server = createServer({ allowHalfOpen: true }, (client) => {
      const target = dial()
      for (const socket of [client, target]) {
        open.add(socket)
        socket.once("close", () => open.delete(socket))
      }
      // An error of either ends both; the engine tries again.
      pipeline(client, target, (error) => error && target.destroy())
      pipeline(target, client, (error) => error && client.destroy())
    })
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const bound = server.address()
      const address = `127.0.0.1:${typeof bound === "object" && bound ? bound.port : port}`
      const close = () =>
        new Promise<void>((closed) => {
          for (const socket of open) socket.destroy()
          server.close(() => closed())
        })
      resolve({ address, close })
    })
  })
