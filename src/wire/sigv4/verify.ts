// Who sent a request: finds the key of its signature and verifies it. How a refusal is worded is in refusals.ts.
import { timingSafeEqual } from "node:crypto"
import type { HttpAsk } from "../http.ts"
import type { Authenticated, FindKey, KnownKey } from "../ports.ts"
import { type SigningKeys, sha256, signatureFor } from "./canonical.ts"
import { type Presented, parseSigv4Date, type Signature, sigv4Date } from "./signature.ts"

/** Why a request is refused. */
export type Refusal =
  | { readonly kind: "missing" }
  | { readonly kind: "broken"; readonly why: string }
  | { readonly kind: "unknownKey" }
  | { readonly kind: "badToken" }
  | { readonly kind: "expiredToken" }
  | { readonly kind: "expired"; readonly why: string; readonly presigned: boolean }
  | { readonly kind: "badSignature" }
  | { readonly kind: "bodyMismatch" }
  | { readonly kind: "wrongService"; readonly expected: string }

export type Verdict =
  | { readonly ok: true; readonly authenticated: Authenticated }
  | { readonly ok: false; readonly refusal: Refusal }

export interface VerifierOptions {
  /** `relaxed` takes unknown keys in the Authorization header as the root of their account. */
  readonly auth: "relaxed" | "strict"
  readonly defaultAccount: string
  readonly findKey: FindKey
  readonly signingKeys: SigningKeys
  /** Now on the wall clock. */
  readonly now: () => number
}

/** What a request is to be verified against. */
export interface Expected {
  /** The signing name of the service that the request was routed to; undefined takes any. */
  readonly service: string | undefined
  /** Set on listeners inside the VPC: only keys that Roadstead minted. */
  readonly knownKeysOnly: boolean
}

/** AWS allows five minutes either way. */
const skew = 5 * 60_000

const refuse = (refusal: Refusal): Verdict => ({ ok: false, refusal })

/** Verifies one request. `ask.body` must be the body as it was sent, before inflating. */
export const verify = (options: VerifierOptions, ask: HttpAsk, signature: Signature, expected: Expected): Verdict => {
  if (signature.kind === "none") return refuse({ kind: "missing" })
  if (signature.kind === "broken") return refuse(signature)
  const { presented } = signature
  const key = options.findKey(presented.accessKeyId, presented.sessionToken)
  if (key && "refused" in key) return refuse({ kind: key.refused })
  if (!key) {
    const taken = options.auth === "relaxed" && !expected.knownKeysOnly && presented.expires === undefined
    return taken
      ? { ok: true, authenticated: rootOf(presented, options.defaultAccount) }
      : refuse({ kind: "unknownKey" })
  }
  const refusal = check(options, ask, presented, key, expected)
  if (refusal) return refuse(refusal)
  const { caller } = key
  return {
    ok: true,
    authenticated: {
      caller: { ...caller, accessKeyId: presented.accessKeyId },
      scope: { account: caller.account, region: presented.region },
    },
  }
}

/** A key that Roadstead did not mint: twelve digits are the account. */
const rootOf = ({ accessKeyId, region }: Presented, defaultAccount: string): Authenticated => {
  const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount
  return {
    caller: { account, arn: `arn:aws:iam::${account}:root`, kind: "root", accessKeyId },
    scope: { account, region },
  }
}

const check = (
  options: VerifierOptions,
  ask: HttpAsk,
  presented: Presented,
  key: KnownKey,
  expected: Expected,
): Refusal | undefined => {
  const now = options.now()
  if (key.sessionToken !== undefined && !same(key.sessionToken, presented.sessionToken ?? ""))
    return { kind: "badToken" }
  // A long-term key has no token. Shells often carry a stale one along, which relaxed mode forgives.
  if (key.sessionToken === undefined && presented.sessionToken !== undefined && options.auth === "strict")
    return { kind: "badToken" }
  if (key.expiresAt !== undefined && now >= key.expiresAt) return { kind: "expiredToken" }
  const old = age(presented, now)
  if (old) return old
  if (expected.service !== undefined && presented.service !== expected.service)
    return { kind: "wrongService", expected: expected.service }
  if (!covers(presented, ask)) return { kind: "badSignature" }
  const body = bodyHash(presented, ask)
  if (body === undefined) return { kind: "bodyMismatch" }
  const scope = { date: presented.date, region: presented.region, service: presented.service }
  const secretKey = options.signingKeys(
    presented.accessKeyId,
    key.secret,
    presented.day,
    presented.region,
    presented.service,
  )
  const { method, path, query, headers } = ask
  const right = signatureFor(
    { method, path, query, headers, signedHeaders: presented.signedHeaders, bodyHash: body },
    scope,
    secretKey,
  )
  return same(right, presented.signature) ? undefined : { kind: "badSignature" }
}

const age = ({ date, expires }: Presented, now: number): Refusal | undefined => {
  const signed = parseSigv4Date(date)
  const presigned = expires !== undefined
  if (Number.isNaN(signed)) return { kind: "broken", why: "Date must be in ISO-8601 'basic format'." }
  const until = signed + (presigned ? expires * 1000 : skew)
  const nowText = sigv4Date(now)
  if (now > until) {
    const edge = presigned ? sigv4Date(signed + expires * 1000) : `${sigv4Date(now - skew)} (${nowText} - 5 min.)`
    return { kind: "expired", why: `Signature expired: ${date} is now earlier than ${edge}`, presigned }
  }
  if (signed > now + skew)
    return {
      kind: "expired",
      why: `Signature not yet current: ${date} is still later than ${sigv4Date(now + skew)} (${nowText} + 5 min.)`,
      presigned: false,
    }
  return undefined
}

/**
 * Whether the signature covers what decides about the request: `host` and every `x-amz-` header.
 * Not `x-amz-user-agent`, which decides nothing and which browsers' SDKs add late.
 */
const covers = ({ signedHeaders, expires }: Presented, { headers }: HttpAsk): boolean => {
  if (!signedHeaders.includes("host")) return false
  for (const name of Object.keys(headers)) {
    if (!name.startsWith("x-amz-") || name === "x-amz-user-agent" || signedHeaders.includes(name)) continue
    // In a presigned request the date and the token are in the query, which is signed as a whole.
    if (expires === undefined || (name !== "x-amz-date" && name !== "x-amz-content-sha256")) return false
  }
  return true
}

/** The hash that was signed, or undefined when the header claims another body than came. */
const bodyHash = ({ service, expires }: Presented, { headers, body }: HttpAsk): string | undefined => {
  const s3 = service === "s3"
  const claimed = headers["x-amz-content-sha256"]
  if (claimed === undefined) return s3 && expires !== undefined ? "UNSIGNED-PAYLOAD" : sha256(body)
  // Chunked uploads sign each chunk by itself; that belongs to the operation that reads the chunks.
  if (s3 && (claimed === "UNSIGNED-PAYLOAD" || claimed.startsWith("STREAMING-"))) return claimed
  const actual = sha256(body)
  return claimed === actual ? actual : undefined
}

const same = (a: string, b: string): boolean => {
  const x = Buffer.from(a)
  const y = Buffer.from(b)
  return x.length === y.length && timingSafeEqual(x, y)
}
