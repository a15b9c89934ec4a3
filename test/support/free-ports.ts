// Ports for what must know its port before it listens.
import { randomInt } from "node:crypto"
import { createServer } from "node:net"

/** Ports of nobody at the moment, below those that the kernel hands out: nobody gets one by chance before we listen. */
export const freePorts = async (count: number): Promise<number[]> => {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = 10_000 + randomInt(20_000)
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once("error", () => resolve(false))
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
    })
    if (isFree) ports.add(port)
  }
  return [...ports]
}
