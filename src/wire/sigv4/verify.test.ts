// Signatures: AWS's own example, what our signer makes, and every way in which a request can be wrong.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { HttpAsk } from "../http.ts"
import type { KnownKey } from "../ports.ts"
import { emptyBodyHash, signatureFor, signingKey, signingKeys } from "./canonical.ts"
import { signFrame, signRequest } from "./sign.ts"
import { signatureOf } from "./signature.ts"
import { type Refusal, type VerifierOptions, verify } from "./verify.ts"

const now = Date.UTC(2024, 4, 6, 7, 8, 9)
const known: KnownKey = {
  secret: "s3cret",
  caller: { account: "111122223333", arn: "arn:aws:iam::111122223333:user/u", kind: "user" },
}
const session: KnownKey = { ...known, sessionToken: "token", expiresAt: now + 60_000 }
const keys: Record<string, KnownKey> = { AKIAKNOWN: known, ASIASESSION: session }

const options = (more: Partial<VerifierOptions> = {}): VerifierOptions => ({
  auth: "strict",
  defaultAccount: "000000000000",
  findKey: (id) => (Object.hasOwn(keys, id) ? keys[id] : undefined),
  signingKeys: signingKeys(),
  now: () => now,
  ...more,
})
const bare: HttpAsk = {
  method: "POST",
  path: "/",
  query: "",
  headers: { host: "127.0.0.1:4566", "content-type": "application/x-amz-json-1.1", "x-amz-target": "X.Y" },
  body: new Uint8Array(Buffer.from("{}")),
}
const signed = (
  ask: HttpAsk = bare,
  id = "AKIAKNOWN",
  secret = "s3cret",
  at = now,
  sessionToken?: string,
  service = "ecs",
): HttpAsk => {
  const credentials = {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  }
  return {
    ...ask,
    headers: { ...ask.headers, ...signRequest(ask, { credentials, region: "us-east-1", service, now: at }) },
  }
}
const verdict = (
  ask: HttpAsk,
  more: Partial<VerifierOptions> = {},
  expected = { service: "ecs" as string | undefined, knownKeysOnly: false },
) => verify(options(more), ask, signatureOf(ask), expected)
const refusal = (...args: Parameters<typeof verdict>): Refusal["kind"] | "accepted" => {
  const found = verdict(...args)
  return found.ok ? "accepted" : found.refusal.kind
}

test("AWS's published example has AWS's published signature", () => {
  // source: https://docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html (2023), ListUsers
  const signature = signatureFor(
    {
      method: "GET",
      path: "/",
      query: "Action=ListUsers&Version=2010-05-08",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        host: "iam.amazonaws.com",
        "x-amz-date": "20150830T123600Z",
      },
      signedHeaders: ["content-type", "host", "x-amz-date"],
      bodyHash: emptyBodyHash,
    },
    { date: "20150830T123600Z", region: "us-east-1", service: "iam" },
    signingKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam"),
  )
  assert.equal(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
})

test("a request signed with a known key is its caller's, in the signature's region", () => {
  const found = verdict(signed())
  assert.ok(found.ok)
  assert.deepEqual(found.authenticated, {
    caller: { ...known.caller, accessKeyId: "AKIAKNOWN" },
    scope: { account: "111122223333", region: "us-east-1" },
  })
})

test("anything that is signed cannot be changed", () => {
  const good = signed({ ...bare, path: "/a b/%C3%BC", query: "b=2&a=1&a=0&c=%2B+x" })
  assert.equal(refusal(good), "accepted")
  const changes: HttpAsk[] = [
    { ...good, method: "PUT" },
    { ...good, path: "/other" },
    { ...good, query: "b=2&a=1&a=0&c=%2B+y" },
    { ...good, body: new Uint8Array(Buffer.from("{ }")) },
    { ...good, headers: { ...good.headers, host: "localhost:4566" } },
    { ...good, headers: { ...good.headers, "x-amz-target": "X.Z" } },
    // A header that decides and is not signed.
    { ...good, headers: { ...good.headers, "x-amz-content-sha256": emptyBodyHash } },
  ]
  for (const changed of changes) assert.equal(refusal(changed), "badSignature")
})

test("strict mode: unknown keys, wrong secrets, missing and broken signatures", () => {
  assert.equal(refusal(signed(bare, "AKIAOTHER")), "unknownKey")
  assert.equal(refusal(signed(bare, "AKIAKNOWN", "wrong")), "badSignature")
  assert.equal(refusal(bare), "missing")
  assert.equal(refusal({ ...bare, headers: { ...bare.headers, authorization: "Bearer x" } }), "broken")
  assert.equal(
    refusal({ ...bare, headers: { ...bare.headers, authorization: "AWS4-HMAC-SHA256 Credential=a/b" } }),
    "broken",
  )
})

