// The host that the first request of an HTTP/1 connection is for, from its first bytes. Pure; whoever serves it reads the
// head again, and strictly.

export type Head =
  | { readonly kind: "more" }
  /** Not HTTP/1, or longer than any head that would be served. */
  | { readonly kind: "broken" }
  /** Absent host: the request names none. */
  | { readonly kind: "head"; readonly host?: string }

const broken: Head = { kind: "broken" }
/** More than the heads that load balancers take (64 KiB). */
const longest = 80 * 1024

const end = Buffer.from("\r\n\r\n")

/** Without a port; brackets of an address stay. */
const withoutPort = (host: string): string => host.replace(/:\d*$/, "").replace(/\.$/, "").toLowerCase()

/** Looks at the first bytes of a connection. */
export const headOf = (bytes: Buffer): Head => {
  // What begins no method: nothing is gained by waiting for more.
  if (bytes.length > 0 && !/^[\r\n!-~]/.test(bytes.toString("latin1", 0, 1))) return broken
  const length = bytes.indexOf(end)
  if (length < 0) return bytes.length > longest ? broken : { kind: "more" }
  const [request = "", ...fields] = bytes
    .subarray(0, length)
    .toString("latin1")
    .replace(/^(\r\n)+/, "")
    .split("\r\n")
  if (!/^[!#$%&'*+.^_`|~\w-]+ \S+ HTTP\/1\.[01]$/.test(request)) return broken
  for (const field of fields) {
    const [, host] = /^host:[ \t]*(\S*)[ \t]*$/i.exec(field) ?? []
    if (host) return { kind: "head", host: withoutPort(host) }
  }
  return { kind: "head" }
}
