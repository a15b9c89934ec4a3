// Writing answers to node's responses: the headers that every answer has, and the ways out before a protocol is known.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { HttpAnswer } from "../http.ts"
import type { Outlet } from "./outlet.ts"

/** How much of a refused body is read and thrown away before the connection is cut: a client only sees the answer once it has sent. */
const drainLimit = 256 * 1024 * 1024

/** Writes an answer. With `drain` the rest of the request's body is thrown away and the connection closed. */
export const answer = (
  end: Outlet,
  req: IncomingMessage,
  res: ServerResponse,
  made: HttpAnswer,
  requestId: string,
  cors: string | undefined,
  drain: boolean,
): void => {
  if (res.destroyed) return
  const head: Record<string, string | number> = {
    ...made.headers,
    "x-amzn-RequestId": requestId,
  }
  // 204 means that nothing follows, whatever the protocol would have written.
  const body = made.status === 204 ? "" : made.body
  if (made.status !== 204) head["content-length"] = typeof body === "string" ? Buffer.byteLength(body) : body.length
  if (cors !== undefined) Object.assign(head, corsHeaders(cors))
  if (drain) head.connection = "close"
  res.writeHead(made.status, head)
  if (drain) drainThenEnd(req, res, body)
  else end(res, body)
}

/** Answers at once and ends when the client has sent all: cutting it short would reset the connection before it has read. */
const drainThenEnd = (req: IncomingMessage, res: ServerResponse, body: string | Uint8Array): void => {
  res.write(body)
  if (req.complete) {
    res.end()
    return
  }
  let drained = 0
  req.on("data", (chunk: Buffer) => {
    drained += chunk.length
    if (drained > drainLimit) req.socket.destroy()
  })
  req.once("end", () => res.end())
}

/** A refusal that belongs to no protocol: JSON that a human and an SDK can read. */
export const answerPlain = (
  res: ServerResponse,
  status: number,
  code: string,
  message: string,
  requestId: string,
): void => {
  const body = JSON.stringify({ __type: code, message })
  res.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-errortype": code,
    "x-amzn-RequestId": requestId,
    // What was not allowed in is not read either.
    connection: "close",
  })
  res.end(body)
}

/** Answers a CORS preflight of an allowed origin. */
export const preflight = (
  res: ServerResponse,
  origin: string,
  headers: string | undefined,
  requestId: string,
): void => {
  res.writeHead(204, {
    ...corsHeaders(origin),
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": headers ?? "authorization, content-type, x-amz-*",
    "access-control-max-age": "600",
    "x-amzn-RequestId": requestId,
  })
  res.end()
}

const corsHeaders = (origin: string): Record<string, string> => ({
  "access-control-allow-origin": origin,
  "access-control-expose-headers":
    "x-amzn-RequestId, x-amzn-errortype, x-amzn-query-error, x-amz-request-id, etag, date",
  vary: "Origin",
})
