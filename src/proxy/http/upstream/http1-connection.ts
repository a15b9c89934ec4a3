// A connection to a target over which requests go one after the other as HTTP/1.1.
import type { Socket } from "node:net"
import type { TLSSocket } from "node:tls"
import { http1Head } from "../request-to-target.ts"
import { type Following, ResponseError, ResponseReader } from "./response-reader.ts"
import type { Answer, Failure, Outgoing, ResponseHead, Sending } from "./types.ts"

/** Whose connection it is: gets it back when it can serve another request. */
export interface Owner {
  release(connection: Http1Connection): void
  ended(connection: Http1Connection): void
}

const noAnswer = (): never => {
  throw new ResponseError("an answer that nobody asked for")
}

/** See the head of the file. */
export class Http1Connection implements Sending {
  readonly #socket: Socket
  readonly #owner: Owner
  readonly #reader: ResponseReader
  #answer: Answer | undefined
  #outgoing: Outgoing | undefined
  #connected: boolean
  /** The request's body, and the answer, are whole. */
  #sent = false
  #answered = false
  /** The target lets the connection live after this answer. */
  #keeps = true
  #anyByte = false
  #paused = false
  #served = 0
  #failure: Failure = "refused"
  /** When it became free: the clock's time. */
  idleSince = 0

