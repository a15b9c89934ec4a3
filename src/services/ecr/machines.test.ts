// What the key of a host of ours may do in registries: pull for the accounts whose tasks it has, and nothing else.
import assert from "node:assert/strict"
import { test } from "node:test"
import { aHost, aTask } from "../../../test/support/rows.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { testIds } from "../../../test/support/test-ids.ts"
import { type BulkStores, type Caller, createGate } from "../../gate/index.ts"
import { silentLog } from "../../kernel/index.ts"
import { memoryStore } from "../../state/index.ts"
import { ecrService, readToken } from "./index.ts"

const machine: Caller = {
  account: "000000000000",
  arn: "arn:aws:sts::000000000000:assumed-role/RoadsteadHost/m-1",
  kind: "machine",
  machineId: "m-1",
}

test("a host gets into the registry of an account while it has a task of it, and into no other", async () => {
  const state = memoryStore()
  const clock = new TestClock()
  const gate = createGate({
    ...{ state, clock, bulk: {} as BulkStores, ids: testIds(), log: silentLog },
    services: [ecrService({ registryPort: () => 4566, wallNow: () => clock.now() })],
  })
  const scope = { account: machine.account, region: "us-east-1" }
  const token = (registryId: string) =>
    gate.invoke("ecr", "GetAuthorizationToken", { registryIds: [registryId] }, scope, machine)
  const host = aHost({ machineId: "m-1" })
  const task = aTask({ account: "111122223333", containerInstanceArn: host.arn })
  state.transact((tx) => {
    tx.containerInstances.insert(host)
    tx.tasks.insert(task)
    tx.ecrRepositories.insert({
      ...{ account: "111122223333", region: "us-east-1", name: "app", createdAt: 0 },
      ...{ mutability: { setting: "MUTABLE" }, scanOnPush: false, encryption: { type: "AES256" }, tags: {} },
    })
  })
  const { authorizationData = [] } = await token("111122223333")
  const [, password = ""] = Buffer.from(authorizationData[0]?.authorizationToken ?? "", "base64")
    .toString()
    .split(":")
  const read = state.view((view) => readToken(view, password))
  assert.deepEqual([read?.caller.machineId, read?.registry.account], ["m-1", "111122223333"])
  const layers = (registryId: string) =>
    gate.invoke(
      "ecr",
      "BatchCheckLayerAvailability",
      { registryId, repositoryName: "app", layerDigests: [`sha256:${"0".repeat(64)}`] },
      scope,
      machine,
    )
  assert.equal((await layers("111122223333")).layers?.[0]?.layerAvailability, "UNAVAILABLE")
  const denied = { code: "AccessDeniedException" }
  await assert.rejects(token("444455556666"), denied)
  await assert.rejects(layers("444455556666"), denied)
  await assert.rejects(
    gate.invoke("ecr", "ListImages", { registryId: "111122223333", repositoryName: "app" }, scope, machine),
    denied,
  )
  state.transact((tx) => tx.tasks.patch(task.arn, { lastStatus: "STOPPED" }))
  await assert.rejects(layers("111122223333"), denied)
})
