// Signing: requests of our own agent, and the frames of its telemetry session.
import type { KeyObject } from "node:crypto"
import type { HttpAsk } from "../http.ts"
import { emptyBodyHash, sha256, signatureFor, signingKey } from "./canonical.ts"
import { sigv4Date } from "./signature.ts"

/** Credentials to sign with. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** What a signature is made for. `now` in milliseconds of the wall clock. */
export interface SigningOptions {
  readonly credentials: Credentials
  readonly region: string
  /** The signing name. */
  readonly service: string
  readonly now: number
  /** Keys made before; see `signingKeys`. */
  readonly key?: KeyObject
}

/**
 * The headers that authenticate a request: `authorization`, `x-amz-date` and, with temporary credentials, `x-amz-security-token`.
 * Every header of the request that starts with `x-amz-`, `host` and `content-type` are signed; `host` must be among them.
 */
export const signRequest = (ask: HttpAsk, options: SigningOptions): Record<string, string> => {
  const { credentials, region, service, now } = options
  const date = sigv4Date(now)
  const added: Record<string, string> = { "x-amz-date": date }
  if (credentials.sessionToken !== undefined) added["x-amz-security-token"] = credentials.sessionToken
  if (service === "s3") added["x-amz-content-sha256"] = sha256(ask.body)
  const headers = { ...ask.headers, ...added }
  const signedHeaders = Object.keys(headers)
    .filter(
      (name) => name === "host" || name === "content-type" || name === "smithy-protocol" || name.startsWith("x-amz-"),
    )
    .sort()
  const key = options.key ?? signingKey(credentials.secretAccessKey, date.slice(0, 8), region, service)
  const bodyHash = ask.body.length === 0 ? emptyBodyHash : sha256(ask.body)
  const signature = signatureFor(
    { method: ask.method, path: ask.path, query: ask.query, headers, signedHeaders, bodyHash },
    { date, region, service },
    key,
  )
  const credential = `${credentials.accessKeyId}/${date.slice(0, 8)}/${region}/${service}/aws4_request`
  added.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`
  return added
}

/**
 * A frame of a TCS session: an HTTP-like block of signed headers, an empty line, then the JSON
 * (ecs-agent-protocol.md section 7). The signature is that of a GET with an empty body to `url`, as the official agent makes it.
 */
export const signFrame = (json: string, url: URL, options: SigningOptions): string => {
  const ask: HttpAsk = {
    method: "GET",
    path: url.pathname,
    query: url.search.slice(1),
    headers: { host: url.host },
    body: new Uint8Array(),
  }
  const headers = signRequest(ask, options)
  const lines = [`Authorization: ${headers.authorization}`, `Host: ${url.host}`, `X-Amz-Date: ${headers["x-amz-date"]}`]
  const token = headers["x-amz-security-token"]
  if (token !== undefined) lines.push(`X-Amz-Security-Token: ${token}`)
  return `${lines.join("\r\n")}\r\n\r\n${json}`
}
