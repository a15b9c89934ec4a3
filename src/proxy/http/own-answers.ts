// What a load balancer answers by itself: the pages that AWS sends for its own errors, byte for byte where they are known
// (published recordings of 301, 302, 502 and 503 have a Content-Length of 134, 110, 122 and 162).

/** Texts of AWS's own statuses and of those that HTTP has. */
const reasons: Readonly<Record<number, string>> = {
  301: "Moved Permanently",
  302: "Found",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Time-out",
  413: "Request Entity Too Large",
  414: "Request-URI Too Large",
  // AWS sends no text with these.
  460: "",
  463: "",
  464: "",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
  505: "HTTP Version Not Supported",
}

export const reasonOf = (status: number): string => reasons[status] ?? ""

export interface OwnAnswer {
  readonly status: number
  readonly reason: string
  readonly headers: string[]
  readonly body: Buffer
}

/** AWS names itself so in its own answers. Reference 5.4. */
export const ownServer = "awselb/2.0"

/** `date` as HTTP writes it. */
export const ownAnswer = (status: number, date: string): OwnAnswer => {
  const reason = reasonOf(status)
  const title = reason === "" ? String(status) : `${status} ${reason}`
  const body = Buffer.from(
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  )
  const headers = [
    ...["Server", ownServer, "Date", date],
    ...["Content-Type", "text/html", "Content-Length", String(body.length)],
  ]
  return { status, reason, headers, body }
}

/** Codes of gRPC that stand beside a status (gRPC, "HTTP to gRPC status code mapping"); AWS's 502 comes with 14. */
const grpcCodes: Readonly<Record<number, readonly [string, string]>> = {
  400: ["13", "internal"],
  404: ["12", "unimplemented"],
  405: ["12", "unimplemented"],
  502: ["14", "unavailable"],
  503: ["14", "unavailable"],
  504: ["14", "unavailable"],
}

/** For a client of gRPC, which reads headers only: a head that is all of the answer. */
export const grpcAnswer = (status: number, date: string): OwnAnswer => {
  const [code, message] = grpcCodes[status] ?? ["2", "unknown"]
  const headers = ["Server", ownServer, "Date", date, "Content-Type", "application/grpc"]
  headers.push("grpc-status", code, "grpc-message", message)
  return { status, reason: "", headers, body: Buffer.alloc(0) }
}
