// Requests that came to the port of the APIs with a load balancer's name as their Host: carried to the proxy that is its
// data plane, and the answers back, both streaming. Nothing of them is looked at but the Host.
import { type IncomingMessage, request, type ServerResponse } from "node:http"
import { connect, type Socket } from "node:net"
import { type Duplex, pipeline } from "node:stream"
import type { Log } from "../kernel/index.ts"
import { type Handover, handoverSocket } from "../protocol/index.ts"
import type { View } from "../state/index.ts"
import type { HostedHandler } from "../wire/index.ts"

/** Where a load balancer's proxy takes requests over; without a socket it has none yet. */
export interface Carrier {
  readonly socketPath?: string
}

/** The proxy of the load balancer of that name; undefined when there is no such load balancer. */
export const proxyFor = (view: View, runFolder: string, host: string): Carrier | undefined => {
  const [balancer] = [...view.loadBalancers.by("dnsName", host), ...view.classicLoadBalancers.by("dnsName", host)]
  if (!balancer) return undefined
  const network = view.networks.get(`${balancer.account}/${balancer.region}/${balancer.vpcId}`)
  return network ? { socketPath: handoverSocket(runFolder, network.machineId) } : {}
}

export interface LoadBalancerHostsOptions {
  readonly find: (host: string) => Carrier | undefined
  readonly log: Log
}

/** Headers of one connection. The length of what follows stays: it is how a body is framed on the next one too. */
const ofConnection = new Set(["connection", "keep-alive", "expect"])

const kept = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.filter((_, at) => !ofConnection.has((rawHeaders[at - (at % 2)] ?? "").toLowerCase()))

/** All names that load balancers have. */
const suffix = ".localhost"

/** See the head of the file. */
export const loadBalancerHosts = ({ find, log }: LoadBalancerHostsOptions): HostedHandler => {
  /** A connection to the proxy on which the client's own words follow. */
  const open = ({ socket, headers }: IncomingMessage, socketPath: string): Socket => {
    const { remoteAddress: address = "127.0.0.1", remotePort: port = 0 } = socket
    const line: Handover = { way: "api", host: nameOf(headers.host), client: { address, port } }
    const target = connect({ path: socketPath, allowHalfOpen: true })
    target.write(`${JSON.stringify(line)}\n`)
    return target
  }

  return {
    owns: (host) => host.endsWith(suffix) && find(host) !== undefined,

    serve: (req, res) => {
      const { socketPath } = find(nameOf(req.headers.host)) ?? {}
      if (socketPath === undefined) return refuse(res, nameOf(req.headers.host))
      const ask = request({
        createConnection: () => open(req, socketPath),
        method: req.method,
        path: req.url,
        headers: [...kept(req.rawHeaders), "Connection", "close"],
      })
      ask.on("response", (answer) => {
        res.sendDate = false
        res.writeHead(answer.statusCode ?? 502, answer.statusMessage, kept(answer.rawHeaders))
        pipeline(answer, res, () => ask.destroy())
      })
      ask.on("error", (error) => {
        if (res.headersSent) return void res.destroy()
        log.debug("a request could not be handed to a proxy", { error: error.message })
        refuse(res, nameOf(req.headers.host))
      })
      // What goes wrong on the way there is the request's error; what is left of the body is nobody's.
      pipeline(req, ask, () => {})
      res.on("close", () => {
        if (!res.writableFinished) ask.destroy()
      })
    },

    upgrade: (req, socket, head) => {
      const { socketPath } = find(nameOf(req.headers.host)) ?? {}
      if (socketPath === undefined) return void socket.end(refusal(nameOf(req.headers.host)))
      const target = open(req, socketPath)
      const refused = () => void (socket.writable && socket.end(refusal(nameOf(req.headers.host))))
      const gone = () => socket.destroy()
      socket.once("error", gone)
      target.once("error", refused)
      target.once("connect", () => {
        target.off("error", refused)
        target.write(headOf(req))
        target.write(head)
        carry(socket, target)
      })
    },
  }
}

const nameOf = (host = ""): string => host.replace(/:\d*$/, "").toLowerCase()

const headOf = ({ method, url, rawHeaders }: IncomingMessage): Buffer => {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`)
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1")
}

const carry = (a: Duplex, b: Duplex): void => {
  pipeline(a, b, (error) => error && b.destroy())
  pipeline(b, a, (error) => error && a.destroy())
}

const words = (host: string): string => `No proxy carries for the load balancer ${host} at the moment.\n`

const refuse = (res: ServerResponse, host: string): void => {
  const text = words(host)
  res.writeHead(503, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    connection: "close",
  })
  res.end(text)
}

const refusal = (host: string): string => {
  const text = words(host)
  return `HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`
}
