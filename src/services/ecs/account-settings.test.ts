// Account settings as principals set and see them, and what they change.
import assert from "node:assert/strict"
import { test } from "node:test"
import { letDoAll } from "../../../test/support/administrators.ts"
import * as harness from "../../../test/support/ecs-harness.ts"
import type { Caller } from "../../gate/index.ts"

const { root, runWeb } = harness
const account = root.account
const user: Caller = { account, arn: `arn:aws:iam::${account}:user/ann`, kind: "user", userId: "AIDAANN" }
const roleArn = `arn:aws:iam::${account}:role/deploy`
const session: Caller = { account, arn: `arn:aws:sts::${account}:assumed-role/deploy/run-1`, kind: "role", roleArn }

const granted = (made: harness.EcsHarness): harness.EcsHarness => {
  letDoAll(made.state, user, session)
  return made
}
const ecsHarness = () => granted(harness.ecsHarness())
const withWeb = async () => granted(await harness.withWeb())

test("what root sets is everybody's default, and an own value goes before it", async () => {
  const { call } = ecsHarness()
  const insights = async (caller: Caller) =>
    (await call("CreateCluster", { clusterName: caller.kind }, caller)).cluster?.settings?.[0]?.value
  assert.equal(await insights(user), "disabled")
  assert.deepEqual(await call("PutAccountSettingDefault", { name: "containerInsights", value: "enabled" }, user), {
    setting: { name: "containerInsights", value: "enabled", principalArn: root.arn, type: "user" },
  })
  await call("PutAccountSetting", { name: "containerInsights", value: "enhanced" }, session)
  assert.deepEqual([await insights(root), await insights(session)], ["enabled", "enhanced"])
  assert.deepEqual((await call("ListAccountSettings", {}, session)).settings, [
    {
      name: "containerInsights",
      value: "enhanced",
      principalArn: `arn:aws:iam::${account}:role/deploy`,
      type: "user",
    },
  ])
  const given = { clusterName: "given", settings: [{ name: "containerInsights", value: "disabled" } as const] }
  assert.equal((await call("CreateCluster", given)).cluster?.settings?.[0]?.value, "disabled")
})

test("a task keeps the log driver mode that its caller had when it was run", async () => {
  const { call, task } = await withWeb()
  const modeOf = async (caller: Caller) =>
    task((await call("RunTask", runWeb(), caller)).tasks?.[0]?.taskArn).logDriverMode
  assert.equal(await modeOf(root), "non-blocking")
  await call("PutAccountSetting", { name: "defaultLogDriverMode", value: "blocking" }, user)
  assert.deepEqual([await modeOf(root), await modeOf(user)], ["non-blocking", "blocking"])
})

test("deleting a setting brings back what root has set, and then the default of ECS", async () => {
  const { call } = ecsHarness()
  const name = "defaultLogDriverMode"
  const effective = async () =>
    (await call("ListAccountSettings", { name, effectiveSettings: true }, user)).settings?.map((s) => [
      s.value,
      s.principalArn,
    ])
  await call("PutAccountSetting", { name, value: "blocking" })
  await call("PutAccountSetting", { name, value: "non-blocking" }, user)
  assert.deepEqual(await effective(), [["non-blocking", user.arn]])
  assert.equal((await call("DeleteAccountSetting", { name }, user)).setting?.value, "non-blocking")
  assert.deepEqual(await effective(), [["blocking", root.arn]])
  await call("DeleteAccountSetting", { name })
  assert.deepEqual(await effective(), [["non-blocking", user.arn]])
  assert.deepEqual((await call("ListAccountSettings", {}, user)).settings, [])
})

