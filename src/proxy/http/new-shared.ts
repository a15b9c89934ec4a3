// Builds what all requests of a proxy share, from the parts of the proxy.
import type { FrontParts } from "../front.ts"
import type { Outcome } from "./outcome.ts"
import type { RequestHead } from "./request-head.ts"
import { httpDates, httpReason, type Shared } from "./shared.ts"
import { traceIds } from "./trace-id.ts"
import { Upstream } from "./upstream/upstream.ts"

/** Codes of gRPC that stand beside a status (gRPC over HTTP/2, "HTTP to gRPC status code mapping"). */
const grpcCodes: Readonly<Record<number, string>> = { 400: "13", 404: "12", 405: "12", 502: "14", 503: "14", 504: "14" }
const grpcWords: Readonly<Record<string, string>> = { "12": "unimplemented", "13": "internal", "14": "unavailable" }

const nothing: readonly string[] = []

export const newShared = ({ clock, random, tls }: FrontParts): Shared => ({
  clock,
  traceId: traceIds(random),
  upstream: new Upstream(clock, tls),
  date: httpDates(clock),
  reason: httpReason,
  rewrite: () => undefined,
  grpcStatus: (status: number, { contentType }: RequestHead) => {
    if (!contentType.startsWith("application/grpc")) return nothing
    const code = grpcCodes[status] ?? "2"
    return ["grpc-status", code, "grpc-message", grpcWords[code] ?? "unknown"]
  },
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
