// Asking the machine's own resolvers: a message goes to each server in turn as the bytes that it came as, until one
// answers in time. Knows nothing of what it says.
import { createSocket } from "node:dgram"
import { readFileSync } from "node:fs"
import { connect, isIP } from "node:net"
import type { Clock } from "../../kernel/index.ts"

/** The `nameserver` lines of a resolv.conf, at most three as resolvers do. */
export const nameservers = (resolvConf: string): string[] =>
  resolvConf
    .split("\n")
    .flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? [])
    .filter((address) => isIP(address) !== 0)
    .slice(0, 3)

/** The servers of this machine; none when it has no resolv.conf. */
export const machineNameservers = (path = "/etc/resolv.conf"): string[] => {
  try {
    return nameservers(readFileSync(path, "utf8"))
  } catch {
    return []
  }
}

export interface Upstream {
  /** The answer's bytes, or undefined when no server answered in time. Never rejects. */
  ask(message: Uint8Array, transport: "udp" | "tcp"): Promise<Buffer | undefined>
}

/** Two servers and we are still within the five seconds after which libc asks again. */
const patience = 2_000
const port = 53

interface Server {
  readonly address: string
  readonly port?: number
}

const overUdp = (server: Server, message: Uint8Array, clock: Clock): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const socket = createSocket(isIP(server.address) === 6 ? "udp6" : "udp4")
    let over = false
    const done = (answer: Buffer | undefined) => {
      if (over) return
      over = true
      cancel()
      socket.close()
      resolve(answer)
    }
    const cancel = clock.at(clock.now() + patience, () => done(undefined))
    // No route, no permission, nobody at the port: the next server may be luckier.
    socket.on("error", () => done(undefined))
    socket.on("message", (answer) => {
      // The socket is connected, so only the server can have sent it; the id tells a late answer from ours.
      if (answer.length >= 12 && answer[0] === message[0] && answer[1] === message[1]) done(answer)
    })
    // Connected, so that a closed port is an error at once and nobody else's packets come in. By its event and not a
    // callback, which would be called for a failure as well.
    socket.once("connect", () => socket.send(message))
    socket.connect(server.port ?? port, server.address)
  })

const overTcp = (server: Server, message: Uint8Array, clock: Clock): Promise<Buffer | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host: server.address, port: server.port ?? port })
    const cancel = clock.at(clock.now() + patience, () => done(undefined))
    let got = Buffer.alloc(0)
    const done = (answer: Buffer | undefined) => {
      cancel()
      socket.destroy()
      resolve(answer)
    }
    socket.on("error", () => done(undefined))
    socket.on("end", () => done(undefined))
    socket.on("data", (chunk) => {
      got = Buffer.concat([got, chunk])
      if (got.length >= 2 && got.length >= 2 + got.readUInt16BE(0)) done(got.subarray(2, 2 + got.readUInt16BE(0)))
    })
    socket.write(framed(message))
  })

/** A message as it goes over TCP: its length in front. */
export const framed = (message: Uint8Array): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** Asks `servers` in their order. */
export const upstreamOf = (servers: readonly Server[], clock: Clock): Upstream => ({
  async ask(message, transport) {
    for (const server of servers) {
      const answer = await (transport === "udp" ? overUdp : overTcp)(server, message, clock)
      if (answer) return answer
    }
    return undefined
  },
})