test("relaxed mode: an unknown key is the root of its account, unverified; a known one is verified all the same", () => {
  const relaxed = { auth: "relaxed" as const }
  const twelve = verdict(signed(bare, "210987654321", "whatever"), relaxed)
  assert.ok(twelve.ok)
  assert.deepEqual(twelve.authenticated.caller, {
    account: "210987654321",
    arn: "arn:aws:iam::210987654321:root",
    kind: "root",
    accessKeyId: "210987654321",
  })
  const other = verdict(signed(bare, "test", "test", now - 86_400_000), relaxed)
  assert.ok(other.ok)
  assert.equal(other.authenticated.scope.account, "000000000000")
  assert.equal(refusal(signed(bare, "AKIAKNOWN", "wrong"), relaxed), "badSignature")
  assert.equal(refusal(signed(bare, "test"), relaxed, { service: "ecs", knownKeysOnly: true }), "unknownKey")
})

test("temporary credentials need their token and end with their time", () => {
  assert.equal(refusal(signed(bare, "ASIASESSION", "s3cret", now, "token")), "accepted")
  assert.equal(refusal(signed(bare, "ASIASESSION", "s3cret", now, "other")), "badToken")
  assert.equal(refusal(signed(bare, "ASIASESSION", "s3cret", now)), "badToken")
  assert.equal(
    refusal(signed(bare, "ASIASESSION", "s3cret", now + 60_000, "token"), { now: () => now + 60_000 }),
    "expiredToken",
  )
})

test("a long-term key has no token: strict mode refuses one, relaxed mode overlooks it", () => {
  const stale = signed(bare, "AKIAKNOWN", "s3cret", now, "token of another key")
  assert.equal(refusal(stale), "badToken")
  assert.equal(refusal(stale, { auth: "relaxed" }), "accepted")
})

test("clocks may differ by five minutes either way", () => {
  for (const minutes of [-5, 5])
    assert.equal(refusal(signed(bare, "AKIAKNOWN", "s3cret", now + minutes * 60_000)), "accepted")
  for (const seconds of [-301, 301])
    assert.equal(refusal(signed(bare, "AKIAKNOWN", "s3cret", now + seconds * 1000)), "expired")
})

test("a signature for another service is refused", () => {
  assert.equal(refusal(signed(bare, "AKIAKNOWN", "s3cret", now, undefined, "sqs")), "wrongService")
})

test("S3 takes an unsigned payload, nobody else does", () => {
  const ask = { ...bare, headers: { ...bare.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }
  assert.equal(refusal(signed(ask)), "bodyMismatch")
  const s3 = signed(bare, "AKIAKNOWN", "s3cret", now, undefined, "s3")
  assert.equal(refusal(s3, {}, { service: "s3", knownKeysOnly: false }), "accepted")
  assert.equal(
    refusal({ ...s3, body: new Uint8Array([1]) }, {}, { service: "s3", knownKeysOnly: false }),
    "bodyMismatch",
  )
})

test("whatever our signer signs, our verifier accepts", () => {
  const segment = fc.string({ unit: "grapheme", maxLength: 8 }).map(encodeURIComponent)
  fc.assert(
    fc.property(
      fc.array(segment),
      fc.array(fc.tuple(segment, segment)),
      fc.uint8Array(),
      fc.constantFrom("ecs", "s3"),
      (path, query, body, service) => {
        const ask = { ...bare, path: `/${path.join("/")}`, query: query.map((pair) => pair.join("=")).join("&"), body }
        assert.equal(
          refusal(signed(ask, "AKIAKNOWN", "s3cret", now, undefined, service), {}, { service, knownKeysOnly: false }),
          "accepted",
        )
      },
    ),
  )
})

test("a telemetry frame is signed headers, an empty line and the JSON", () => {
  const frame = signFrame('{"type":"x"}', new URL("ws://127.0.0.1:4566/ws?cluster=c"), {
    credentials: { accessKeyId: "AKIAKNOWN", secretAccessKey: "s3cret" },
    region: "us-east-1",
    service: "ecs",
    now,
  })
  const [head = "", json] = frame.split("\r\n\r\n")
  assert.equal(json, '{"type":"x"}')
  const headers = Object.fromEntries(
    head
      .split("\r\n")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  )
  assert.match(
    headers.authorization ?? "",
    /^AWS4-HMAC-SHA256 Credential=AKIAKNOWN\/20240506\/us-east-1\/ecs\/aws4_request, SignedHeaders=host;x-amz-date, Signature=[0-9a-f]{64}$/,
  )
  const ask: HttpAsk = { method: "GET", path: "/ws", query: "cluster=c", headers, body: new Uint8Array() }
  assert.equal(refusal(ask), "accepted")
})
