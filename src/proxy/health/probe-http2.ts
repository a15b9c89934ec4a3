// A check by HTTP/2: of target groups with that protocol version a GET, of gRPC a call with an empty message, answered by a
// code of gRPC that matches.
import { connect, constants, type IncomingHttpHeaders } from "node:http2"
import { matches } from "./matcher.ts"
import { failed, type Open, type ProbeOrder } from "./probe-order.ts"
import type { Outcome } from "./verdict.ts"

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, HTTP2_HEADER_STATUS, HTTP2_HEADER_AUTHORITY } = constants

/** A frame of gRPC around a message without fields. */
const emptyMessage = Buffer.alloc(5)

export const probeHttp2 = (
  { check, address, port }: ProbeOrder,
  open: Open,
  settle: (outcome: Outcome) => void,
): void => {
  const scheme = check.protocol === "HTTPS" ? "https" : "http"
  const session = connect(`${scheme}://${address}:${port}`, { createConnection: () => open(["h2"]) })
  session.on("error", () => settle(failed))
  session.on("close", () => settle(failed))
  const stream = session.request(
    {
      [HTTP2_HEADER_METHOD]: check.grpc ? "POST" : "GET",
      [HTTP2_HEADER_PATH]: check.path,
      [HTTP2_HEADER_AUTHORITY]: `${address}:${port}`,
      "user-agent": check.userAgent,
      ...(check.grpc && { "content-type": "application/grpc", te: "trailers" }),
    },
    { endStream: !check.grpc },
  )
  const decide = (code: number) =>
    settle(matches(check.matcher, code) ? { ok: true } : { ok: false, why: "codes", code })
  const decideGrpc = (headers: IncomingHttpHeaders) => {
    if (headers["grpc-status"] !== undefined) decide(Number(headers["grpc-status"]))
  }
  stream.on("error", () => settle(failed))
  stream.on("response", (headers) => {
    if (check.grpc) decideGrpc(headers)
    else decide(Number(headers[HTTP2_HEADER_STATUS]))
  })
  if (check.grpc) stream.on("trailers", decideGrpc)
  // Ended without a code: what answered there does not speak gRPC.
  stream.on("close", () => settle(failed))
  stream.resume()
  if (check.grpc) stream.end(emptyMessage)
}
