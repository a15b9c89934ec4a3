// The WebSocket client behind the agent's two channels: plain text frames, no compression, no sub-protocol, as the
// agent protocol has it. When to connect, what to send and what a close means is not decided here.
import { WebSocket } from "ws"

/** What happens to a socket. After `close`, `refused` or `error` nothing more comes. */
export interface SocketEvents {
  open(): void
  message(text: string): void
  /** `code` is 1006 when the connection broke without a close frame. */
  close(code: number, reason: string): void
  /** The upgrade was answered with another status than 101. */
  refused(status: number, body: string): void
  /** There was no connection. */
  error(error: Error): void
}

/** One WebSocket. */
export interface Socket {
  send(text: string): void
  /** Closes with a frame; a peer that does not answer it is cut off. */
  close(code: number, reason: string): void
}

/** Opens `url` (http or https) with `headers` on the upgrade request. */
export type OpenSocket = (url: string, headers: Readonly<Record<string, string>>, events: SocketEvents) => Socket

/** The longest frame taken; a payload of ten tasks with a thousand environment variables each stays far below it. */
const maxPayload = 16 * 1024 * 1024
/** How much of a refusal's body is read: it holds one error. */
const maxRefusal = 16 * 1024

/** An {@link OpenSocket} over `ws`. */
export const openWebSocket: OpenSocket = (url, headers, events) => {
  const socket = new WebSocket(url.replace(/^http/, "ws"), {
    headers,
    perMessageDeflate: false,
    maxPayload,
    handshakeTimeout: 10_000,
    followRedirects: false,
  })
  let opened = false
  let over = false
  const once = (tell: () => void) => {
    if (over) return
    over = true
    tell()
  }
  socket.on("open", () => {
    opened = true
    events.open()
  })
  socket.on("message", (data, binary) => {
    if (!binary && !over) events.message(data.toString())
  })
  socket.on("close", (code, reason) => once(() => events.close(code, reason.toString())))
  // After an open connection failed, `close` follows with 1006 and says the same.
  socket.on("error", (error) => !opened && once(() => events.error(error)))
  socket.on("unexpected-response", (request, response) => {
    let body = ""
    const end = () => {
      once(() => events.refused(response.statusCode ?? 0, body))
      request.destroy()
    }
    response.setEncoding("utf8")
    response.on("data", (chunk: string) => {
      body = (body + chunk).slice(0, maxRefusal)
    })
    response.on("end", end)
    response.on("error", end)
  })
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: (code, reason) => {
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate()
      else socket.close(code, reason)
    },
  }
}
