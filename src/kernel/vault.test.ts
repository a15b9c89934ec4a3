import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { seededRandom } from "../../test/support/test-ids.ts"
import { newVault, VaultError } from "./vault.ts"

const key = new Uint8Array(32).fill(7)
const vault = newVault(key, seededRandom(1))

test("what was sealed opens again for the same record, whatever it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (plain, identity) => {
      assert.deepEqual(new Uint8Array(vault.open(vault.seal(plain, identity), identity)), plain)
    }),
  )
  assert.equal(vault.open(vault.seal("pässword", "a"), "a").toString(), "pässword")
})

test("the same value is sealed differently each time, and does not show", () => {
  const [one, two] = [vault.seal("hunter2", "a"), vault.seal("hunter2", "a")]
  assert.notEqual(one, two)
  for (const sealed of [one, two]) {
    assert.ok(sealed.startsWith(`v1.${vault.keyId}.`))
    assert.ok(!Buffer.from(sealed.split(".")[2] ?? "", "base64url").includes("hunter2"))
  }
})

test("a value does not open for another record, with another key, or after any change", () => {
  const sealed = vault.seal("hunter2", "secret one")
  assert.throws(() => vault.open(sealed, "secret two"), VaultError)
  assert.throws(() => newVault(new Uint8Array(32).fill(8), seededRandom(2)).open(sealed, "secret one"), /another key/)
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === "A" ? "B" : "A"
    const changed = `${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`
    // The last digits of a base64 text can stand for no bits at all.
    if (Buffer.from(changed.slice(20), "base64url").equals(Buffer.from(sealed.slice(20), "base64url")) && at >= 20)
      continue
    assert.throws(() => vault.open(changed, "secret one"), VaultError, `a change at ${at}`)
  }
  for (const cut of ["", "v1.", sealed.slice(0, 30), sealed.slice(0, -4)]) {
    assert.throws(() => vault.open(cut, "secret one"), VaultError)
  }
})

test("a key of another length is refused", () => {
  assert.throws(() => newVault(new Uint8Array(16), seededRandom(1)), VaultError)
})
