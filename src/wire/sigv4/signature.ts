// What a SigV4 signature is, taken from the Authorization header or from a presigned query string. Nothing is verified here.
import { parseParameters } from "../codec/form.ts"
import type { HttpAsk } from "../http.ts"

/** A signature as the request presents it. */
export interface Presented {
  readonly accessKeyId: string
  /** `20260102`. */
  readonly day: string
  readonly region: string
  /** The signing name of the service. */
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** `20260102T030405Z`. */
  readonly date: string
  readonly sessionToken: string | undefined
  /** Seconds that a presigned request is valid for; undefined when the signature came in the header. */
  readonly expires: number | undefined
}

export type Signature =
  | { readonly kind: "none" }
  /** There is one and it cannot be read; `why` is for the caller to see. */
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "presented"; readonly presented: Presented }

type Head = Pick<HttpAsk, "headers" | "query">

/** Finds the signature of a request. */
export const signatureOf = ({ headers, query }: Head): Signature => {
  const authorization = headers.authorization
  if (authorization !== undefined) return fromHeader(authorization, headers)
  if (query.includes("X-Amz-")) return fromQuery(query)
  return { kind: "none" }
}

const broken = (why: string): Signature => ({ kind: "broken", why })

/** The header as every SDK writes it. */
const usual = /^AWS4-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([^,\s]+)$/

const fromHeader = (authorization: string, headers: Head["headers"]): Signature => {
  const [, usualCredential, usualHeaders = "", usualSignature = ""] = usual.exec(authorization) ?? []
  const sent = headers["x-amz-date"]
  if (usualCredential !== undefined && sent !== undefined) {
    return present(usualCredential, usualHeaders, usualSignature, sent, headers["x-amz-security-token"], undefined)
  }
  const rest = /^AWS4-HMAC-SHA256\s+(.*)$/s.exec(authorization)?.[1]
  if (rest === undefined) return broken("Unsupported AWS 'algorithm'. Roadstead takes AWS4-HMAC-SHA256.")
  const parts = new Map<string, string>()
  for (const part of rest.split(",")) {
    const eq = part.indexOf("=")
    if (eq > 0) parts.set(part.slice(0, eq).trim(), part.slice(eq + 1).trim())
  }
  const credential = parts.get("Credential")
  const signedHeaders = parts.get("SignedHeaders")
  const signature = parts.get("Signature")
  if (credential === undefined) return broken("Authorization header requires 'Credential' parameter.")
  if (signature === undefined) return broken("Authorization header requires 'Signature' parameter.")
  if (signedHeaders === undefined) return broken("Authorization header requires 'SignedHeaders' parameter.")
  const date = headers["x-amz-date"] ?? compactDate(headers.date)
  if (date === undefined)
    return broken("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  return present(credential, signedHeaders, signature, date, headers["x-amz-security-token"], undefined)
}

const fromQuery = (query: string): Signature => {
  const parameters = new Map(parseParameters(query))
  const algorithm = parameters.get("X-Amz-Algorithm")
  const credential = parameters.get("X-Amz-Credential")
  const signature = parameters.get("X-Amz-Signature")
  if (algorithm === undefined && credential === undefined && signature === undefined) return { kind: "none" }
  if (algorithm !== "AWS4-HMAC-SHA256") return broken('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  const signedHeaders = parameters.get("X-Amz-SignedHeaders")
  const date = parameters.get("X-Amz-Date")
  // SigV4 allows a week at most. Without X-Amz-Expires the query forms take the clock skew alone.
  const expires = Number(parameters.get("X-Amz-Expires") ?? "300")
  if (credential === undefined || signature === undefined || signedHeaders === undefined || date === undefined) {
    return broken(
      "Query-string authentication requires X-Amz-Credential, X-Amz-Signature, X-Amz-SignedHeaders and X-Amz-Date.",
    )
  }
  if (!Number.isInteger(expires) || expires < 0 || expires > 604_800)
    return broken("X-Amz-Expires must be between 0 and 604800 seconds.")
  return present(credential, signedHeaders, signature, date, parameters.get("X-Amz-Security-Token"), expires)
}

/** How many texts are kept, and how long they may be. */
const keptTexts = { most: 1000, length: 300 }

/** Keeps the answers of a pure function of a text: a client sends the same for a day. Starts over when there are many. */
const kept = <T>(of: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = of(text)
    if (known.size >= keptTexts.most) known.clear()
    if (text.length <= keptTexts.length) known.set(text, made)
    return made
  }
}

type Scope = Pick<Presented, "accessKeyId" | "day" | "region" | "service">

const scopeOf = kept((credential): Scope | undefined => {
  const scope = /^([\w/+=.-]+)\/(\d{8})\/([a-z0-9-]{1,40})\/([a-z0-9-]{1,60})\/aws4_request$/.exec(credential)
  const [, accessKeyId = "", day = "", region = "", service = ""] = scope ?? []
  return scope ? { accessKeyId, day, region, service } : undefined
})

const namesOf = kept((signedHeaders): readonly string[] => Object.freeze(signedHeaders.toLowerCase().split(";")))

const present = (
  credential: string,
  signedHeaders: string,
  signature: string,
  date: string,
  sessionToken: string | undefined,
  expires: number | undefined,
): Signature => {
  const scope = scopeOf(credential)
  if (!scope)
    return broken("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
  const { accessKeyId, day, region, service } = scope
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day))
    return broken("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
  return {
    kind: "presented",
    presented: {
      accessKeyId,
      day,
      region,
      service,
      signedHeaders: namesOf(signedHeaders),
      signature,
      date,
      sessionToken,
      expires,
    },
  }
}

/** An HTTP date as SigV4 writes dates. */
const compactDate = (text: string | undefined): string | undefined => {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : sigv4Date(time)
}

/** `20260102T030405Z` of a time in milliseconds. */
export const sigv4Date = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`

/** The time of such a date, in milliseconds. */
export const parseSigv4Date = (date: string): number =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"))
