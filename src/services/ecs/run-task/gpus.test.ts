// GPUs of container instances: said by agents, shown, and given to containers.
import assert from "node:assert/strict"
import { test } from "node:test"
import { type EcsHarness, ecsHarness } from "../../../../test/support/ecs-harness.ts"

const register = async (harness: EcsHarness, gpus: readonly string[] = []) => {
  const { containerInstance } = await harness.call("RegisterContainerInstance", {
    cluster: "default",
    totalResources: [
      { name: "CPU", type: "INTEGER", integerValue: 1024 },
      { name: "MEMORY", type: "INTEGER", integerValue: 512 },
    ],
    platformDevices: gpus.map((id) => ({ id, type: "GPU" as const })),
  })
  const arn = containerInstance?.containerInstanceArn ?? ""
  harness.state.transact((tx) => tx.containerInstances.patch(arn, { session: { connected: true, since: 0 } }))
  return arn
}

const run = { taskDefinition: "web", launchType: "EC2" } as const

test("a GPU is where the agent has said so, and each is one container's", async () => {
  const harness = ecsHarness()
  await harness.call("CreateCluster", {})
  await harness.call("RegisterTaskDefinition", {
    family: "web",
    containerDefinitions: [
      { name: "app", image: "app:1", memory: 16, resourceRequirements: [{ type: "GPU", value: "2" }] },
      { name: "side", image: "side:1", memory: 16 },
    ],
  })
  const none = await register(harness)
  const refused = await harness.call("RunTask", run)
  assert.deepEqual([refused.tasks, refused.failures], [[], [{ arn: none, reason: "RESOURCE:GPU" }]])

  const arn = await register(harness, ["GPU-a", "GPU-b", "GPU-c"])
  const { tasks = [] } = await harness.call("RunTask", run)
  const idsOf = (task: (typeof tasks)[number] | undefined) => task?.containers?.map(({ gpuIds }) => gpuIds)
  assert.deepEqual(idsOf(tasks[0]), [["GPU-a", "GPU-b"], undefined])
  const { containerInstances } = await harness.call("DescribeContainerInstances", { containerInstances: [arn] })
  const gpus = [containerInstances?.[0]?.registeredResources, containerInstances?.[0]?.remainingResources].map(
    (list) => list?.find(({ name }) => name === "GPU")?.stringSetValue,
  )
  assert.deepEqual(gpus, [["GPU-a", "GPU-b", "GPU-c"], ["GPU-c"]])
  const full = await harness.call("RunTask", run)
  assert.deepEqual(
    full.failures?.map(({ reason }) => reason),
    ["RESOURCE:GPU", "RESOURCE:GPU"],
  )
  // They are free again when the task is over.
  harness.patchTask(tasks[0]?.taskArn, { desiredStatus: "STOPPED", lastStatus: "STOPPED" })
  assert.deepEqual(idsOf((await harness.call("RunTask", run)).tasks?.[0]), [["GPU-a", "GPU-b"], undefined])
})
