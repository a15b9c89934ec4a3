// The registry: who asks, which registry is meant, and to whom the request goes. Its bytes are in the store of blobs, all
// else goes through the gate as operations of ECR.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Gate } from "../gate/index.ts"
import { type Caller, type Clock, errorFields, type Log, type Scope } from "../kernel/index.ts"
import { isDownloadSigned, readToken } from "../services/ecr/index.ts"
import type { BlobStore, State } from "../state/index.ts"
import { sendLayer, serveBlob } from "./blobs.ts"
import { errorBody, RegistryError, translated } from "./errors.ts"
import { answer, answerJson, type Exchange } from "./exchange.ts"
import { passwordOf, registryOfHost } from "./headers.ts"
import { serveCatalog, serveReferrers, serveTags } from "./lists.ts"
import { serveManifest } from "./manifests.ts"
import { isRegistryPath, type Route, routeOf } from "./route.ts"
import { serveUpload, serveUploads } from "./uploads.ts"

export interface RegistryOptions {
  readonly gate: Pick<Gate, "dispatch">
  readonly state: State
  readonly layers: BlobStore
  /** The wall clock: passwords expire by it. */
  readonly clock: Clock
  readonly log: Log
}

/** What the server of the APIs hands over. */
export interface RegistryAsk {
  /** As sent, without the query. */
  readonly path: string
  readonly query: string
  readonly requestId: string
}

/** See the head of the file. */
export interface Registry {
  /** Whether a request is the registry's: what is signed for AWS never is. */
  owns(path: string, headers: IncomingMessage["headers"]): boolean
  serve(req: IncomingMessage, res: ServerResponse, ask: RegistryAsk): Promise<void>
}

/** Builds the registry. */
export const createRegistry = ({ gate, state, layers, clock, log }: RegistryOptions): Registry => {
  /** Whose password it is, and the registry that is meant: the one that the Host names, else the password's own. */
  const authenticate = (req: IncomingMessage): { caller: Caller; registry: Scope } => {
    const named = registryOfHost(req.headers.host)
    const password = passwordOf(req.headers.authorization)
    const token = password === undefined ? undefined : state.view((view) => readToken(view, password))
    const headers = { "www-authenticate": `Basic realm="https://${req.headers.host}/",service="ecr.amazonaws.com"` }
    // A password is good for the registries of its region.
    if (!token || (named && named.region !== token.registry.region))
      throw new RegistryError(401, "UNAUTHORIZED", "Not Authorized", { headers })
    if (token.expiresAt <= clock.now())
      throw new RegistryError(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.")
    return { caller: token.caller, registry: named ?? token.registry }
  }

  const exchangeOf = (req: IncomingMessage, res: ServerResponse, ask: RegistryAsk): Exchange => {
    const { caller, registry } = authenticate(req)
    const { remoteAddress } = req.socket
    const arrived: Caller = {
      ...caller,
      ...(remoteAddress !== undefined && { sourceIp: remoteAddress }),
      ...(req.headers.host !== undefined && { host: req.headers.host }),
    }
    return {
      ...{ req, res, registry, layers, clock },
      method: req.method ?? "GET",
      query: new URLSearchParams(ask.query),
      caller: arrived,
      call: (async (operation: string, input: object) =>
        gate.dispatch({
          service: "ecr",
          operation,
          input: { registryId: registry.account, ...input },
          scope: { account: caller.account, region: registry.region },
          caller: arrived,
          requestId: ask.requestId,
        })) as Exchange["call"],
    }
  }

  const download = (req: IncomingMessage, res: ServerResponse, ask: RegistryAsk, digest: string): Promise<void> => {
    const query = new URLSearchParams(ask.query)
    if (req.method !== "GET" && req.method !== "HEAD")
      throw new RegistryError(405, "UNSUPPORTED", "The operation is unsupported.")
    if (!state.view((view) => isDownloadSigned(view, digest, query, clock.now())))
      throw new RegistryError(403, "DENIED", "The download URL is not valid or has expired.")
    return sendLayer({ req, res, layers }, digest)
  }

  const serve = async (req: IncomingMessage, res: ServerResponse, ask: RegistryAsk): Promise<void> => {
    const route = routeOf(ask.path)
    if (route?.kind === "download") return download(req, res, ask, route.digest)
    const exchange = exchangeOf(req, res, ask)
    if (!route) throw new RegistryError(404, "UNSUPPORTED", "There is no such endpoint.")
    return serveRoute(exchange, route)
  }

  return {
    owns: (path, headers) => isRegistryPath(path) && !/^AWS4-/.test(headers.authorization ?? ""),
    serve: async (req, res, ask) => {
      res.setHeader("x-amzn-requestid", ask.requestId)
      try {
        await serve(req, res, ask)
      } catch (thrown) {
        const error = translated(thrown)
        if (!error && !req.destroyed && !res.destroyed)
          log.error("a request to the registry failed", { requestId: ask.requestId, ...errorFields(thrown) })
        // What was begun cannot be taken back: the client sees it cut short.
        if (res.headersSent) res.destroy()
        else {
          const told =
            error ?? new RegistryError(500, "UNKNOWN", "The request processing has failed because of an unknown error.")
          answer({ req, res }, told.status, { "content-type": "application/json", ...told.headers }, errorBody(told))
        }
      }
    },
  }
}

const serveRoute = async (exchange: Exchange, route: Exclude<Route, { kind: "download" }>): Promise<void> => {
  switch (route.kind) {
    case "version":
      return answerJson(exchange, {})
    case "catalog":
      return serveCatalog(exchange)
    case "manifest":
      return serveManifest(exchange, route.name, route.reference)
    case "blob":
      return serveBlob(exchange, route.name, route.digest)
    case "uploads":
      return serveUploads(exchange, route.name)
    case "upload":
      return serveUpload(exchange, route.name, route.id)
    case "tags":
      return serveTags(exchange, route.name)
    case "referrers":
      return serveReferrers(exchange, route.name, route.digest)
  }
}
