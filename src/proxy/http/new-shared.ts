// Builds what all requests of a proxy share, from the parts of the proxy.
import { newIds } from "../../kernel/index.ts"
import type { FrontParts } from "../front.ts"
import { accessRecord } from "./access-record.ts"
import type { Outcome } from "./outcome.ts"
import { httpDates, httpReason, type Shared } from "./shared.ts"
import { traceIds } from "./trace-id.ts"
import { Upstream } from "./upstream/upstream.ts"

export const newShared = ({ clock, random, tls, log, accessLog }: FrontParts): Shared => {
  const ids = newIds(random)
  return {
    clock,
    log,
    traceId: traceIds(random),
    upstream: new Upstream(clock, tls),
    date: httpDates(clock),
    reason: httpReason,
    connectionId: () => ids.hex(16),
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
      if (serving.accessLog)
        accessLog?.write(serving.balancer, client.connection.way.address, accessRecord(out, clock.now()))
    },
  }
}
