// Lines of access logs, member by member as AWS writes them: of application load balancers (their guide, "Access log
// entries") and of classic ones. Pure.
import type { AccessRecord } from "./record.ts"

/** An absent value. */
const absent = "-"

/** Of an application load balancer. */
export const applicationLine = (record: AccessRecord, label: string): string =>
  [
    record.type,
    instant(record.endedAt),
    label,
    `${record.clientAddress}:${record.clientPort}`,
    target(record),
    ...times(record, 3),
    record.status,
    record.targetStatus ?? absent,
    record.bytesIn,
    record.bytesOut,
    quoted(requestOf(record)),
    quoted(record.userAgent),
    record.cipher ?? absent,
    record.tlsProtocol ?? absent,
    record.targetGroup ?? absent,
    quoted(record.traceId),
    quoted(record.domain),
    quoted(record.certificate),
    record.rulePriority ?? absent,
    instant(record.beganAt),
    quoted(record.actions),
    quoted(record.redirect),
    // Reasons are of authentication, Lambda and WAF, which are not here.
    quoted(undefined),
    quoted(record.target && target(record)),
    quoted(record.targetStatus === undefined ? undefined : String(record.targetStatus)),
    quoted(record.classification),
    quoted(record.classificationReason),
    `TID_${record.connectionId}`,
    quoted(record.transformedHost),
    quoted(record.transformedUri),
    quoted(record.transformStatus),
  ].join(" ")

/** Of a classic load balancer. */
export const classicLine = (record: AccessRecord, name: string): string =>
  [
    instant(record.beganAt),
    name,
    `${record.clientAddress}:${record.clientPort}`,
    target(record),
    ...times(record, 6),
    record.status,
    record.targetStatus ?? 0,
    record.bytesIn,
    record.bytesOut,
    quoted(requestOf(record)),
    quoted(record.userAgent),
    record.cipher ?? absent,
    record.tlsProtocol ?? absent,
  ].join(" ")

/** With microseconds, as AWS has it; the clock knows milliseconds and their fractions. */
const instant = (at: number): string =>
  `${new Date(at).toISOString().slice(0, -1)}${String(Math.floor((at % 1) * 1000)).padStart(3, "0")}Z`

const target = ({ target: at }: AccessRecord): string => (at ? `${at.address}:${at.port}` : absent)

/** Of the request, the target and the answer, in seconds; -1 for what did not come to pass. */
const times = ({ beganAt, sentAt, answeredAt, endedAt }: AccessRecord, digits: number): readonly string[] => {
  const span = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? "-1" : (Math.max(0, to - from) / 1000).toFixed(digits)
  if (sentAt === undefined) return ["-1", "-1", "-1"]
  return [
    span(beganAt, sentAt),
    span(sentAt, answeredAt),
    span(answeredAt, answeredAt === undefined ? undefined : endedAt),
  ]
}

const requestOf = ({ method, url, protocol }: AccessRecord): string =>
  url === "" ? "- - -" : `${method} ${url} ${protocol}`

/** What a client says must not end its member or its line: AWS escapes such bytes as `\xHH`. */
const quoted = (text: string | undefined): string =>
  `"${(text === undefined || text === "" ? absent : text).replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /["\\\u0000-\u001f\u007f-\u00ff]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  )}"`
