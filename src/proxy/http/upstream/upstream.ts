// Ways to targets, whichever version of HTTP their group speaks.
import type { Clock } from "../../../kernel/index.ts"
import type { Pool, Target } from "../../pools/pool.ts"
import type { TlsContexts } from "../../tls/contexts.ts"
import type { Serving } from "../serving.ts"
import { Http1Connections } from "./connections.ts"
import { Http2Sessions } from "./http2-sessions.ts"
import type { Answer, Outgoing, Sending } from "./types.ts"

interface Destination {
  readonly pool: Pool
  readonly target: Target
}

export class Upstream {
  readonly #tls: TlsContexts
  readonly #http1: Http1Connections
  readonly #http2: Http2Sessions

  constructor(clock: Clock, tls: TlsContexts) {
    this.#tls = tls
    this.#http1 = new Http1Connections(clock)
    this.#http2 = new Http2Sessions(clock)
  }

  send({ pool, target }: Destination, serving: Serving, outgoing: Outgoing, answer: Answer): Sending {
    const tls = pool.configuration.protocol === "HTTPS" ? this.#tls.toTargets(serving.listener.tls?.policy) : undefined
    if (pool.configuration.protocolVersion !== "HTTP1")
      return this.#http2.send(target, tls, outgoing, answer, serving.idleMs)
    return this.#http1.send(target, tls, outgoing, answer, serving.idleMs)
  }

  /** Over a connection that nothing has gone over yet. */
  sendAnew(to: Destination, serving: Serving, outgoing: Outgoing, answer: Answer): Sending {
    const { pool, target } = to
    // A session that closed is not taken again.
    if (pool.configuration.protocolVersion !== "HTTP1") return this.send(to, serving, outgoing, answer)
    return this.#http1.sendAnew(target, outgoing, answer, serving.idleMs)
  }

  close(): void {
    this.#http1.close()
    this.#http2.close()
  }
}
