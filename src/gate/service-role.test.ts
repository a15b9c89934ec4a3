// Trust policies as services meet them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { aRole, trustOf } from "../../test/support/rows.ts"
import { type IamRoleRow, memoryStore } from "../state/index.ts"
import { assumableRole } from "./service-role.ts"

const account = "123456789012"
const tasks = { service: "ecs-tasks.amazonaws.com", sourceArn: `arn:aws:ecs:us-east-1:${account}:*`, now: 0 }

const assumes = (role: Partial<IamRoleRow>, named = "app", asked = tasks) => {
  const state = memoryStore()
  state.transact((tx) => tx.iamRoles.insert(aRole(role)))
  const found = state.view((view) => assumableRole(view, account, named, asked))
  return "role" in found ? "assumed" : `${found.why} ${found.arn}`
}

test("a service assumes the roles that trust it, by name in any case or by ARN", () => {
  for (const named of ["app", "APP", `arn:aws:iam::${account}:role/app`]) assert.equal(assumes({}, named), "assumed")
  assert.equal(assumes({}, "other"), `missing arn:aws:iam::${account}:role/other`)
  assert.equal(assumes({ account: "999999999999" }), `missing arn:aws:iam::${account}:role/app`)
})

test("what a trust policy does not say, says of another service, or denies is not allowed", () => {
  const refused = `untrusted arn:aws:iam::${account}:role/app`
  assert.equal(assumes({ trust: trustOf("ec2.amazonaws.com") }), refused)
  assert.equal(assumes({ trust: '{"Version":"2012-10-17","Statement":[]}' }), refused)
  const both = {
    Version: "2012-10-17",
    Statement: ["Allow", "Deny"].map((Effect) => ({
      Effect,
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
    })),
  }
  assert.equal(assumes({ trust: JSON.stringify(both) }), refused)
})

// The example of the developer guide, task-iam-roles.html, "Creating the task IAM role".
test("conditions see whose tasks they are", () => {
  const guarded = (of: string) =>
    trustOf("ecs-tasks.amazonaws.com", {
      ArnLike: { "aws:SourceArn": `arn:aws:ecs:us-east-1:${of}:*` },
      StringEquals: { "aws:SourceAccount": of },
    })
  assert.equal(assumes({ trust: guarded(account) }), "assumed")
  assert.match(assumes({ trust: guarded("999999999999") }), /^untrusted/)
})
