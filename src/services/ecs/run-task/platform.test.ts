// Versions of the Fargate platform in RunTask.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fargateDefinition, runWeb, withWeb } from "../../../../test/support/ecs-harness.ts"

test("LATEST is 1.4.0, also without being named, and 1.3.0 is still there", async () => {
  const { call } = await withWeb()
  const run = async (platformVersion?: string) => (await call("RunTask", runWeb({ platformVersion }))).tasks?.[0]
  for (const asked of [undefined, "", "LATEST", "1.4.0"]) {
    const task = await run(asked)
    assert.deepEqual([task?.platformVersion, task?.platformFamily], ["1.4.0", "Linux"])
    assert.deepEqual([task?.ephemeralStorage, task?.fargateEphemeralStorage], [{ sizeInGiB: 20 }, { sizeInGiB: 20 }])
  }
  const legacy = await run("1.3.0")
  assert.deepEqual([legacy?.platformVersion, legacy?.platformFamily], ["1.3.0", "Linux"])
  assert.deepEqual([legacy?.ephemeralStorage, legacy?.fargateEphemeralStorage], [undefined, undefined])
})

test("platforms that do not exist are refused, and any version is refused on EC2", async () => {
  const { refuses } = await withWeb()
  for (const platformVersion of ["1.4", "1.0.0", "latest"]) {
    // source: jenkinsci/amazon-ecs-plugin#218
    const message = "The specified platform does not exist."
    await refuses("RunTask", runWeb({ platformVersion }), "PlatformUnknownException", message)
  }
  const message = "The platform version must be null when specifying an EC2 launch type."
  const onEc2 = runWeb({ launchType: "EC2", platformVersion: "LATEST" })
  await refuses("RunTask", onEc2, "InvalidParameterException", message)
})

test("1.3.0 has nothing of what came with 1.4.0, be it defined or overridden", async () => {
  const { call, refuses } = await withWeb()
  const newer = [
    fargateDefinition({ family: "storage", ephemeralStorage: { sizeInGiB: 21 } }),
    fargateDefinition({ family: "arm", runtimePlatform: { cpuArchitecture: "ARM64" } }),
    fargateDefinition({ family: "big", cpu: "8192", memory: "16384" }),
    fargateDefinition({ family: "shared", pidMode: "task" }),
  ]
  // source: CircleCI-Public/aws-ecs-orb#121
  const message = "One or more of the requested capabilities are not supported."
  const refused = (input: Partial<ReturnType<typeof runWeb>>) =>
    refuses(
      "RunTask",
      runWeb({ platformVersion: "1.3.0", ...input }),
      "PlatformTaskDefinitionIncompatibilityException",
      message,
    )
  for (const definition of newer) {
    await call("RegisterTaskDefinition", definition)
    await refused({ taskDefinition: definition.family })
    await call("RunTask", runWeb({ taskDefinition: definition.family }))
  }
  await refused({ overrides: { ephemeralStorage: { sizeInGiB: 30 } } })
})

test("ephemeral storage is 21 to 200 GiB, of the definition or the override, and the override is what counts", async () => {
  const { call, refuses } = await withWeb()
  await call("RegisterTaskDefinition", fargateDefinition({ family: "storage", ephemeralStorage: { sizeInGiB: 100 } }))
  const sizeOf = async (overrides?: { ephemeralStorage: { sizeInGiB: number } }) =>
    (await call("RunTask", runWeb({ taskDefinition: "storage", overrides }))).tasks?.[0]
  assert.deepEqual((await sizeOf())?.ephemeralStorage, { sizeInGiB: 100 })
  const task = await sizeOf({ ephemeralStorage: { sizeInGiB: 200 } })
  assert.deepEqual([task?.ephemeralStorage, task?.fargateEphemeralStorage], [{ sizeInGiB: 200 }, { sizeInGiB: 200 }])
  assert.deepEqual(task?.overrides?.ephemeralStorage, { sizeInGiB: 200 })
  for (const [size, message] of [
    [20, "EphemeralStorage size should be at least 21."],
    [201, "EphemeralStorage size should be at most 200."],
  ] as const) {
    await refuses(
      "RunTask",
      runWeb({ overrides: { ephemeralStorage: { sizeInGiB: size } } }),
      "ClientException",
      message,
    )
  }
})
