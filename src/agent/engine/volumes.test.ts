import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { bridgeTask, container } from "../../../test/support/acs-task.ts"
import { simulatedHost } from "../../../test/support/simulated-host.ts"
import type { AcsVolume } from "../../protocol/index.ts"

const shared = (more: AcsVolume["dockerVolumeConfiguration"]): AcsVolume => ({
  name: "common",
  type: "docker",
  ...(more && { dockerVolumeConfiguration: more }),
})
const using = (number: number, volume: AcsVolume) =>
  bridgeTask(
    number,
    [container("web", { mountPoints: [{ sourceVolume: volume.name, containerPath: "/v", readOnly: false }] })],
    { volumes: [volume] },
  )

describe("a shared Docker volume", () => {
  test("is made once where the definition says so, and found by the next task", async () => {
    const host = await simulatedHost()
    const volume = shared({ scope: "shared", autoprovision: true, labels: { a: "b" } })
    await host.accept(using(1, volume), using(2, volume))
    assert.deepEqual([host.task(using(1, volume)).known, host.task(using(2, volume)).known], ["RUNNING", "RUNNING"])
    const found = await host.driver.volume("common")
    assert.deepEqual(found?.labels, { a: "b", "io.roadstead.owner": "o", "io.roadstead.host": "h" })
  })

  test("that nobody made, and that is not to be made, stops the task", async () => {
    const host = await simulatedHost()
    const task = using(1, shared({ scope: "shared", autoprovision: false }))
    await host.accept(task)
    assert.deepEqual(
      [host.task(task).known, host.task(task).reason],
      ["STOPPED", "CannotCreateVolumeError: volume common does not exist on this host and autoprovision is false"],
    )
  })

  test("that is there with other labels is not taken for the one that is asked for", async () => {
    const host = await simulatedHost()
    await host.driver.createVolume("common", { labels: { a: "other" } })
    const task = using(1, shared({ scope: "shared", autoprovision: true, labels: { a: "b" } }))
    await host.accept(task)
    assert.equal(host.task(task).reason, "CannotCreateVolumeError: volume common exists on this host with other labels")
  })

  test("that is there is used by a task that does not make it, whatever its labels", async () => {
    const host = await simulatedHost()
    await host.driver.createVolume("common", { labels: { a: "other" } })
    const task = using(1, shared({ scope: "shared", autoprovision: false }))
    await host.accept(task)
    assert.equal(host.task(task).known, "RUNNING")
  })
})
