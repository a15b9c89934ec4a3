// Account settings as the AWS SDK and the AWS CLI see them, by the root of an account and by one of its users.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { letDoAll } from "../support/administrators.ts"
import { account } from "../support/aws-endpoint.ts"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"

const arn = `arn:aws:iam::${account}:user/ann`
const credentials = { accessKeyId: "AKIAANN", secretAccessKey: "hers" }
let aws: EcsEndpoint
let user: ecs.ECSClient

before(async () => {
  const { accessKeyId, secretAccessKey: secret } = credentials
  const caller = { account, arn, kind: "user", userId: "AIDAANN" } as const
  aws = await ecsEndpoint({ accessKeyId, secret, caller })
  letDoAll(aws.state, caller)
  user = new ecs.ECSClient({ ...aws.sdk, credentials })
})
after(async () => {
  user.destroy()
  await aws.close()
})

test("a user's setting goes before the root's, and each sees whose it has", async () => {
  const { client } = aws
  const name = "containerInsights"
  await client.send(new ecs.PutAccountSettingDefaultCommand({ name, value: "enabled" }))
  const insightsOf = async (by: ecs.ECSClient, clusterName: string) =>
    (await by.send(new ecs.CreateClusterCommand({ clusterName }))).cluster?.settings?.[0]?.value
  assert.equal(await insightsOf(user, "a"), "enabled")
  const { setting } = await user.send(new ecs.PutAccountSettingCommand({ name, value: "disabled" }))
  assert.deepEqual(setting, { name, value: "disabled", principalArn: arn, type: "user" })
  assert.deepEqual([await insightsOf(user, "b"), await insightsOf(client, "c")], ["disabled", "enabled"])
  const deleted = await user.send(new ecs.DeleteAccountSettingCommand({ name }))
  assert.deepEqual(deleted.setting, setting)
  const { settings } = await user.send(new ecs.ListAccountSettingsCommand({ name, effectiveSettings: true }))
  assert.deepEqual(settings, [{ name, value: "enabled", principalArn: `arn:aws:iam::${account}:root`, type: "user" }])
})

test("the SDK's paginator walks through all effective settings", async () => {
  const seen: string[] = []
  const pages = ecs.paginateListAccountSettings({ client: user, pageSize: 5 }, { effectiveSettings: true })
  for await (const page of pages) seen.push(...(page.settings ?? []).map(({ name }) => String(name)))
  assert.equal(new Set(seen).size, seen.length)
  for (const name of Object.values(ecs.SettingName)) assert.ok(seen.includes(name), name)
})

test("long ARNs cannot be turned off, and a word that is no value is refused", async () => {
  const off = new ecs.PutAccountSettingCommand({ name: "taskLongArnFormat", value: "disabled" })
  const noLonger = await errorOf(aws.client.send(off))
  assert.ok(noLonger instanceof ecs.InvalidParameterException)
  assert.equal(noLonger.message, "You can no longer disable Long Arn settings")
  const bad = await errorOf(user.send(new ecs.PutAccountSettingCommand({ name: "containerInsights", value: "yes" })))
  assert.equal(bad.message, "Invalid setting 'value'")
})

test("the AWS CLI sets, lists and unsets", async () => {
  const set = await aws.cli(
    "ecs",
    "put-account-setting-default",
    "--name",
    "defaultLogDriverMode",
    "--value",
    "blocking",
  )
  assert.equal(set.code, 0, set.stderr)
  const listed = await aws.cli("ecs", "list-account-settings", "--effective-settings", "--name", "defaultLogDriverMode")
  assert.equal((listed.json as { settings: ecs.Setting[] }).settings[0]?.value, "blocking")
  const gone = await aws.cli("ecs", "delete-account-setting", "--name", "defaultLogDriverMode")
  assert.equal(gone.code, 0, gone.stderr)
  const all = await aws.cli("ecs", "list-account-settings", "--effective-settings")
  assert.equal((all.json as { settings: ecs.Setting[] }).settings.length, 12)
})
