// One check of one target, over a connection of its own that is closed afterwards. The HTTP halves are beside it.
import { connect, type Socket } from "node:net"
import { connect as connectTls, type SecureContext } from "node:tls"
import { localHeader } from "../stream/proxy-protocol.ts"
import { probeHttp1 } from "./probe-http1.ts"
import { probeHttp2 } from "./probe-http2.ts"
import { failed, type Open, type Probe } from "./probe-order.ts"
import type { Outcome } from "./verdict.ts"

/** Certificates of targets are not verified, as AWS does not. */
export const newProbe =
  (toTargets: () => SecureContext): Probe =>
  (order, signal) =>
    new Promise<Outcome>((resolve) => {
      const { check, pool, address, port } = order
      const open: Open = (alpn) => {
        const socket = connect({ host: address, port })
        socket.on("error", () => settle(failed))
        sockets.push(socket)
        // AWS: health checks bring the header too, without a client in it.
        if (pool.attributes["proxy_protocol_v2.enabled"] === "true") socket.write(localHeader())
        if (check.protocol !== "HTTPS" && check.protocol !== "SSL") return socket
        const secure = connectTls({
          socket,
          secureContext: toTargets(),
          rejectUnauthorized: false,
          ...(alpn && { ALPNProtocols: [...alpn] }),
        })
        secure.on("error", () => settle(failed))
        sockets.push(secure)
        return secure
      }
      const sockets: Socket[] = []
      const settle = (outcome: Outcome) => resolve(outcome)
      // Also after the outcome: an answer that is still read, a connection that its target does not close.
      signal.addEventListener("abort", () => {
        settle({ ok: false, why: "timeout" })
        close()
      })
      const close = () => {
        for (const socket of sockets) socket.destroy()
      }
      const ask = () => {
        if (check.grpc || (check.protocol.startsWith("HTTP") && pool.protocolVersion !== "HTTP1"))
          probeHttp2(order, open, (outcome) => {
            settle(outcome)
            close()
          })
        else if (check.protocol === "HTTP" || check.protocol === "HTTPS") probeHttp1(order, open, settle)
        else {
          const socket = open()
          socket.once(check.protocol === "SSL" ? "secureConnect" : "connect", () => {
            settle({ ok: true })
            socket.end()
            socket.resume()
          })
        }
      }
      try {
        ask()
      } catch {
        // Node refuses to send such a request: a path or a port that is none.
        settle(failed)
        close()
      }
    })
