// What a wire server is made from.
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import type { Clock, Ids, Log } from "../../kernel/index.ts"
import type { ServiceContract, ServiceName } from "../../model/index.ts"
import type { Authenticated, DispatchPort, FindKey } from "../ports.ts"

/** The functions of the rest of the program. */
export interface WirePorts {
  readonly dispatch: DispatchPort
  readonly findKey: FindKey
  /** The wall clock: signatures and credentials expire by it. */
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

export interface WireServerOptions {
  /** How a contract is found; by default `loadContract` of model/. */
  readonly contracts?: (service: ServiceName) => ServiceContract
  readonly ports: WirePorts
  readonly auth: "relaxed" | "strict"
  /** Of keys that are no account id, in relaxed mode. */
  readonly defaultAccount: string
  /** Of requests that need no signature. */
  readonly defaultRegion: string
  /** Names besides the loopback's that this server answers to; a port is not looked at. */
  readonly publicHosts?: readonly string[]
  /** Origins of web pages that may call. */
  readonly allowOrigins?: readonly string[]
  /** A certificate (with its chain) and its key, in PEM. With them addresses speak TLS, and unix sockets and VPCs do not. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Bytes of a body, as sent and inflated. Default 10 MiB. */
  readonly bodyLimit?: number
  /** Serves `/_roadstead/…` after the safety checks; false means not found. */
  readonly admin?: (req: IncomingMessage, res: ServerResponse, listener: ListenerTraits) => boolean | Promise<boolean>
  /** Serves what is no AWS API (a container registry), after the safety checks and before anything of the body is read. */
  readonly other?: OtherHandler
  /** Serves hosts that are not ours but are asked for here: load balancers, by their names. */
  readonly hosted?: HostedHandler
  /** Larger bounds of bodies than `bodyLimit`, by `X-Amz-Target`. */
  readonly bodyLimits?: Readonly<Record<string, number>>
  /** Takes a WebSocket upgrade whose sender is known; it owns the socket from then on. Without it upgrades are refused. */
  readonly onUpgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer, authenticated: Authenticated) => void
}

/**
 * Takes every request and every upgrade for the hosts that it owns, whatever method and path, after the safety checks: none
 * of it reaches the APIs.
 */
export interface HostedHandler {
  /** The name is in lower case, without a port. */
  owns(host: string): boolean
  serve(req: IncomingMessage, res: ServerResponse): void
  /** It owns the socket from then on. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** A protocol beside AWS's own: it reads and answers its requests itself. */
export interface OtherHandler {
  /** Whether a request is its own. */
  owns(path: string, headers: IncomingMessage["headers"]): boolean
  serve(
    req: IncomingMessage,
    res: ServerResponse,
    ask: { readonly path: string; readonly query: string; readonly requestId: string },
  ): Promise<void>
}

/** What is particular to the listener that a request came in on. */
export interface ListenerTraits {
  /** Reachable from inside the VPC: only keys that Roadstead minted are accepted. */
  readonly vpc: boolean
  /** Beside TLS on the same port: plain HTTP is taken from the agents of hosts that we made, and from nobody else. */
  readonly ownAgentsOnly?: boolean
}

/** Above the largest body of any AWS API that is not a stream (a template of CloudFormation, a batch of Kinesis: 5 MiB). */
const defaultBodyLimit = 10 * 1024 * 1024

/** The bound of a request's body in bytes. */
export const bodyLimitOf = (
  { bodyLimit = defaultBodyLimit, bodyLimits }: WireServerOptions,
  headers: IncomingMessage["headers"],
): number => {
  const target = headers["x-amz-target"]
  return typeof target === "string" && bodyLimits && Object.hasOwn(bodyLimits, target)
    ? (bodyLimits[target] ?? bodyLimit)
    : bodyLimit
}
