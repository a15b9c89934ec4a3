// What says who asks: Authorization headers and signed queries, in every broken form, up to a verdict.
import assert from "node:assert/strict"
import type { HttpAsk } from "../../../src/wire/http.ts"
import { signingKeys } from "../../../src/wire/sigv4/canonical.ts"
import { refusalFault } from "../../../src/wire/sigv4/refusals.ts"
import { signatureOf } from "../../../src/wire/sigv4/signature.ts"
import { type VerifierOptions, verify } from "../../../src/wire/sigv4/verify.ts"
import { mutator } from "../mutate.ts"
import type { Target } from "../target.ts"

const now = Date.UTC(2024, 0, 1)
const credential = "AKIAIOSFODNN7EXAMPLE/20240101/us-east-1/ecs/aws4_request"
const signature = "a".repeat(64)
const header = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`
const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=20240101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`
const words = [
  "AWS4-HMAC-SHA256",
  "Credential=",
  "SignedHeaders=",
  "Signature=",
  ", ",
  "/",
  ";",
  "host",
  "20240101",
  "X-Amz-Expires=",
  "&",
  "=",
  "%",
  "%zz",
  "+",
  "\u00ff",
]
const bytesOf = (text: string): Uint8Array => Buffer.from(text, "latin1")
const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
const headers = mutator([bytesOf(header), bytesOf("AWS AKID:sig"), bytesOf("Bearer x")], words)
const queries = mutator([bytesOf(query), bytesOf("Action=A&AWSAccessKeyId=a&Signature=b")], words)
const dates = mutator([bytesOf("20240101T000000Z"), bytesOf("Mon, 01 Jan 2024 00:00:00 GMT")], ["T", "Z", "-", ":"])

const verifier = (auth: "relaxed" | "strict"): VerifierOptions => ({
  auth,
  defaultAccount: "000000000000",
  // Known to everybody who knows its name: the signature is computed, and does not fit.
  findKey: (id) =>
    id.startsWith("AKIA")
      ? { secret: "secret", caller: { account: "000000000000", arn: "arn:a", kind: "user" } }
      : undefined,
  signingKeys: signingKeys(),
  now: () => now,
})
const relaxed = verifier("relaxed")
const strict = verifier("strict")

export const signatures: Target<HttpAsk> = {
  name: "signature",
  make: (roll) => {
    const signed = roll.once(2)
    return {
      method: "POST",
      path: roll.once(8) ? `/${text(queries(roll))}` : "/",
      query: signed && !roll.once(8) ? "" : text(queries(roll)),
      headers: {
        host: "ecs.us-east-1.amazonaws.com",
        "x-amz-date": roll.once(4) ? text(dates(roll)) : "20240101T000000Z",
        ...(signed ? { authorization: text(headers(roll)) } : {}),
        ...(roll.once(8)
          ? { "x-amz-content-sha256": roll.pick(["UNSIGNED-PAYLOAD", "", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"]) }
          : {}),
      },
      body: new Uint8Array(),
    }
  },
  run: (ask) => {
    const found = signatureOf(ask)
    for (const options of [relaxed, strict]) {
      const verdict = verify(options, ask, found, { service: "ecs", knownKeysOnly: false })
      if (!verdict.ok) assert.ok(refusalFault(verdict.refusal, "awsJson1_1").message.length > 0)
      // Strict takes only what is signed with a known key, and no signature here fits.
      else assert.equal(options, relaxed)
    }
  },
  pack: ({ body: _, ...ask }) => Buffer.from(JSON.stringify(ask)),
  unpack: (bytes) => ({ ...(JSON.parse(Buffer.from(bytes).toString()) as HttpAsk), body: new Uint8Array() }),
  cutsFrom: (bytes) => bytes.length,
}
