// A check by HTTP/1.1: AWS's GET, answered by a status that matches. Also of classic load balancers.
import { request } from "node:http"
import { matches } from "./matcher.ts"
import { failed, type Open, type ProbeOrder } from "./probe-order.ts"
import type { Outcome } from "./verdict.ts"

/** The most of an answer's body that is read before the connection is cut off. */
const mostBody = 64 * 1024

export const probeHttp1 = (
  { check, address, port }: ProbeOrder,
  open: Open,
  settle: (outcome: Outcome) => void,
): void => {
  const asked = request({
    createConnection: () => open(),
    method: "GET",
    path: check.path,
    headers: {
      Host: `${address}:${port}`,
      Connection: "close",
      "User-Agent": check.userAgent,
      "Accept-Encoding": "gzip, compressed",
    },
  })
  asked.on("response", (response) => {
    const code = response.statusCode ?? 0
    settle(matches(check.matcher, code) ? { ok: true } : { ok: false, why: "codes", code })
    let read = 0
    response.on("data", (chunk: Buffer) => {
      read += chunk.length
      if (read > mostBody) asked.destroy()
    })
    response.on("error", () => {})
  })
  asked.on("upgrade", (_response, socket) => {
    settle({ ok: false, why: "codes", code: 101 })
    socket.destroy()
  })
  asked.on("error", () => settle(failed))
  asked.on("close", () => settle(failed))
  asked.end()
}
