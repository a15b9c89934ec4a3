// The attacks of DESIGN section 7, as the headers that a browser sends for them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { dangerOf, hostName } from "./safety.ts"

const rules = {
  publicHosts: new Set(["172.31.0.1", "ecs.corp.example"]),
  allowOrigins: new Set(["http://localhost:5173"]),
}
const plain = { upgrade: false, vpc: false }
const refused = (headers: Record<string, string>, at = plain) => dangerOf(rules, headers, at) !== undefined

test("SDKs and the CLI, which send no browser headers, are let in under our names", () => {
  for (const host of [
    "127.0.0.1:4566",
    "localhost:4566",
    "[::1]:4566",
    "127.0.0.2",
    "bucket.localhost:4566",
    "host.docker.internal:4566",
    "172.31.0.1:4566",
    "ECS.corp.example",
  ]) {
    assert.ok(!refused({ host }), host)
  }
})

test("a cross-site form post is refused, whatever its query string claims", () => {
  assert.ok(
    refused({
      host: "127.0.0.1:4566",
      origin: "https://evil.example",
      "sec-fetch-site": "cross-site",
      "content-type": "application/x-www-form-urlencoded",
    }),
  )
  // A sandboxed frame or a redirect sends an opaque origin.
  assert.ok(refused({ host: "127.0.0.1:4566", origin: "null" }))
  // Another port of this machine is another site's page too.
  assert.ok(refused({ host: "127.0.0.1:4566", origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-site" }))
})

test("an <img> or a link of another site is refused though it carries no Origin", () => {
  assert.ok(refused({ host: "127.0.0.1:4566", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }))
  assert.ok(refused({ host: "127.0.0.1:4566", "sec-fetch-site": "same-site" }))
  assert.ok(!refused({ host: "127.0.0.1:4566", "sec-fetch-site": "none" }), "typed into the address bar")
  assert.ok(
    !refused({ host: "127.0.0.1:4566", "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:4566" }),
    "our own console",
  )
})

test("a WebSocket of any page is refused, also of an allowed one", () => {
  for (const origin of ["https://evil.example", "http://localhost:5173", "http://127.0.0.1:4566"]) {
    assert.ok(refused({ host: "127.0.0.1:4566", origin }, { upgrade: true, vpc: false }), origin)
  }
  assert.ok(!refused({ host: "127.0.0.1:4566" }, { upgrade: true, vpc: false }), "an agent")
})

test("a name that an attacker points at us is refused (DNS rebinding)", () => {
  for (const host of [
    "evil.example:4566",
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evillocalhost",
    "10.0.0.1",
    "",
  ]) {
    assert.ok(refused({ host }), host)
  }
  assert.ok(refused({}), "no Host at all")
})

test("inside the VPC any address is a Host, a name still is not", () => {
  const vpc = { upgrade: false, vpc: true }
  assert.ok(!refused({ host: "10.1.0.1:4566" }, vpc))
  assert.ok(!refused({ host: "[fd00::1]:4566" }, vpc))
  assert.ok(refused({ host: "evil.example" }, vpc))
})

test("an allowed origin is let in", () => {
  assert.ok(!refused({ host: "127.0.0.1:4566", origin: "http://localhost:5173", "sec-fetch-site": "same-site" }))
})

test("the name of a Host is without port and brackets", () => {
  assert.deepEqual(["A.b:1", "[::1]:80", "[::1]", "x"].map(hostName), ["a.b", "::1", "::1", "x"])
})
