// How a server of a bench says that it answers, and ends with who started it.
import type { Server } from "node:net"

export const sayPort = (server: Server): void => {
  const address = server.address()
  process.send?.({ port: typeof address === "object" && address ? address.port : 0 })
  process.on("disconnect", () => process.exit(0))
}
