// The canonical request and the signature over it: shared by the verifier and the signer.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto"
import { parseParameters, percentEncode } from "../codec/form.ts"
import type { Headers } from "../http.ts"

export const emptyBodyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/** SHA-256 in hexadecimal digits. */
export const sha256 = (data: string | Uint8Array): string =>
  data.length === 0 ? emptyBodyHash : hash("sha256", data, "hex")

/** What is signed. */
export interface Signable {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Headers
  readonly signedHeaders: readonly string[]
  /** The body's hash, or a literal such as `UNSIGNED-PAYLOAD`. */
  readonly bodyHash: string
}

/** The scope of a signature and its time, `20260102T030405Z`. */
export interface SigningScope {
  readonly date: string
  readonly region: string
  readonly service: string
}

/** The signature of a request in hexadecimal digits. */
export const signatureFor = (signable: Signable, scope: SigningScope, key: KeyObject): string => {
  const canonical = canonicalRequest(signable, scope.service === "s3")
  const text = `AWS4-HMAC-SHA256\n${scope.date}\n${scope.date.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request\n${sha256(canonical)}`
  return createHmac("sha256", key).update(text).digest("hex")
}

const canonicalRequest = (s: Signable, s3: boolean): string => {
  let headers = ""
  for (const name of s.signedHeaders) headers += `${name}:${(s.headers[name] ?? "").trim().replace(/ {2,}/g, " ")}\n`
  return `${s.method}\n${canonicalPath(s.path, s3)}\n${canonicalQuery(s.query)}\n${headers}\n${s.signedHeaders.join(";")}\n${s.bodyHash}`
}

/** S3 signs the path as it is sent; all others encode it once more and resolve dots and double slashes. */
const canonicalPath = (path: string, s3: boolean): string => {
  if (path === "/" || path === "") return "/"
  if (s3) return path
  const out: string[] = []
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue
    if (segment === "..") out.pop()
    else out.push(percentEncode(segment))
  }
  return `/${out.join("/")}${path.endsWith("/") && out.length > 0 ? "/" : ""}`
}

const canonicalQuery = (query: string): string => {
  if (query === "") return ""
  return parseParameters(query)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
}

/** The key for one day, region and service. */
export const signingKey = (secret: string, day: string, region: string, service: string): KeyObject => {
  const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest()
  return createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), service), "aws4_request"))
}

/** A cache of signing keys: a key is good for a day, and making one costs four HMACs. */
export const signingKeys = (limit = 10_000) => {
  const known = new Map<string, { secret: string; key: KeyObject }>()
  return (accessKeyId: string, secret: string, day: string, region: string, service: string): KeyObject => {
    const name = `${accessKeyId}/${day}/${region}/${service}`
    const found = known.get(name)
    if (found && found.secret === secret) return found.key
    const key = signingKey(secret, day, region, service)
    // Starting over is cheaper than keeping an order, and only a flood of keys gets here.
    if (known.size >= limit) known.clear()
    known.set(name, { secret, key })
    return key
  }
}

export type SigningKeys = ReturnType<typeof signingKeys>
