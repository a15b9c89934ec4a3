// Whom an access key stands for, with the ARNs and ids that AWS would show.
import assert from "node:assert/strict"
import { test } from "node:test"
import { testIds } from "../../test/support/test-ids.ts"
import type { Caller } from "../kernel/index.ts"
import { type AccessKeyRow, iamKey, memoryStore, newSessionToken } from "../state/index.ts"
import { keyFinder } from "./keys.ts"

const account = "123456789012"
const key = (accessKeyId: string, principal: AccessKeyRow["principal"], more: Partial<AccessKeyRow> = {}) => ({
  accessKeyId,
  secretAccessKey: "secret",
  account,
  principal,
  createdAt: 1000,
  ...more,
})
const ann = {
  account,
  name: "Ann",
  id: "AIDAANN",
  path: "/ops/",
  arn: `arn:aws:iam::${account}:user/ops/Ann`,
  createdAt: 0,
  attached: [],
  inline: [],
  tags: [],
  groups: [],
}

const callerOf = (found: ReturnType<ReturnType<typeof keyFinder>>): Partial<Caller> =>
  found && "caller" in found ? found.caller : {}

const setUp = (...rows: AccessKeyRow[]) => {
  const state = memoryStore()
  state.transact((tx) => {
    tx.iamUsers.insert(ann)
    for (const row of rows) tx.accessKeys.insert(row)
  })
  return { state, find: keyFinder(state) }
}

test("a user's key stands for the user until the key is inactive or the user is gone", () => {
  const { state, find } = setUp(key("AKIA1", { kind: "user", userId: ann.id }))
  assert.deepEqual(find("AKIA1"), {
    secret: "secret",
    caller: { account, accessKeyId: "AKIA1", kind: "user", arn: ann.arn, userId: ann.id, principalId: ann.id },
  })
  state.transact((tx) => tx.accessKeys.patch("AKIA1", { status: "Inactive" }))
  assert.deepEqual(find("AKIA1"), { refused: "unknownKey" })
  state.transact((tx) => {
    tx.accessKeys.patch("AKIA1", { status: "Active" })
    tx.iamUsers.delete(iamKey(account, "ann"))
  })
  assert.deepEqual(find("AKIA1"), { refused: "unknownKey" })
  assert.equal(find("AKIA2"), undefined)
})

test("a session of ours that is forgotten is known by its token", () => {
  const { find } = setUp()
  assert.deepEqual(find("ASIA9", newSessionToken(testIds())), { refused: "expiredToken" })
  assert.equal(find("ASIA9", "IQoJb3JpZ2luX2VjEOH"), undefined)
})

test("a session of a role is named by the role without its path, and carries what was passed to it", () => {
  const principal = {
    kind: "role",
    roleArn: `arn:aws:iam::${account}:role/teams/web/Deploy`,
    roleId: "AROADEPLOY",
    sessionName: "ci",
    policy: "{}",
    tags: [{ key: "team", value: "web" }],
    chained: true,
  } as const
  const { find } = setUp(key("ASIA1", principal, { sessionToken: "token", expiresAt: 5000 }))
  assert.deepEqual(find("ASIA1"), {
    secret: "secret",
    sessionToken: "token",
    expiresAt: 5000,
    caller: {
      account,
      accessKeyId: "ASIA1",
      kind: "role",
      arn: `arn:aws:sts::${account}:assumed-role/Deploy/ci`,
      principalId: "AROADEPLOY:ci",
      roleArn: principal.roleArn,
      roleId: "AROADEPLOY",
      sessionName: "ci",
      session: { issuedAt: 1000, policy: "{}", tags: principal.tags, chained: true },
    },
  })
})

test("a federated session is named by what its user called it", () => {
  const principal = { kind: "federated", userId: ann.id, name: "guest", policy: "{}" } as const
  const { find } = setUp(key("ASIA2", principal, { sessionToken: "token" }))
  const { arn, principalId, kind } = callerOf(find("ASIA2"))
  assert.deepEqual(
    [arn, principalId, kind],
    [`arn:aws:sts::${account}:federated-user/guest`, `${account}:guest`, "federated"],
  )
})
