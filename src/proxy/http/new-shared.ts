// Builds what all requests of a proxy share, from the parts of the proxy.
import type { FrontParts } from "../front.ts"
import type { Outcome } from "./outcome.ts"
import { httpDates, httpReason, type Shared } from "./shared.ts"
import { traceIds } from "./trace-id.ts"
import { Upstream } from "./upstream/upstream.ts"

export const newShared = ({ clock, random, tls }: FrontParts): Shared => ({
  clock,
  traceId: traceIds(random),
  upstream: new Upstream(clock, tls),
  date: httpDates(clock),
  reason: httpReason,
  rewrite: () => undefined,
  finished: (out: Outcome) => {
    const { serving, client, head, forwarded } = out
    serving.counts.finished({
      zone: client.connection.way.zone,
      group: forwarded?.pool.configuration.label,
      status: out.status,
      targetStatus: out.targetStatus,
      targetMs: out.answeredAt !== undefined && out.sentAt !== undefined ? out.answeredAt - out.sentAt : undefined,
      bytes: client.bytesIn() + client.bytesOut(),
      evaluated: out.evaluated,
      grpc: head.contentType.startsWith("application/grpc"),
      action: out.action,
      unsticky: forwarded?.unsticky ?? false,
      classified: out.classified !== undefined,
    })
  },
})
