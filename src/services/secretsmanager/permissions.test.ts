import assert from "node:assert/strict"
import { test } from "node:test"
import { root, secretsHarness, tokens } from "../../../test/support/secrets-harness.ts"
import type { Caller } from "../../gate/index.ts"
import { type IamRoleRow, iamKey, type State } from "../../state/index.ts"

const account = root.account
const roleArn = `arn:aws:iam::${account}:role/reader`
const sessionArn = `arn:aws:sts::${account}:assumed-role/reader/s`

/** A session of a role whose inline policy has these statements. */
const asRole = (state: State, ...statements: object[]): Caller => {
  const role: IamRoleRow = {
    ...{ account, name: "reader", id: "AROAREADER", path: "/", arn: roleArn, createdAt: 0 },
    ...{ attached: [], tags: [], trust: "{}", maxSessionDuration: 3600 },
    inline: [{ name: "p", document: JSON.stringify({ Version: "2012-10-17", Statement: statements }) }],
  }
  state.transact((tx) => tx.iamRoles.put(role))
  assert.ok(state.view((view) => view.iamRoles.has(iamKey(account, "reader"))))
  const accessKeyId = "ASIAREADER"
  const principal = { kind: "role" as const, roleArn, roleId: role.id, sessionName: "s" }
  state.transact((tx) => tx.accessKeys.put({ accessKeyId, secretAccessKey: "x", account, principal, createdAt: 0 }))
  return { account, arn: sessionArn, kind: "role", roleArn, accessKeyId }
}

const allow = (Action: string, Resource: string, Condition?: object) => ({
  ...{ Effect: "Allow", Action, Resource },
  ...(Condition && { Condition }),
})

const setUp = async () => {
  const harness = secretsHarness()
  const token = tokens()
  const make = async (Name: string, Tags?: { Key: string; Value: string }[]) =>
    (await harness.call("CreateSecret", { Name, SecretString: Name, Tags, ClientRequestToken: token() })).ARN ?? ""
  return { ...harness, make, token }
}

test("a role reads the secrets that its policy names by their ARN, in a batch too, and no others", async () => {
  const { call, make, state } = await setUp()
  const ARN = await make("prod/db")
  await make("prod/other")
  const name = `arn:aws:secretsmanager:us-east-1:${account}:secret:prod/db-??????`
  const role = asRole(
    state,
    allow("secretsmanager:GetSecretValue", name),
    allow("secretsmanager:BatchGetSecretValue", "*"),
  )
  for (const SecretId of ["prod/db", ARN]) {
    assert.equal((await call("GetSecretValue", { SecretId }, role)).SecretString, "prod/db")
  }
  await assert.rejects(
    call("GetSecretValue", { SecretId: "prod/other" }, role),
    (thrown: Error & { code?: string }) => {
      assert.equal(thrown.code, "AccessDeniedException")
      assert.match(
        thrown.message,
        /^User: arn:aws:sts::123456789012:assumed-role\/reader\/s is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:prod\/other-[A-Za-z0-9]{6} because no identity-based policy allows the secretsmanager:GetSecretValue action$/,
      )
      return true
    },
  )
  const batch = await call("BatchGetSecretValue", { SecretIdList: ["prod/db", "prod/other"] }, role)
  assert.deepEqual(
    [batch.SecretValues?.length, batch.Errors?.map(({ ErrorCode }) => ErrorCode)],
    [1, ["AccessDeniedException"]],
  )
})

test("policies may ask for the tags of a secret and for the stage that is read", async () => {
  const { call, make, state } = await setUp()
  await make("a", [{ Key: "team", Value: "web" }])
  await make("b", [{ Key: "team", Value: "db" }])
  const tag = { StringEquals: { "secretsmanager:ResourceTag/team": "web" } }
  const byTag = asRole(state, allow("secretsmanager:GetSecretValue", "*", tag))
  assert.equal((await call("GetSecretValue", { SecretId: "a" }, byTag)).SecretString, "a")
  await assert.rejects(call("GetSecretValue", { SecretId: "b" }, byTag), { code: "AccessDeniedException" })
  const stage = { StringEquals: { "secretsmanager:VersionStage": "AWSCURRENT" } }
  const byStage = asRole(state, allow("secretsmanager:GetSecretValue", "*", stage))
  assert.equal((await call("GetSecretValue", { SecretId: "b" }, byStage)).SecretString, "b")
  const previous = { SecretId: "b", VersionStage: "AWSPREVIOUS" }
  await assert.rejects(call("GetSecretValue", previous, byStage), { code: "AccessDeniedException" })
})

test("a resource policy lets another account in when its own policies do, and denies whoever it names", async () => {
  const { call, make } = await setUp()
  const ARN = await make("shared")
  const other: Caller = { account: "210987654321", arn: "arn:aws:iam::210987654321:root", kind: "root" }
  await assert.rejects(call("GetSecretValue", { SecretId: ARN }, other), { code: "AccessDeniedException" })
  await assert.rejects(call("GetSecretValue", { SecretId: "shared" }, other), { code: "ResourceNotFoundException" })
  const policy = (Effect: string, AWS: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect, Principal: { AWS }, Action: "secretsmanager:GetSecretValue", Resource: "*" }],
    })
  await call("PutResourcePolicy", { SecretId: "shared", ResourcePolicy: policy("Allow", other.arn) })
  assert.equal((await call("GetSecretValue", { SecretId: ARN }, other)).SecretString, "shared")
  await assert.rejects(call("DescribeSecret", { SecretId: ARN }, other), { code: "AccessDeniedException" })
  await call("PutResourcePolicy", { SecretId: "shared", ResourcePolicy: policy("Deny", root.arn) })
  await assert.rejects(call("GetSecretValue", { SecretId: "shared" }), { code: "AccessDeniedException" })
  await call("DeleteResourcePolicy", { SecretId: "shared" })
  assert.equal((await call("GetSecretValue", { SecretId: "shared" })).SecretString, "shared")
})
