// The headers that the registry reads: Authorization, Range, Content-Range, Host. Pure, and given anything.

/** The password of `Authorization: Basic`, whose user is AWS. */
export const passwordOf = (authorization: string | undefined): string | undefined => {
  const encoded = /^basic +([a-z0-9+/_-]+={0,2}) *$/i.exec(authorization ?? "")?.[1]
  if (encoded === undefined || encoded.length > 16_384) return undefined
  const text = Buffer.from(encoded, "base64").toString("utf8")
  return text.startsWith("AWS:") ? text.slice("AWS:".length) : undefined
}

/** A part of `size` bytes, both ends inclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

const whole = (digits: string): number | undefined => {
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : undefined
}

/**
 * What `Range` asks of a content: undefined for all of it (no range, or one that RFC 9110 lets a server ignore, as several
 * at once), `unsatisfiable` for what is not there.
 */
export const rangeOf = (range: string | undefined, size: number): Span | "unsatisfiable" | undefined => {
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(range ?? "")
  if (!match) return undefined
  const [, from = "", to = ""] = match
  if (from === "") {
    const last = to === "" ? undefined : whole(to)
    if (last === undefined) return undefined
    return last === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - last), end: size - 1 }
  }
  const start = whole(from)
  const end = to === "" ? Number.MAX_SAFE_INTEGER : whole(to)
  if (start === undefined || end === undefined || end < start) return undefined
  return start >= size ? "unsatisfiable" : { start, end: Math.min(end, size - 1) }
}

/** `Content-Range` of an upload's chunk: `<start>-<end>`, also in the form of RFC 9110. Undefined when it is neither. */
export const contentRangeOf = (value: string): Span | undefined => {
  const match = /^(?:bytes[ =])?(\d{1,16})-(\d{1,16})(?:\/(?:\d{1,16}|\*))?$/.exec(value)
  const start = whole(match?.[1] ?? "x")
  const end = whole(match?.[2] ?? "x")
  return start === undefined || end === undefined || end < start ? undefined : { start, end }
}

/** The registry that a Host names; undefined for an address and other names of ours. */
export const registryOfHost = (
  host: string | undefined,
): { readonly account: string; readonly region: string } | undefined => {
  const [, account, region] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]{1,40})\.(?:localhost|amazonaws\.com(?:\.cn)?)\.?(?::\d{1,5})?$/i.exec(
      host ?? "",
    ) ?? []
  return account === undefined || region === undefined ? undefined : { account, region: region.toLowerCase() }
}
