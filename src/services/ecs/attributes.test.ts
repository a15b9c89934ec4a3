// Attributes that users set on container instances, and finding instances by queries and states.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsHarness } from "../../../test/support/ecs-harness.ts"

const setUp = async () => {
  const harness = ecsHarness()
  await harness.call("CreateCluster", {})
  const register = async (type: string) => {
    const { containerInstance } = await harness.call("RegisterContainerInstance", {
      cluster: "default",
      attributes: [{ name: "ecs.instance-type", value: type }],
    })
    return containerInstance?.containerInstanceArn ?? ""
  }
  return { ...harness, small: await register("t2.small"), large: await register("t2.large") }
}

test("attributes are put, replaced, listed by name and value, and deleted", async () => {
  const { call, small, large } = await setUp()
  await call("PutAttributes", {
    attributes: [
      { name: "stack", value: "a", targetId: small },
      { name: "stack", value: "b", targetId: large.slice(-32), targetType: "container-instance" },
    ],
  })
  await call("PutAttributes", { attributes: [{ name: "stack", value: "c", targetId: small }] })
  const list = async (attributeValue?: string) =>
    (
      await call("ListAttributes", { targetType: "container-instance", attributeName: "stack", attributeValue })
    ).attributes?.map(({ value, targetId }) => [value, targetId])
  assert.deepEqual(
    new Set(await list()),
    new Set([
      ["c", small],
      ["b", large],
    ]),
  )
  assert.deepEqual(await list("b"), [["b", large]])
  await call("DeleteAttributes", { attributes: [{ name: "stack", targetId: small }] })
  assert.deepEqual(await list(), [["b", large]])
})

test("attributes that cannot be are refused", async () => {
  const { call, refuses, small } = await setUp()
  const put = (name: string, value?: string, targetId = small) => ({ attributes: [{ name, value, targetId }] })
  await refuses("PutAttributes", put("a b"), "InvalidParameterException", "Invalid attribute name 'a b'.")
  await refuses("PutAttributes", put("a", " b"), "InvalidParameterException", "Invalid attribute value ' b'.")
  await refuses("PutAttributes", put("ecs.x"), "InvalidParameterException", "The attribute 'ecs.x' is reserved.")
  const nowhere = "Unable to find the specified target."
  await refuses("PutAttributes", put("a", "b", "0".repeat(32)), "TargetNotFoundException", nowhere)
  for (let i = 0; i < 10; i += 1) await call("PutAttributes", put(`a${i}`))
  const message = "An instance can have up to 10 custom attributes."
  await refuses("PutAttributes", put("a10"), "AttributeLimitExceededException", message)
})

test("instances are listed by state and by a query", async () => {
  const { call, refuses, small, large } = await setUp()
  const list = async (filter?: string, status?: "ACTIVE" | "DRAINING") =>
    (await call("ListContainerInstances", { filter, status })).containerInstanceArns
  assert.deepEqual(await list("attribute:ecs.instance-type =~ t2.s.*"), [small])
  const changed = await call("UpdateContainerInstancesState", {
    containerInstances: [large, "0".repeat(32)],
    status: "DRAINING",
  })
  assert.deepEqual(
    changed.containerInstances?.map(({ status }) => status),
    ["DRAINING"],
  )
  assert.deepEqual(
    changed.failures?.map(({ reason }) => reason),
    ["MISSING"],
  )
  assert.deepEqual([await list(undefined, "DRAINING"), await list(undefined, "ACTIVE")], [[large], [small]])
  await refuses(
    "ListContainerInstances",
    { filter: "moon == 1" },
    "InvalidParameterException",
    "Invalid expression 'moon == 1': unknown subject 'moon'.",
  )
  await refuses(
    "UpdateContainerInstancesState",
    { containerInstances: [small], status: "REGISTERING" },
    "InvalidParameterException",
    "Container instance status should be one of [ACTIVE, DRAINING]",
  )
})
