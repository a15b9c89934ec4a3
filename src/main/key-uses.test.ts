// What is noted of the uses of keys and roles, and how often.
import assert from "node:assert/strict"
import { test } from "node:test"
import { memoryStore } from "../state/index.ts"
import type { WireRequest } from "../wire/index.ts"
import { notingUses } from "./key-uses.ts"

const account = "123456789012"
const user = { account, kind: "user", arn: `arn:aws:iam::${account}:user/ann`, accessKeyId: "AKIA1" } as const
const role = { account, kind: "role", arn: "arn", accessKeyId: "ASIA1", roleId: "AROA1", session: {} } as const

test("a use is noted at once, and others of the same key a minute later", async () => {
  const state = memoryStore()
  let at = 1_000_000
  const seen: string[] = []
  const dispatch = notingUses({ state, now: () => at, wallNow: () => at }, async ({ operation }) => {
    seen.push(operation)
    return {}
  })
  const ask = (caller: WireRequest["caller"], service: WireRequest["service"]) =>
    dispatch({
      caller,
      service,
      operation: "Any",
      input: {},
      requestId: "r",
      scope: { account, region: "eu-west-1" },
      signal: new AbortController().signal,
    })
  const uses = () => state.view((view) => [...view.iamUses.all()].map((u) => [u.id, u.at, u.service, u.region]))
  await ask(user, "logs")
  await ask(role, "ecs")
  assert.deepEqual(uses(), [
    ["AKIA1", 1_000_000, "logs", "eu-west-1"],
    ["AROA1", 1_000_000, "ecs", "eu-west-1"],
  ])
  const position = state.position
  at += 59_000
  await ask(user, "ecs")
  assert.equal(state.position, position)
  at += 1000
  await ask(user, "elbv2")
  assert.deepEqual(uses()[0], ["AKIA1", 1_060_000, "elasticloadbalancing", "eu-west-1"])
  // Neither the root nor a session of a user has a key of which that is asked.
  await ask({ account, kind: "root", arn: "root", accessKeyId: "x" }, "ecs")
  await ask({ ...user, accessKeyId: "ASIA2", session: {} }, "ecs")
  assert.equal(uses().length, 2)
  assert.equal(seen.length, 6)
})
