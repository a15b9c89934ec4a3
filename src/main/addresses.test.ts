// Which address an agent is told.
import assert from "node:assert/strict"
import { test } from "node:test"
import { addressFor, hearsLoopback } from "./addresses.ts"

const otherwise = "http://127.0.0.1:4566"

test("an agent is told the Host that it signed, when there is no public URL", () => {
  assert.equal(addressFor({ publicUrl: [] }, { host: "10.0.0.5:4566" }, otherwise), "http://10.0.0.5:4566")
  const secure = { host: "10.0.0.5:4566", secure: true }
  assert.equal(addressFor({ publicUrl: [] }, secure, otherwise), "https://10.0.0.5:4566")
  assert.equal(addressFor({ publicUrl: [] }, {}, otherwise), otherwise)
})

test("an agent is told the public URL under whose Host it came, else the first", () => {
  const publicUrl = ["https://a.example/", "https://b.example:8443"]
  assert.equal(addressFor({ publicUrl }, { host: "B.example:8443" }, otherwise), "https://b.example:8443")
  assert.equal(addressFor({ publicUrl }, { host: "127.0.0.1:4566" }, otherwise), "https://a.example")
})

test("an address of one device does not hear loopback", () => {
  assert.deepEqual(["127.0.0.1", "0.0.0.0", "::", "10.0.0.5", "::1"].map(hearsLoopback), [
    true,
    true,
    true,
    false,
    false,
  ])
})
