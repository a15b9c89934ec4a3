// Certificates that are imported: DER in PEM, of which OpenSSL reads a part and we another. What is taken can be described.
import assert from "node:assert/strict"
import { Fault } from "../../../src/kernel/index.ts"
import { certificatesIn } from "../../../src/services/acm/parse.ts"
import { keyUsagesOf, serialOf } from "../../../src/services/acm/x509/read.ts"
import { bytesTarget } from "../target.ts"

/** Made with openssl: one with names, usages and an address, one with none. Their keys were thrown away. */
const corpus = [
  "MIIB/zCCAaSgAwIBAgIUfP9uP9jlEm13nzfrommyw797ROcwCgYIKoZIzj0EAwIwLTELMAkGA1UEBhMCREUxDTALBgNVBAoMBFNoaXAxDzANBgNVBAMMBmEudGVzdDAeFw0yNjExMjYxODMwNTdaFw0zNjExMjMxODMwNTdaMC0xCzAJBgNVBAYTAkRFMQ0wCwYDVQQKDARTaGlwMQ8wDQYDVQQDDAZhLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARSrHR+EzcG7uw/+isuKsdnMpH3s3y6YX2M6aQqmCm0KFoOAEjbM6Z8/KHVSZTPpb+Pbw1y422FO9JMG3sHOTobo4GhMIGeMB0GA1UdDgQWBBR0CHbryRVBl6lJk12dKcOp+T7FdjAfBgNVHSMEGDAWgBR0CHbryRVBl6lJk12dKcOp+T7FdjAPBgNVHRMBAf8EBTADAQH/MCEGA1UdEQQaMBiCBmEudGVzdIIIKi5hLnRlc3SHBAoAAAEwDgYDVR0PAQH/BAQDAgOIMBgGA1UdJQQRMA8GCCsGAQUFBwMBBgMqAwQwCgYIKoZIzj0EAwIDSQAwRgIhAIi95sjHWvVQVFA/HGWyvOwKBXQJvn2CQsWxZgq94BckAiEAqWd6H/wi+EdwltTRs9/cWvtsBhDGYtRsXNQCSfw90Ck=",
  "MIIBbjCCAROgAwIBAgIUSkqjFRSNhQvC8SNEdnKEqE+ITaswCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBYjAeFw0yNjExMjYxODMwNTdaFw0zNjExMjMxODMwNTdaMAwxCjAIBgNVBAMMAWIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQS+xlkKjxHQy0gnJDpP3Noz3HwyWmB+RwSjmu/IoMrQrdz3RuECXiMW2QvJVHxZDJH5ihRgI/7/fy/AgqAuZSno1MwUTAdBgNVHQ4EFgQUX5n/qkacBC1dxMN1pDcZFH+wFnEwHwYDVR0jBBgwFoAUX5n/qkacBC1dxMN1pDcZFH+wFnEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAyJlIlszhU0Bx2TInTrAzDWQurwxup5TJGwJHsy/ePkUCIQDItpiyiissJZK2P5xdjqI34SmT+WR8BGKRcopnTb768Q==",
].map((text) => new Uint8Array(Buffer.from(text, "base64")))

const pemOf = (der: Uint8Array): Buffer =>
  Buffer.from(`-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`)

const element = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes)

export const certificate = bytesTarget({
  name: "certificate",
  corpus,
  words: [
    ...[
      element(0x30, 0x80),
      element(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
      element(0x1f, 0x81, 0x01),
      element(0x05, 0x00),
    ],
    ...[element(0x55, 0x1d, 0x0f), element(0x03, 0x00), element(0x04, 0x00), element(0x03, 0x02, 0x07, 0xff)],
    ...[element(0xa3, 0x00), element(0x17, 0x00), element(0x18, 0x0f), element(0x02, 0x01, 0x00)],
  ],
  keys: [],
  // There is nothing to be made from values: DER all the same.
  write: (value) => new Uint8Array(Buffer.from(JSON.stringify(value) ?? "")),
  run: (der) => {
    try {
      for (const one of certificatesIn(pemOf(der), "certificate")) {
        assert.match(serialOf(one), /^-?([0-9a-f]{2}:)*[0-9a-f]{2}$/)
        assert.ok(Array.isArray(keyUsagesOf(one)))
      }
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
    }
  },
})