  /** The socket is connecting (with TLS: up to the end of the handshake). */
  constructor(socket: Socket | TLSSocket, connectEvent: "connect" | "secureConnect", owner: Owner) {
    this.#socket = socket
    this.#owner = owner
    this.#connected = false
    this.#reader = new ResponseReader({
      head: (head, keeps) => this.#head(head, keeps),
      body: (chunk) => this.#body(chunk),
      end: (last, trailers) => this.#end(last, trailers),
    })
    socket.setNoDelay(true)
    socket.on("data", (chunk: Buffer) => this.#data(chunk))
    socket.on("end", () => this.#ended())
    socket.on("close", () => this.#ended())
    socket.on("error", (error: NodeJS.ErrnoException) => this.#error(error))
    socket.on("drain", () => this.#answer?.onDrain())
    socket.on("timeout", () => this.#timeout())
    if (connectEvent === "secureConnect") socket.once("connect", () => this.#tcp())
    socket.once(connectEvent, () => this.#open())
  }

  get reused(): boolean {
    return this.#served > 0
  }

  get busy(): boolean {
    return this.#answer !== undefined
  }

  /** One at a time. */
  send(outgoing: Outgoing, answer: Answer, idleMs: number): void {
    this.#answer = answer
    this.#outgoing = outgoing
    this.#sent = outgoing.body === "none"
    this.#answered = false
    this.#keeps = !outgoing.last
    this.#anyByte = false
    if (this.#socket.timeout !== idleMs) this.#socket.setTimeout(idleMs)
    if (this.#connected) this.#start()
  }

  write(chunk: Buffer): boolean {
    if (this.#outgoing?.body !== "chunked") return this.#socket.write(chunk)
    if (chunk.length === 0) return true
    this.#socket.cork()
    this.#socket.write(`${chunk.length.toString(16)}\r\n`, "latin1")
    this.#socket.write(chunk)
    const more = this.#socket.write("\r\n", "latin1")
    this.#socket.uncork()
    return more
  }

  end(trailers: readonly string[]): void {
    if (this.#outgoing?.body === "chunked") this.#socket.write(lastChunk(trailers), "latin1")
    this.#sent = true
    if (this.#answered) this.#free()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }

  abort(): void {
    this.#answer = undefined
    this.#close()
  }

  /** The target left the configuration, or nobody needs the connection. */
  destroy(why: Failure): void {
    this.#fail(why)
  }

  #tcp(): void {
    if (!this.#connected) this.#failure = "tls"
  }

  #open(): void {
    this.#connected = true
    this.#failure = "reset"
    if (this.#answer) this.#start()
  }

  #start(): void {
    const outgoing = this.#outgoing
    if (!outgoing) return
    this.#socket.write(http1Head(outgoing.request, framingOf(outgoing)), "latin1")
    this.#answer?.onSent()
  }

  #data(chunk: Buffer): void {
    this.#anyByte = true
    try {
      if (this.#answer === undefined) noAnswer()
      this.#reader.read(chunk)
    } catch (thrown) {
      if (!(thrown instanceof ResponseError)) throw thrown
      this.#fail("malformed")
    }
  }

  #head(head: ResponseHead, keeps: boolean): Following {
    const answer = this.#answer
    if (!answer || this.#answered) return noAnswer()
    if (head.status === 101) {
      // A switch that nobody asked for.
      if (!this.#outgoing?.upgrade) return noAnswer()
      queueMicrotask(() => this.#switch(head))
      return "switch"
    }
    if (head.status < 200) {
      answer.onInterim(head)
      return "interim"
    }
    this.#keeps &&= keeps
    answer.onHead(head)
    return this.#outgoing?.request.method === "HEAD" || head.status === 204 || head.status === 304 ? "no-body" : "body"
  }

  /** The socket goes to whoever pipes it on; nothing here hears it any more. */
  #switch(head: ResponseHead): void {
    const answer = this.#answer
    if (!answer) return
    this.#answer = undefined
    this.#owner.ended(this)
    const socket = this.#socket
    for (const event of ["data", "end", "close", "error", "drain", "timeout"]) socket.removeAllListeners(event)
    socket.pause()
    answer.onSwitch(head, socket, this.#reader.takeRest())
  }

  #body(chunk: Buffer): void {
    if (this.#answer?.onBody(chunk) === false && !this.#paused) {
      this.#paused = true
      this.#socket.pause()
    }
  }

  #end(last: Buffer | undefined, trailers: readonly string[]): void {
    const answer = this.#answer
    this.#answered = true
    if (this.#sent) this.#free()
    answer?.onEnd(last, trailers)
  }

  /** Both directions are done: the connection may serve again. */
  #free(): void {
    this.#answer = undefined
    this.#outgoing = undefined
    this.#served++
    this.resume()
    if (this.#keeps && this.#socket.writable && this.#reader.idle) this.#owner.release(this)
    else this.#close()
  }

  #ended(): void {
    if (this.#answer && !this.#answered && this.#reader.finish()) return
    this.#fail(this.#failure)
  }

  #error(error: NodeJS.ErrnoException): void {
    if (!this.#connected && error.code === "ETIMEDOUT") this.#failure = "unreachable"
    this.#fail(this.#failure)
  }

  #timeout(): void {
    // A client that does not read holds it up, not the target.
    if (this.#paused) return
    if (this.#answer) this.#fail(this.#connected ? "silent" : "unreachable")
    else this.#close()
  }

  #fail(why: Failure): void {
    const answer = this.#answered ? undefined : this.#answer
    this.#answer = undefined
    this.#close()
    answer?.onFailure(why, this.reused && !this.#anyByte && why === "reset")
  }

  #close(): void {
    this.#keeps = false
    this.#owner.ended(this)
    this.#socket.destroy()
  }
}

const none: readonly string[] = []

const framingOf = ({ body, length, upgrade, last }: Outgoing): readonly string[] => {
  if (upgrade !== undefined) return ["Connection", "upgrade", "Upgrade", upgrade]
  if (body === "none" && length === undefined && !last) return none
  return [
    ...(body === "chunked" ? ["Transfer-Encoding", "chunked"] : []),
    ...(body !== "chunked" && length !== undefined ? ["Content-Length", length] : []),
    ...(last ? ["Connection", "close"] : []),
  ]
}

const lastChunk = (trailers: readonly string[]): string => {
  let text = "0\r\n"
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}: ${trailers[i + 1]}\r\n`
  return `${text}\r\n`
}
