// The quotas of an account.
import assert from "node:assert/strict"
import { test } from "node:test"
import { checkQuota } from "./quotas.ts"

test("the last role of an account's quota can be made, and no other", () => {
  checkQuota("Roles", 999)
  assert.throws(() => checkQuota("Roles", 1000), {
    code: "LimitExceeded",
    message: "Cannot exceed quota for RolesPerAccount: 1000",
  })
})
