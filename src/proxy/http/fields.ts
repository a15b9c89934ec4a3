// Headers as HTTP/2 has them: lower-case names, each once, with all of its values.

/** Names that HTTP/2 forbids: what they say is the framing's. */
const forbidden: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings"],
])

/** From names and values in turn. */
export const toFields = (headers: readonly string[]): Record<string, string | string[]> => {
  const out: Record<string, string | string[]> = {}
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] ?? "").toLowerCase()
    const value = headers[i + 1] ?? ""
    if (forbidden.has(name)) continue
    const known = out[name]
    if (known === undefined) out[name] = value
    else if (Array.isArray(known)) known.push(value)
    else out[name] = isSingle(name) ? value : [known, value]
  }
  return out
}

/** Node takes one value only of these. */
const isSingle = (name: string): boolean => single.has(name)
const single: ReadonlySet<string> = new Set([
  ...["content-type", "content-length", "date", "age", "etag", "expires", "last-modified", "location", "server"],
  ...[
    "host",
    "user-agent",
    "authorization",
    "content-encoding",
    "content-range",
    "if-range",
    "max-forwards",
    "referer",
  ],
  ...["from", "if-modified-since", "if-none-match", "if-unmodified-since", "proxy-authorization", "retry-after", "te"],
  ...["access-control-allow-credentials", "access-control-max-age", "access-control-request-method", "dnt", "tk"],
  ...["content-location", "content-md5", "upgrade-insecure-requests", "x-content-type-options"],
])
