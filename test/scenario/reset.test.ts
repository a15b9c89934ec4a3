// POST /_roadstead/reset over records in memory: tasks are stopped first, what users made is gone, hosts stay.
import assert from "node:assert/strict"
import { test } from "node:test"
import { controllers, startControllers } from "../../src/controllers/index.ts"
import { createGate } from "../../src/gate/index.ts"
import { silentLog } from "../../src/kernel/index.ts"
import { reset } from "../../src/main/reset.ts"
import { type BlobStore, type BulkStore, memoryStore } from "../../src/state/index.ts"
import { aDefinition, aHost, aTask } from "../support/rows.ts"
import { secretsHarness } from "../support/secrets-harness.ts"
import { TestClock } from "../support/test-clock.ts"
import { testIds } from "../support/test-ids.ts"

test("a reset waits for the host to stop what runs, and then empties everything but the hosts", async () => {
  const state = memoryStore()
  const clock = new TestClock()
  const gate = createGate({
    ...{ state, clock, ids: testIds(), log: silentLog, services: [] },
    bulk: { logEvents: {} as BulkStore, layers: {} as BlobStore },
  })
  startControllers({ ...{ state, gate, clock, log: silentLog }, controllers: controllers(aHost()) })
  const running = aTask({
    lastStatus: "RUNNING",
    observed: { payloadSentAt: 1, status: "RUNNING", runningAt: 1, containers: { main: { status: "RUNNING" } } },
  })
  state.transact((tx) => {
    tx.containerInstances.insert(aHost())
    tx.taskDefinitions.insert(aDefinition())
    tx.tasks.insert(running)
    const { account, region } = running
    const principalArn = `arn:aws:iam::${account}:root`
    tx.accountSettings.insert({ account, region, principalArn, name: "containerInsights", value: "enabled" })
  })
  let done = false
  const emptied = reset({ state, now: () => clock.now() }).then(() => {
    done = true
  })
  await clock.settle()
  assert.equal(
    state.view((view) => view.tasks.get(running.arn)?.lastStatus),
    "DEACTIVATING",
  )
  assert.equal(done, false, "a container still runs")

  state.transact((tx) =>
    tx.tasks.patch(running.arn, {
      observed: { ...running.observed, status: "STOPPED", containers: { main: { status: "STOPPED", exitCode: 143 } } },
    }),
  )
  await emptied
  state.view((view) => {
    assert.deepEqual([view.tasks.size, view.taskDefinitions.size, view.outbox.size], [0, 0, 0])
    assert.equal(view.accountSettings.size, 0)
    assert.ok(view.containerInstances.has(aHost().arn))
  })
})

test("a reset waits for no host of the user's own that is away", async () => {
  const state = memoryStore()
  const clock = new TestClock()
  const gate = createGate({
    ...{ state, clock, ids: testIds(), log: silentLog, services: [] },
    bulk: { logEvents: {} as BulkStore, layers: {} as BlobStore },
  })
  startControllers({ ...{ state, gate, clock, log: silentLog }, controllers: controllers(aHost()) })
  const { pool: _pool, machineId: _machine, ...own } = aHost()
  state.transact((tx) => {
    tx.containerInstances.insert(own)
    tx.taskDefinitions.insert(aDefinition())
    const observed = { payloadSentAt: 1, status: "RUNNING" as const, runningAt: 1, containers: {} }
    tx.tasks.insert(aTask({ launchType: "EC2", lastStatus: "RUNNING", observed }))
  })
  await reset({ state, now: () => clock.now() })
  state.view((view) => assert.deepEqual([view.tasks.size, view.containerInstances.has(own.arn)], [0, false]))
})

test("a reset takes users, roles and sessions away, and a user's key is not a stranger's after it", async () => {
  const state = memoryStore()
  const [accountId, at] = ["000000000000", { createdAt: 0, attached: [], inline: [], tags: [] }]
  state.transact((tx) => {
    const user = { account: accountId, name: "ann", id: "AIDA1", path: "/", arn: `arn:aws:iam::${accountId}:user/ann` }
    tx.iamUsers.insert({ ...user, ...at, groups: [] })
    const key = { secretAccessKey: "s", account: accountId, createdAt: 0 }
    tx.accessKeys.insert({ ...key, accessKeyId: "AKIA1", principal: { kind: "user", userId: "AIDA1" } })
    tx.accessKeys.insert({ ...key, accessKeyId: "ASIA1", sessionToken: "t", principal: { kind: "root" } })
    tx.accessKeys.insert({ ...key, accessKeyId: "ASIA2", principal: { kind: "machine", machineId: "m-1" } })
  })
  await reset({ state, now: () => 0 })
  state.view((view) => {
    assert.equal(view.iamUsers.size, 0)
    const left = [...view.accessKeys.all()].map((k) => [k.accessKeyId, k.status, k.secretAccessKey])
    assert.deepEqual(left, [
      ["AKIA1", "Deleted", ""],
      ["ASIA2", undefined, "s"],
    ])
  })
})

test("a reset empties secrets and parameters with their versions", async () => {
  const { state, clock, call } = secretsHarness()
  await call("CreateSecret", { Name: "a", SecretString: "x", ClientRequestToken: "t".repeat(32) })
  await call("DeleteSecret", { SecretId: "a" })
  const scope = { account: "123456789012", region: "us-east-1", name: "/p" }
  const version = {
    ...scope,
    version: 1,
    id: "i",
    type: "String",
    sealed: "s",
    dataType: "text",
    tier: "Standard",
  } as const
  state.transact((tx) => {
    tx.parameters.insert({ ...scope, arn: "arn:aws:ssm:us-east-1:123456789012:parameter/p", tags: [], version: 1 })
    tx.parameterVersions.insert({ ...version, modifiedAt: 0, modifiedBy: "", labels: [] })
  })
  await reset({ state, now: () => clock.now() })
  state.view(({ secrets, secretVersions, parameters, parameterVersions }) =>
    assert.deepEqual(
      [secrets, secretVersions, parameters, parameterVersions].map(({ size }) => size),
      [0, 0, 0, 0],
    ),
  )
})
