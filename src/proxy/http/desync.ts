// Classifies requests as AWS's desync mitigation does: how far a request departs from RFC 7230, and why it matters. What
// Node's parser refuses never comes here: see refused.ts. Learned from the README of aws/http-desync-guardian.
import type { Client } from "./client/client.ts"
import { isDisguised, type RequestHead } from "./request-head.ts"
import type { DesyncMode } from "./serving.ts"

export interface Classified {
  readonly classification: "Acceptable" | "Ambiguous" | "Severe"
  readonly reason: string
}

const acceptable = (reason: string): Classified => ({ classification: "Acceptable", reason })
const ambiguous = (reason: string): Classified => ({ classification: "Ambiguous", reason })

const zeroLength = acceptable("GetHeadZeroContentLength")
const undefinedLength = ambiguous("UndefinedContentLengthSemantics")
const undefinedCoding = ambiguous("UndefinedTransferEncodingSemantics")
const suspicious = ambiguous("SuspiciousHeader")
const nonCompliant = acceptable("NonCompliantHeader")

const nonAscii = /[^\t\x20-\x7e]/

/** Undefined: compliant. */
export const classify = (client: Client, head: RequestHead): Classified | undefined => {
  if (client.protocol === "HTTP/2.0") return undefined
  const { headers } = client
  let found: Classified | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ""
    if (isDisguised(name)) return suspicious
    if (nonAscii.test(headers[i + 1] ?? "")) found = nonCompliant
  }
  const chunked = client.hasBody && head.contentLength === undefined
  if (chunked && (client.protocol === "HTTP/1.0" || isBodyless(head.method))) return undefinedCoding
  if (head.contentLength !== undefined && isBodyless(head.method))
    return /^0+$/.test(head.contentLength) ? (found ?? zeroLength) : undefinedLength
  return found
}

const isBodyless = (method: string) => method === "GET" || method === "HEAD"

/** What a mode makes of it. `close`: routed, but nothing else goes over either connection. */
export const treatment = (mode: DesyncMode, found: Classified | undefined): "route" | "close" | "block" => {
  if (!found || mode === "monitor") return found?.classification === "Severe" ? "block" : "route"
  if (mode === "strictest" || found.classification === "Severe") return "block"
  return found.classification === "Ambiguous" ? "close" : "route"
}
