import assert from "node:assert/strict"
import { test } from "node:test"
import type { Caller, ReadCx } from "../../gate/index.ts"
import { GetCallerIdentity } from "./caller-identity.ts"

const identity = (caller: Caller) => GetCallerIdentity({ caller } as ReadCx, {})

test("a root is its account", () => {
  assert.deepEqual(identity({ account: "000000000000", arn: "arn:aws:iam::000000000000:root", kind: "root" }), {
    Account: "000000000000",
    Arn: "arn:aws:iam::000000000000:root",
    UserId: "000000000000",
  })
})

test("a session of a role is named by role and session", () => {
  const arn = "arn:aws:sts::000000000000:assumed-role/deploy/ci"
  assert.deepEqual(identity({ account: "000000000000", arn, kind: "role" }), {
    Account: "000000000000",
    Arn: arn,
    UserId: "deploy:ci",
  })
})
