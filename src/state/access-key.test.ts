// The forms of keys and ids, as AWS gives them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { testIds } from "../../test/support/test-ids.ts"
import { accountOfKey, newAccessKey, newSessionToken, newUniqueId } from "./access-key.ts"

test("a key has the form of AWS's, and its account can be read from its id", () => {
  const ids = testIds()
  for (const account of ["000000000000", "123456789012", "999999999999"]) {
    const key = newAccessKey(ids, account, "long-term")
    assert.match(key.accessKeyId, /^AKIA[A-Z2-7]{16}$/)
    assert.equal(key.secretAccessKey.length, 40)
    assert.equal(accountOfKey(key.accessKeyId), account)
    assert.match(newAccessKey(ids, account, "temporary").accessKeyId, /^ASIA/)
  }
  assert.equal(accountOfKey("123456789012"), undefined)
})

test("unique ids are 21 characters, and no two are the same", () => {
  const ids = testIds()
  const made = Array.from({ length: 100 }, () => newUniqueId(ids, "AROA"))
  for (const id of made) assert.match(id, /^AROA[A-Z2-7]{17}$/)
  assert.equal(new Set(made).size, 100)
  assert.notEqual(newSessionToken(ids), newSessionToken(ids))
})
