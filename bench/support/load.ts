// Callers that send prepared requests over kept-alive connections, each as soon as its last answer has come. They read
// no more of an answer than they must, so that the time is the server's.
import { once } from "node:events"
import { connect } from "node:net"
import { percentile } from "./measure.ts"

/** What came of a run. */
export interface LoadResult {
  readonly perSecond: number
  /** Milliseconds from a request's first byte out to its answer's last byte in. */
  readonly p50: number
  readonly p99: number
}

/**
 * Sends each caller's requests in turn; `undefined` ends that caller. Fails on any answer but 200: a refused request is
 * quick and proves nothing.
 */
export const load = async (
  port: number,
  callers: number,
  next: (caller: number) => Buffer | undefined,
): Promise<LoadResult> => {
  const times: number[] = []
  const began = performance.now()
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(port, () => next(caller), times)))
  const seconds = (performance.now() - began) / 1000
  return { perSecond: times.length / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/** The answer to a single request, for what must be known before a run. */
export const ask = async (port: number, request: Buffer): Promise<Record<string, unknown>> => {
  const requests = [request]
  let body = ""
  const keep = (text: string) => {
    body = text
  }
  await call(port, () => requests.pop(), [], keep)
  return JSON.parse(body) as Record<string, unknown>
}

const call = async (
  port: number,
  next: () => Buffer | undefined,
  times: number[],
  onBody?: (text: string) => void,
): Promise<void> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true })
  await once(socket, "connect")
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let sent = 0
  let answer: Buffer = Buffer.alloc(0)
  const send = () => {
    const request = next()
    if (!request) return resolve()
    sent = performance.now()
    socket.write(request)
  }
  socket.on("data", (chunk) => {
    answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk])
    const end = endOf(answer)
    if (end === undefined) return
    times.push(performance.now() - sent)
    if (answer.toString("latin1", 9, 12) !== "200") return reject(new Error(answer.toString("utf8", 0, 1000)))
    onBody?.(answer.toString("utf8", answer.indexOf("\r\n\r\n") + 4))
    answer = Buffer.alloc(0)
    send()
  })
  socket.on("error", reject)
  socket.on("close", () => reject(new Error("the server closed the connection")))
  send()
  try {
    await promise
  } finally {
    socket.destroy()
  }
}

/** Where a whole answer ends, or undefined while some of it is missing. */
const endOf = (answer: Buffer): number | undefined => {
  const head = answer.indexOf("\r\n\r\n")
  if (head < 0) return undefined
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.toString("latin1", 0, head))?.[1]
  if (length === undefined) throw new Error("the answer has no content-length")
  const end = head + 4 + Number(length)
  return answer.length >= end ? end : undefined
}
