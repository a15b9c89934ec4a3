// Requests that Node's parser refuses: what they are answered with, and how AWS would classify them. Nothing of them
// reaches a target.
import type { Classified } from "./desync.ts"
import type { OwnAnswer } from "./own-answers.ts"

export interface Refused {
  readonly status: number
  readonly classified: Classified
}

const severe = (status: number, reason: string): Refused => ({
  status,
  classified: { classification: "Severe", reason },
})

/** AWS: 501 for a Transfer-Encoding other than chunked and identity. */
const unknownCoding = severe(501, "BadTransferEncoding")
/** AWS: 505 for a version that it does not speak. */
const unknownVersion = severe(505, "BadVersion")

/** By the parser's code. */
const byCode: Readonly<Record<string, Refused>> = {
  HPE_INVALID_METHOD: severe(400, "BadMethod"),
  HPE_INVALID_URL: severe(400, "BadUri"),
  HPE_INVALID_CONTENT_LENGTH: severe(400, "BadContentLength"),
  HPE_INVALID_HEADER_TOKEN: severe(400, "BadHeader"),
  HPE_CR_EXPECTED: severe(400, "NonCrLfLineTermination"),
  HPE_LF_EXPECTED: severe(400, "BadHeader"),
}

/** `raw`: what the parser was reading. */
export const refusedBy = (code: string, message: string, raw: Buffer | undefined): Refused => {
  const text = raw?.toString("latin1") ?? ""
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return severe(/^[^\n]{0,16384}\n/.test(text) ? 400 : 414, "BadHeader")
    case "HPE_INVALID_TRANSFER_ENCODING":
    case "HPE_UNEXPECTED_CONTENT_LENGTH":
      if (/Transfer-Encoding/.test(message) && /Content-Length/.test(message))
        return { status: 400, classified: { classification: "Ambiguous", reason: "BothTeClPresent" } }
      if (code === "HPE_UNEXPECTED_CONTENT_LENGTH") return severe(400, "MultipleContentLength")
      return /transfer-encoding:[^\n]*chunked/i.test(text)
        ? severe(400, "MultipleTransferEncodingChunked")
        : unknownCoding
    case "HPE_INVALID_VERSION":
      // A line that ends without its CR is found at its version.
      return /^[^\r\n]* HTTP\/\d\.\d\n/.test(text) ? severe(400, "NonCrLfLineTermination") : unknownVersion
    default:
      return byCode[code] ?? severe(400, "BadHeader")
  }
}

/** The answer as it goes out over a connection that is no more Node's to write to. */
export const rawAnswer = ({ status, reason, headers, body }: OwnAnswer): Buffer => {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${text}Connection: close\r\n\r\n`, "latin1"), body])
}
