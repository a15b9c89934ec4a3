import assert from "node:assert/strict"
import { test } from "node:test"
import { missingRequired } from "./missing.ts"

test("required members that are absent are named as AWS's framework spells them", () => {
  assert.deepEqual(missingRequired("secretsmanager", "GetSecretValue", ["SecretId"]), {
    code: "ValidationException",
    message: "1 validation error detected: Value null at 'secretId' failed to satisfy constraint: Member must not be null",
  })
  assert.deepEqual(missingRequired("ssm", "PutParameter", ["Name", "Tags.1.Key"]).message, [
    "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    "Value null at 'tags.1.key' failed to satisfy constraint: Member must not be null",
  ].join("; "))
})
