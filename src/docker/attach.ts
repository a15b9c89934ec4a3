// A container's standard streams over Docker's API: what is written to it, and its two outputs apart. Attached before
// the container starts, nothing of its output is missed.
import { request } from "node:http"
import type { Socket } from "node:net"
import type { Docker } from "./client.ts"
import { DockerError } from "./error.ts"

/** What the container writes, and the end of the connection: of the container, or of the engine. */
export interface AttachEvents {
  output(bytes: Buffer): void
  errors(bytes: Buffer): void
  end(): void
}

export interface Attachment {
  write(bytes: Uint8Array): void
  /** Ends the connection. A container with StdinOnce sees the end of its input. */
  close(): void
}

/** Docker marks each piece: the stream, three zeros, and the length in four bytes. */
const headerLength = 8
const standardError = 2

/** Takes the pieces of Docker's stream apart, however they were cut. */
export const demultiplexer = (events: Pick<AttachEvents, "output" | "errors">): ((bytes: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= headerLength) {
      const end = headerLength + rest.readUInt32BE(4)
      if (rest.length < end) return
      const piece = rest.subarray(headerLength, end)
      if (rest[0] === standardError) events.errors(piece)
      else events.output(piece)
      rest = rest.subarray(end)
    }
  }
}

/** Attaches to all three streams of a container without a terminal. Rejects with a {@link DockerError}. */
export const attachContainer = (docker: Docker, id: string, events: AttachEvents): Promise<Attachment> =>
  new Promise((resolve, reject) => {
    const asked = request({
      socketPath: docker.socketPath,
      method: "POST",
      path: `/containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
      headers: { Host: "docker", Connection: "Upgrade", Upgrade: "tcp" },
    })
    asked.once("error", (error: NodeJS.ErrnoException) =>
      reject(new DockerError(0, `Cannot attach to a container: ${error.message}`, error.code)),
    )
    asked.once("response", (response) => {
      response.resume()
      reject(new DockerError(response.statusCode ?? 0, `Cannot attach to a container: status ${response.statusCode}`))
    })
    asked.once("upgrade", (_, connection, head) => {
      const socket = connection as Socket
      const take = demultiplexer(events)
      if (head.length > 0) take(head)
      socket.on("data", take)
      // The end follows, and says all that there is to say.
      socket.on("error", () => {})
      socket.once("close", () => events.end())
      socket.once("end", () => socket.destroy())
      resolve({ write: (bytes) => void socket.write(bytes), close: () => socket.destroy() })
    })
    asked.end()
  })
