// Connections over the stream between the supervisor and its helper. Each has a window, so that one whose reader is slow
// holds up only itself.
import { Duplex } from "node:stream"
import { type Frame, type Kind, kinds } from "./frames.ts"

/** How much may be under way to a reader that has not read it. */
const windowSize = 256 * 1024
const pieceSize = 32 * 1024

type Send = (kind: Kind, id: number, payload?: Uint8Array) => void
type Done = (error?: Error | null) => void

const numberOf = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

class Connection extends Duplex {
  readonly #id: number
  readonly #send: Send
  readonly #gone: () => void
  #credit = windowSize
  #waiting: { chunk: Buffer; done: Done } | undefined
  /** Received and not yet asked for by our reader. */
  #unread = 0
  #lost = false

  constructor(id: number, send: Send, gone: () => void) {
    super({ allowHalfOpen: true })
    this.#id = id
    this.#send = send
    this.#gone = gone
  }

  hear({ kind, payload }: Frame): void {
    switch (kind) {
      case kinds.data:
        this.#unread += payload.length
        this.push(payload)
        return
      case kinds.end:
        this.push(null)
        return
      case kinds.credit:
        this.#credit += payload.readUInt32BE(0)
        this.#flush()
        return
      case kinds.reset:
        this.#lost = true
        this.destroy()
    }
  }

  override _read(): void {
    if (this.#unread === 0) return
    this.#send(kinds.credit, this.#id, numberOf(this.#unread))
    this.#unread = 0
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: Done): void {
    this.#waiting = { chunk, done }
    this.#flush()
  }

  #flush(): void {
    const waiting = this.#waiting
    if (!waiting) return
    while (waiting.chunk.length > 0 && this.#credit > 0) {
      const piece = waiting.chunk.subarray(0, Math.min(pieceSize, this.#credit))
      this.#credit -= piece.length
      this.#send(kinds.data, this.#id, piece)
      waiting.chunk = waiting.chunk.subarray(piece.length)
    }
    if (waiting.chunk.length > 0) return
    this.#waiting = undefined
    waiting.done()
  }

  override _final(done: Done): void {
    this.#send(kinds.end, this.#id)
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.#lost && !(this.readableEnded && this.writableFinished)) this.#send(kinds.reset, this.#id)
    this.#gone()
    done(error)
  }
}

/** One end of all connections. */
export interface Tunnel {
  /** A connection to the other end, and there to what it knows by this name; without one to the APIs. */
  connect(to?: string): Duplex
  /** A frame that is not a message. */
  hear(frame: Frame): void
  /** The stream is gone, and all connections with it. */
  close(): void
}

/** `accept` is called with each connection of the other end and where it is to go; an end that gives none refuses them. */
export const tunnel = (options: {
  /** Which end it is: both number the connections that they begin. */
  end: "supervisor" | "helper"
  send: Send
  accept?: (connection: Duplex, to: string) => void
}): Tunnel => {
  const open = new Map<number, Connection>()
  let last = options.end === "helper" ? 1 : 0
  const begin = (id: number): Connection => {
    const connection = new Connection(id, options.send, () => open.delete(id))
    // Whoever uses it hears of its end; an error on the way to it is that end.
    connection.on("error", () => {})
    open.set(id, connection)
    return connection
  }
  return {
    connect(to = "") {
      last += 2
      options.send(kinds.open, last, Buffer.from(to))
      return begin(last)
    },
    hear(frame) {
      if (frame.kind !== kinds.open) return open.get(frame.id)?.hear(frame)
      if (options.accept) options.accept(begin(frame.id), frame.payload.toString("utf8"))
      else options.send(kinds.reset, frame.id)
    },
    close() {
      for (const connection of open.values()) connection.destroy()
    },
  }
}
