// The server: listeners on TCP addresses and unix sockets that share one handler, and their orderly end. What happens to a
// request is in handle.ts.
import { createServer, type IncomingMessage, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo, Server as NetServer } from "node:net"
import type { Duplex } from "node:stream"
import { errorFields } from "../../kernel/index.ts"
import { hostName } from "../safety.ts"
import { refusalFault } from "../sigv4/refusals.ts"
import { closer } from "./closing.ts"
import { createFront } from "./front.ts"
import { arrived, connectionOf, makeHandler } from "./handle.ts"
import { bodyLimitOf, type ListenerTraits, type WireServerOptions } from "./options.ts"

/** Where to listen: a TCP address (port 0 takes a free one) or the path of a unix socket. */
export type ListenAt = { readonly host: string; readonly port: number } | { readonly path: string }

/** An open listener. */
export interface Listener {
  /** 0 for a unix socket. */
  readonly port: number
  /** Ends it: running requests are answered, idle connections are cut. */
  readonly close: () => Promise<void>
}

/** A wire server; it listens nowhere until told to. */
export interface WireServer {
  /** Rejects as node does when the address is taken. The address's own name becomes an accepted Host. */
  readonly listen: (at: ListenAt, traits?: Partial<ListenerTraits>) => Promise<Listener>
  readonly close: () => Promise<void>
}

/** Builds a server; see {@link WireServerOptions}. */
export const createWireServer = (options: WireServerOptions): WireServer => {
  const publicHosts = new Set((options.publicHosts ?? []).map(hostName))
  const allowOrigins = new Set((options.allowOrigins ?? []).map((o) => o.toLowerCase()))
  const handler = makeHandler(options, { publicHosts, allowOrigins })
  const listeners = new Set<Listener>()

  const listen: WireServer["listen"] = async (at, given = {}) => {
    const traits: ListenerTraits = { vpc: false, ...given }
    const { clock } = options.ports
    const secured = options.tls && "host" in at && !traits.vpc ? options.tls : undefined
    const plain = serving(tuned(createServer()), secured ? { ...traits, ownAgentsOnly: true } : traits)
    const servers: Server[] = [plain]
    let front: NetServer = plain
    if (secured) {
      const secure = serving(tuned(createTlsServer({ ...secured, minVersion: "TLSv1.2" })), traits)
      servers.push(secure)
      front = createFront(plain, secure, clock)
    }
    const closers = servers.map((server) => closer(server, clock))
    await started(front, at)
    const address = front.address() as AddressInfo | string | null
    if ("host" in at && at.host !== "0.0.0.0" && at.host !== "::") publicHosts.add(at.host.toLowerCase())
    const listener: Listener = {
      port: typeof address === "object" && address ? address.port : 0,
      close: async () => {
        listeners.delete(listener)
        const ended = front === plain ? undefined : new Promise<void>((resolve) => front.close(() => resolve()))
        await Promise.all(closers.map((close) => close()))
        await ended
      },
    }
    listeners.add(listener)
    return listener
  }

  const serving = (server: Server, traits: ListenerTraits): Server => {
    server.on("request", (req, res) => {
      handler.request(req, res, traits).catch((thrown: unknown) => {
        // Only a bug in the frame of handling itself gets here; the connection is in an unknown state.
        options.ports.log.error("a request could not be handled", errorFields(thrown))
        res.destroy()
      })
    })
    server.on("checkContinue", (req, res) => {
      // A body that will be refused is not even asked for.
      const isOther = options.other?.owns((req.url ?? "").split("?", 1)[0] ?? "", req.headers) === true
      const isHosted = options.hosted?.owns(hostName(req.headers.host ?? "")) === true
      if (isOther || isHosted || Number(req.headers["content-length"]) <= bodyLimitOf(options, req.headers))
        res.writeContinue()
      server.emit("request", req, res)
    })
    server.on("upgrade", (req: IncomingMessage, socket: Duplex, head: Buffer) => upgrade(req, socket, head, traits))
    server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
      else socket.destroy()
    })
    return server
  }

  const upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer, traits: ListenerTraits): void => {
    // Until someone owns it, a broken socket must not become an uncaught error.
    const ignore = () => socket.destroy()
    socket.on("error", ignore)
    const verdict = handler.upgrade(req, traits)
    if ("message" in verdict) {
      refuseUpgrade(socket, 403, "AccessDeniedException", verdict.message)
      return
    }
    if ("hosted" in verdict) {
      socket.off("error", ignore)
      options.hosted?.upgrade(req, socket, head)
      return
    }
    if (!verdict.ok) {
      const { code, message } = refusalFault(verdict.refusal, "restJson1")
      refuseUpgrade(socket, 403, code, message)
      return
    }
    if (!options.onUpgrade) {
      refuseUpgrade(socket, 404, "NotFound", "No WebSocket is served here.")
      return
    }
    const { caller, scope } = verdict.authenticated
    socket.off("error", ignore)
    options.onUpgrade(req, socket, head, { caller: arrived(caller, connectionOf(req), req.headers), scope })
  }

  return {
    listen,
    close: async () => {
      await Promise.all([...listeners].map((l) => l.close()))
    },
  }
}

/** Timeouts and bounds of a listener. */
const tuned = (server: Server): Server => {
  // SDKs keep idle connections for a minute; a server that closes first resets a request that is under way.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 60_000
  // A layer of an image takes as long as it takes. Bodies of AWS's APIs have a bound of their own (body.ts).
  server.requestTimeout = 0
  server.maxHeadersCount = 200
  return server
}

const started = (server: NetServer, at: ListenAt): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(at, () => {
      server.off("error", reject)
      resolve()
    })
  })

const refuseUpgrade = (socket: Duplex, status: number, code: string, message: string): void => {
  const body = JSON.stringify({ __type: code, message })
  socket.end(
    `HTTP/1.1 ${status} ${status === 403 ? "Forbidden" : "Not Found"}\r\nContent-Type: application/json\r\nX-Amzn-ErrorType: ${code}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
