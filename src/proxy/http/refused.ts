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

/** By the parser's code. */
const byCode: Readonly<Record<string, Refused>> = {
  HPE_INVALID_METHOD: severe(400, "BadMethod"),
  HPE_INVALID_URL: severe(400, "BadUri"),
  // AWS: 505 for a version that it does not speak.
  HPE_INVALID_VERSION: severe(505, "BadVersion"),
  HPE_INVALID_CONTENT_LENGTH: severe(400, "BadContentLength"),
  // AWS: 501 for a Transfer-Encoding other than chunked and identity.
  HPE_INVALID_TRANSFER_ENCODING: severe(501, "BadTransferEncoding"),
  HPE_INVALID_HEADER_TOKEN: severe(400, "BadHeader"),
  HPE_CR_EXPECTED: severe(400, "NonCrLfLineTermination"),
  HPE_LF_EXPECTED: severe(400, "BadHeader"),
}

/** `raw`: what the parser was reading. */
export const refusedBy = (code: string, message: string, raw: Buffer | undefined): Refused => {
  if (code === "HPE_HEADER_OVERFLOW") {
    const line = raw?.indexOf("\n") ?? 0
    return severe(line < 0 || line > 16 * 1024 ? 414 : 400, "BadHeader")
  }
  if (code === "HPE_UNEXPECTED_CONTENT_LENGTH" || /both|Transfer-Encoding/i.test(message)) {
    if (/Transfer-Encoding/.test(message) && code !== "HPE_INVALID_TRANSFER_ENCODING")
      return { status: 400, classified: { classification: "Ambiguous", reason: "BothTeClPresent" } }
    if (code === "HPE_UNEXPECTED_CONTENT_LENGTH") return severe(400, "MultipleContentLength")
  }
  return byCode[code] ?? severe(400, "BadHeader")
}

/** The answer as it goes out over a connection that is no more Node's to write to. */
export const rawAnswer = ({ status, reason, headers, body }: OwnAnswer): Buffer => {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${text}Connection: close\r\n\r\n`, "latin1"), body])
}
