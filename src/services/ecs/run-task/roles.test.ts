// The roles of new tasks: when they are refused, and what sessions a task gets.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fargateDefinition, runWeb, withWeb } from "../../../../test/support/ecs-harness.ts"
import { aRole, trustOf } from "../../../../test/support/rows.ts"
import { taskSessionLifetime } from "../../../state/index.ts"

const unable = (role: string) =>
  `ECS was unable to assume the role '${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`
const arnOf = (name: string) => `arn:aws:iam::123456789012:role/${name}`

const world = async (...roles: readonly ReturnType<typeof aRole>[]) => {
  const harness = await withWeb()
  harness.state.transact((tx) => {
    for (const role of roles) tx.iamRoles.insert(role)
  })
  const run = async (definition: Parameters<typeof fargateDefinition>[0], overrides?: object) => {
    await harness.call("RegisterTaskDefinition", fargateDefinition(definition))
    return harness.call("RunTask", runWeb(overrides && { overrides }))
  }
  const sessions = () => harness.state.view((view) => [...view.taskCredentials.all()])
  return { ...harness, run, sessions }
}

test("a task gets a session of each of its roles, called as the task is and good for six hours", async () => {
  const { run, sessions, state, clock } = await world(aRole(), aRole({ name: "pull" }))
  const { tasks } = await run({ taskRoleArn: arnOf("app"), executionRoleArn: "pull" })
  const taskArn = tasks?.[0]?.taskArn ?? ""
  assert.deepEqual(
    sessions().map(({ use, roleArn, taskArn: of }) => [use, roleArn, of]),
    [
      ["TaskApplication", arnOf("app"), taskArn],
      ["TaskExecution", arnOf("pull"), taskArn],
    ],
  )
  const keys = state.view((view) => view.accessKeys.by("task", taskArn))
  assert.equal(keys.length, 2)
  for (const { accessKeyId, sessionToken, expiresAt, principal } of keys) {
    assert.match(accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.ok(sessionToken)
    assert.equal(expiresAt, clock.now() + taskSessionLifetime)
    assert.ok(principal.kind === "role" && principal.roleId?.startsWith("AROA"))
    assert.equal(principal.sessionName, taskArn.slice(taskArn.lastIndexOf("/") + 1))
  }
})

test("two tasks have sessions of their own", async () => {
  const { run, call, sessions } = await world(aRole())
  await run({ taskRoleArn: "app" })
  await call("RunTask", runWeb())
  assert.equal(new Set(sessions().map(({ credentialsId }) => credentialsId)).size, 2)
})

test("overrides name the roles that the task gets", async () => {
  const { run, sessions } = await world(aRole(), aRole({ name: "other" }))
  await run({ taskRoleArn: "app" }, { taskRoleArn: arnOf("other") })
  assert.deepEqual(
    sessions().map(({ roleArn }) => roleArn),
    [arnOf("other")],
  )
})

for (const [what, role, named] of [
  ["whose trust policy names another service", aRole({ trust: trustOf("ec2.amazonaws.com") }), "app"],
  ["of another account", aRole({ account: "999999999999" }), "arn:aws:iam::999999999999:role/app"],
  ["that does not exist, where the account has others", aRole(), "gone"],
] as const) {
  test(`a task role ${what} is refused, and nothing is started`, async () => {
    const { state, call, refuses } = await world(role, aRole({ name: "used" }))
    await call("RegisterTaskDefinition", fargateDefinition({ taskRoleArn: named }))
    const arn = named.startsWith("arn:") ? named : arnOf(named)
    await refuses("RunTask", runWeb(), "ClientException", unable(arn))
    state.view((view) => {
      assert.equal([...view.tasks.all()].length, 0)
      assert.equal([...view.accessKeys.all()].length, 0)
    })
  })
}

test("an execution role that does not trust ECS is refused as well", async () => {
  const { call, refuses } = await world(aRole({ trust: trustOf("ecs.amazonaws.com") }))
  await call("RegisterTaskDefinition", fargateDefinition({ executionRoleArn: "app" }))
  await refuses("RunTask", runWeb(), "ClientException", unable(arnOf("app")))
})

test("where nobody has made a role, tasks run without those that they name", async () => {
  const { run, sessions } = await world()
  const { tasks } = await run({ taskRoleArn: arnOf("app"), executionRoleArn: arnOf("pull") })
  assert.equal(tasks?.length, 1)
  assert.deepEqual(sessions(), [])
})

test("an execution role that does not exist is refused where only it could fetch something", async () => {
  const { call, refuses } = await world()
  const secrets = [{ name: "S", valueFrom: "/parameter" }]
  const containerDefinitions = [{ name: "app", image: "app:1", secrets }]
  await call("RegisterTaskDefinition", fargateDefinition({ executionRoleArn: arnOf("pull"), containerDefinitions }))
  await refuses("RunTask", runWeb(), "ClientException", unable(arnOf("pull")))
})
