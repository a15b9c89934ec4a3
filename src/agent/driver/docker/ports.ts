// Free host ports in a row, for port mappings with a range: Docker takes single free ports by itself, but not neighbours.
import { createSocket } from "node:dgram"
import { readFile } from "node:fs/promises"
import { createServer } from "node:net"
import { type ContainerDriver, DriverError } from "../../driver.ts"

/** Where ECS's agent looks for dynamic host ports when the kernel does not say: aws-behaviour.md 1.8. */
const fallback = [49153, 65535] as const

/** The call about ports. They are looked for from where the last ones ended, so that two that ask at once differ. */
export const portCalls = (
  read: () => Promise<string> = () => readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8"),
): Pick<ContainerDriver, "freePorts"> => {
  let next: number | undefined
  return {
    async freePorts(count, protocol) {
      const [low, high] = await read().then(parse, () => fallback)
      for (let left = high - low + 1; left > 0; ) {
        const first = next === undefined || next < low || next + count - 1 > high ? low : next
        next = first + count
        const taken = await lastTaken(first, count, protocol)
        if (taken === undefined) return first
        next = taken + 1
        left -= Math.max(1, next - first)
      }
      throw new DriverError("cannot-create", `${count} free host ports in a row were not to be found`)
    },
  }
}

const parse = (text: string): readonly [number, number] => {
  const [low, high] = text.trim().split(/\s+/).map(Number)
  return low && high ? [low, high] : fallback
}

/** The last port of the row that somebody has: a free row cannot begin before it. */
const lastTaken = async (first: number, count: number, protocol: "tcp" | "udp"): Promise<number | undefined> => {
  for (let port = first + count - 1; port >= first; port--) if (!(await isFree(port, protocol))) return port
  return undefined
}

const isFree = (port: number, protocol: "tcp" | "udp"): Promise<boolean> =>
  new Promise((resolve) => {
    if (protocol === "udp") {
      const socket = createSocket("udp4")
      socket.once("error", () => socket.close(() => resolve(false)))
      socket.bind({ port, address: "0.0.0.0", exclusive: true }, () => socket.close(() => resolve(true)))
      return
    }
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen({ port, host: "0.0.0.0", exclusive: true }, () => server.close(() => resolve(true)))
  })
