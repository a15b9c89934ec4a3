// What is served under /_roadstead/ on the port of the APIs: health, metrics, the root of the local certificate authority, and reset.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Registry } from "prom-client"
import { version } from "./version.ts"

export interface AdminOptions {
  readonly engine: "docker" | "simulated"
  readonly services: readonly string[]
  readonly auth: "relaxed" | "strict"
  /** Whether the agent of this machine is connected: without it no task can start. */
  readonly agentConnected: () => boolean
  /** How many proxies of load balancers are there. */
  readonly proxies: () => number
  /** The hosts of the Fargate pool. */
  readonly hosts: () => readonly { readonly place: string; readonly status: string; readonly reason?: string }[]
  readonly metrics: () => Registry
  /** PEM, when it is durable. */
  readonly rootCertificate: () => Promise<string>
  readonly reset: () => Promise<void>
}

/** Answers a request under /_roadstead/; false when the path is not one of ours. */
export const adminHandler =
  (options: AdminOptions) =>
  async (request: IncomingMessage, response: ServerResponse, listener: { readonly vpc: boolean }): Promise<boolean> => {
    const path = (request.url ?? "").split("?")[0]
    switch (`${request.method} ${path}`) {
      case "GET /_roadstead/health":
        json(response, 200, {
          status: options.agentConnected() ? "ok" : "starting",
          version,
          engine: options.engine,
          ...(options.engine === "simulated" && { note: "SIMULATED: containers have no processes behind them" }),
          services: options.services,
          hosts: options.hosts(),
          proxies: options.proxies(),
        })
        return true
      case "GET /_roadstead/metrics": {
        const registry = options.metrics()
        response.writeHead(200, { "content-type": registry.contentType }).end(await registry.metrics())
        return true
      }
      case "GET /_roadstead/ca.pem":
        response.writeHead(200, { "content-type": "application/x-pem-file" }).end(await options.rootCertificate())
        return true
      case "POST /_roadstead/reset": {
        const refusal = resetRefusal(options, request, listener.vpc)
        if (refusal) json(response, 403, { error: refusal })
        else {
          await options.reset()
          json(response, 200, { status: "reset" })
        }
        return true
      }
      default:
        return false
    }
  }

/** A page of the web or a container must never be able to wipe a Roadstead: DESIGN section 7. */
const resetRefusal = (options: AdminOptions, request: IncomingMessage, vpc: boolean): string | undefined => {
  if (options.auth === "strict") return "A reset is refused under --auth strict."
  if (vpc) return "A reset is not served to containers."
  if (request.headers["x-roadstead"] !== "reset") return "A reset needs the header X-Roadstead: reset."
  const host = (request.headers.host ?? "").replace(/:\d+$/, "")
  if (host !== "127.0.0.1" && host !== "localhost" && host !== "[::1]") return "A reset is served on loopback only."
  const peer = request.socket.remoteAddress ?? ""
  return peer === "127.0.0.1" || peer === "::1" || peer === "::ffff:127.0.0.1"
    ? undefined
    : "A reset is served on loopback only."
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`)
}