test("effective settings are all settings in pages of ten, with a filter by name and value", async () => {
  const { call, refuses } = ecsHarness()
  const first = await call("ListAccountSettings", { effectiveSettings: true })
  const second = await call("ListAccountSettings", { effectiveSettings: true, nextToken: first.nextToken })
  const all = [...(first.settings ?? []), ...(second.settings ?? [])]
  assert.deepEqual([first.settings?.length, second.nextToken], [10, undefined])
  assert.deepEqual(
    all.map(({ name, value }) => `${name}=${value}`),
    [
      "awsvpcTrunking=disabled",
      "containerInsights=disabled",
      "containerInstanceLongArnFormat=enabled",
      "defaultLogDriverMode=non-blocking",
      "dualStackIPv6=disabled",
      "fargateEventWindows=disabled",
      "fargateFIPSMode=disabled",
      "fargateTaskRetirementWaitPeriod=7",
      "guardDutyActivate=off",
      "serviceLongArnFormat=enabled",
      "tagResourceAuthorization=on",
      "taskLongArnFormat=enabled",
    ],
  )
  assert.equal(all.find(({ name }) => name === "guardDutyActivate")?.type, "aws_managed")
  const filter = { name: "containerInsights", effectiveSettings: true } as const
  assert.equal((await call("ListAccountSettings", { ...filter, value: "disabled" })).settings?.length, 1)
  assert.equal((await call("ListAccountSettings", { ...filter, value: "enabled" })).settings?.length, 0)
  const words = "maxResults must be between 1 and 10."
  await refuses("ListAccountSettings", { maxResults: 11 }, "InvalidParameterException", words)
})

test("bad settings are refused, and nothing is set", async () => {
  const { call, refuses } = ecsHarness()
  const no = "InvalidParameterException"
  // source: aws/aws-cli#3785
  await refuses("PutAccountSetting", { name: "taskLongArnFormat", value: "ENABLED" }, no, "Invalid setting 'value'")
  await refuses("PutAccountSetting", { name: "x" as never, value: "enabled" }, no, "Invalid setting 'name'")
  await refuses("PutAccountSettingDefault", { name: "containerInsights", value: "on" }, no, "Invalid setting 'value'")
  // source: documentation of hashicorp/terraform-provider-aws, aws_ecs_account_setting_default
  for (const name of ["taskLongArnFormat", "serviceLongArnFormat", "containerInstanceLongArnFormat"] as const) {
    await refuses("PutAccountSetting", { name, value: "disabled" }, no, "You can no longer disable Long Arn settings")
    await call("PutAccountSetting", { name, value: "enabled" }, user)
  }
  await refuses(
    "PutAccountSetting",
    { name: "guardDutyActivate", value: "on" },
    no,
    "The setting 'guardDutyActivate' is read-only.",
  )
  assert.deepEqual((await call("ListAccountSettings", {})).settings, [])
})

test("the wait before a Fargate task is retired is the account's: only root's value can be set", async () => {
  const { call, refuses } = ecsHarness()
  const name = "fargateTaskRetirementWaitPeriod"
  const words = `The setting '${name}' can only be set for the root user.`
  await refuses("PutAccountSetting", { name, value: "14" }, "InvalidParameterException", words, user)
  assert.equal((await call("PutAccountSetting", { name, value: "14" })).setting?.principalArn, root.arn)
  assert.equal((await call("PutAccountSettingDefault", { name, value: "0" }, user)).setting?.value, "0")
})

test("root sets for others; others only for themselves, and not for principals of another account", async () => {
  const { call, refuses } = ecsHarness()
  const put = { name: "containerInsights", value: "enabled" } as const
  assert.equal((await call("PutAccountSetting", { ...put, principalArn: user.arn })).setting?.principalArn, user.arn)
  assert.equal((await call("ListAccountSettings", { principalArn: user.arn })).settings?.length, 1)
  await call("PutAccountSetting", { ...put, principalArn: user.arn }, user)
  const others = "You must be the root user or the principal itself to use principalArn."
  await refuses("PutAccountSetting", { ...put, principalArn: root.arn }, "AccessDeniedException", others, user)
  const strange = "The principalArn must be the ARN of the root user, a user or a role of this account."
  for (const principalArn of ["ann", "arn:aws:iam::999999999999:root", `arn:aws:iam::${account}:group/g`]) {
    await refuses("PutAccountSetting", { ...put, principalArn }, "InvalidParameterException", strange)
  }
})
