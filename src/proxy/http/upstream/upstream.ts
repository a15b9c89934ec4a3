// Ways to targets, whichever version of HTTP their group speaks.
import type { Clock } from "../../../kernel/index.ts"
import type { Pool, Target } from "../../pools/pool.ts"
import type { TlsContexts } from "../../tls/contexts.ts"
import type { Serving } from "../serving.ts"
import { Http1Connections } from "./connections.ts"
import type { Answer, Outgoing, Sending } from "./types.ts"

interface Destination {
  readonly pool: Pool
  readonly target: Target
}

export class Upstream {
  readonly #tls: TlsContexts
  readonly #http1: Http1Connections

  constructor(clock: Clock, tls: TlsContexts) {
    this.#tls = tls
    this.#http1 = new Http1Connections(clock)
  }

  send({ pool, target }: Destination, serving: Serving, outgoing: Outgoing, answer: Answer): Sending {
    const tls = pool.configuration.protocol === "HTTPS" ? this.#tls.toTargets(serving.listener.tls?.policy) : undefined
    return this.#http1.send(target, tls, outgoing, answer, serving.idleMs)
  }

  /** Over a connection that nothing has gone over yet. */
  sendAnew({ target }: Destination, serving: Serving, outgoing: Outgoing, answer: Answer): Sending {
    return this.#http1.sendAnew(target, outgoing, answer, serving.idleMs)
  }

  close(): void {
    this.#http1.close()
  }
}
