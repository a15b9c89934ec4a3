// From what was learned of a request to what its access log says.
import type { AccessRecord } from "../access-log/record.ts"
import type { FrontConnection } from "./client/front-connection.ts"
import type { Classified } from "./desync.ts"
import type { Outcome } from "./outcome.ts"
import type { Serving } from "./serving.ts"

export const accessRecord = (out: Outcome, endedAt: number): AccessRecord => {
  const { serving, client, head, forwarded, rule, classified, rewritten } = out
  const { connection } = client
  const isGrpc = head.contentType.startsWith("application/grpc")
  const type = out.switched
    ? serving.secure
      ? "wss"
      : "ws"
    : client.protocol === "HTTP/2.0"
      ? isGrpc
        ? "grpcs"
        : "h2"
      : serving.secure
        ? "https"
        : "http"
  return {
    type,
    endedAt,
    beganAt: out.beganAt,
    clientAddress: connection.address,
    clientPort: connection.port,
    connectionId: connection.id,
    ...(forwarded && { target: forwarded.target, targetGroup: forwarded.pool.id }),
    ...(out.sentAt !== undefined && { sentAt: out.sentAt }),
    ...(out.answeredAt !== undefined && { answeredAt: out.answeredAt }),
    status: out.status,
    ...(out.targetStatus !== undefined && { targetStatus: out.targetStatus }),
    bytesIn: client.bytesIn(),
    bytesOut: client.bytesOut(),
    method: head.method,
    url: `${serving.secure ? "https" : "http"}://${head.hostName}:${serving.listener.port}${head.rest}`,
    protocol: client.protocol,
    userAgent: head.userAgent,
    ...(connection.tls && tlsOf(connection.tls)),
    traceId: out.traceId,
    ...(rule && { rulePriority: rule.priority }),
    ...(out.action !== undefined && { actions: out.action }),
    ...(out.redirect !== undefined && { redirect: out.redirect }),
    ...(classified && { classification: classified.classification, classificationReason: classified.reason }),
    ...(rewritten?.host !== undefined && { transformedHost: rewritten.host }),
    ...(rewritten?.path !== undefined && { transformedUri: rewritten.path }),
    ...(rewritten && { transformStatus: "TransformSuccess" }),
  }
}

const tlsOf = ({ socket, certificate }: NonNullable<FrontConnection["tls"]>) => {
  const { servername } = socket as { readonly servername?: string | false }
  return {
    cipher: socket.getCipher()?.name ?? "-",
    tlsProtocol: socket.getProtocol() ?? "-",
    certificate,
    ...(servername && { domain: servername }),
  }
}

/** Of a request that could not be read. */
export const unreadRecord = (
  serving: Serving,
  connection: FrontConnection,
  what: { readonly status: number; readonly classified: Classified | undefined; readonly now: number },
): AccessRecord => ({
  type: serving.secure ? "https" : "http",
  endedAt: what.now,
  beganAt: what.now,
  clientAddress: connection.address,
  clientPort: connection.port,
  connectionId: connection.id,
  status: what.status,
  bytesIn: connection.unreadBytes,
  bytesOut: 0,
  method: "",
  url: "",
  protocol: "",
  userAgent: "",
  ...(connection.tls && tlsOf(connection.tls)),
  traceId: "",
  ...(what.classified && {
    classification: what.classified.classification,
    classificationReason: what.classified.reason,
  }),
})
