// What is due about the role of an instance's profile.
import assert from "node:assert/strict"
import { test } from "node:test"
import { instanceSessionLifetime, nextRoleMove, renewedBefore, type SeenRole } from "./plan.ts"

const arn = "arn:aws:iam::123456789012:instance-profile/p"
const instance: SeenRole["instance"] = { desired: "running", instanceProfile: { arn, id: "AIPA" } }
const role = { name: "r", id: "AROA" }
const session = (expiresAt: number) => ({
  ...{ profileArn: arn, at: 0, roleName: "r", roleId: "AROA" },
  keys: [{ accessKeyId: "ASIA", expiresAt }],
})

test("a role that may be assumed is given at once, and again an hour before its keys expire", () => {
  assert.deepEqual(nextRoleMove({ instance, role, now: 0 }), { kind: "renew" })
  const given = session(instanceSessionLifetime)
  const until = instanceSessionLifetime - renewedBefore
  assert.deepEqual(nextRoleMove({ instance, role, session: given, now: until - 1 }), { kind: "wait", until })
  assert.deepEqual(nextRoleMove({ instance, role, session: given, now: until }), { kind: "renew" })
})

test("another role, or the same name made anew, is given at once", () => {
  const given = session(instanceSessionLifetime)
  assert.deepEqual(nextRoleMove({ instance, role: { name: "r", id: "AROB" }, session: given, now: 0 }), {
    kind: "renew",
  })
})

test("a role that may not be assumed is said once, and takes the keys away", () => {
  const untrusted = { name: "r" }
  const refuse = { kind: "refuse", roleName: "r" }
  assert.deepEqual(nextRoleMove({ instance, role: untrusted, session: session(9), now: 0 }), refuse)
  const said = { profileArn: arn, at: 0, roleName: "r", keys: [] }
  assert.deepEqual(nextRoleMove({ instance, role: untrusted, session: said, now: 0 }), { kind: "wait" })
  assert.deepEqual(nextRoleMove({ instance, session: said, now: 0 }), { kind: "refuse" })
})

test("without a profile, or with one that nobody knows, there is nothing; what was given is over", () => {
  const unknown = { ...instance, instanceProfile: { arn, id: "AIPA", unknown: true } }
  for (const one of [{ desired: "running" as const }, unknown]) {
    assert.deepEqual(nextRoleMove({ instance: one, role, now: 0 }), { kind: "wait" })
    assert.deepEqual(nextRoleMove({ instance: one, role, session: session(9), now: 0 }), { kind: "end" })
  }
})

test("an instance that stops keeps what it has, so that its agent can say how its tasks ended", () => {
  const stopping = { ...instance, desired: "terminated" as const }
  assert.deepEqual(nextRoleMove({ instance: stopping, role, session: session(0), now: 9 }), { kind: "wait" })
})
