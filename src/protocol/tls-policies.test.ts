import assert from "node:assert/strict"
import { test } from "node:test"
import { tlsPolicies, tlsPolicyOf } from "./tls-policies.ts"

test("the default policy has AWS's protocols, and its ciphers in AWS's order", () => {
  const policy = tlsPolicyOf("ELBSecurityPolicy-2016-08")
  assert.deepEqual(policy?.protocols, ["TLSv1.2", "TLSv1.1", "TLSv1"])
  assert.equal(policy?.ciphers.length, 18)
  assert.deepEqual(policy?.ciphers.slice(0, 2), ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"])
  assert.equal(policy?.ciphers.at(-1), "AES256-SHA")
})

test("policies with TLS 1.3 begin with its ciphers, those for FIPS have no ChaCha20", () => {
  const recommended = tlsPolicyOf("ELBSecurityPolicy-TLS13-1-2-2021-06")
  assert.deepEqual(recommended?.protocols, ["TLSv1.3", "TLSv1.2"])
  assert.equal(recommended?.ciphers.length, 11)
  assert.deepEqual(tlsPolicyOf("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04")?.ciphers, [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
  ])
  assert.equal(new Set(tlsPolicies.map(({ name }) => name)).size, tlsPolicies.length)
})
