// Tags: on everything that has them, their limits, where tasks get theirs from and when they lose them.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ecsArn, fargateDefinition, root, runWeb, scope, withWeb } from "../../../test/support/ecs-harness.ts"
import type { Caller, ReadCx } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { runTask } from "./authorise-tasks.ts"

const no = "InvalidParameterException"
const tag = (key: string, value = "1") => ({ key, value })

test("resources are tagged, and tags are replaced and removed by key", async () => {
  const { call } = await withWeb()
  const { tasks: [task] = [] } = await call("RunTask", runWeb())
  const { containerInstance } = await call("RegisterContainerInstance", { tags: [tag("own")] })
  const instance = containerInstance?.containerInstanceArn
  assert.deepEqual((await call("ListTagsForResource", { resourceArn: instance })).tags, [tag("own")])
  await call("UntagResource", { resourceArn: instance, tagKeys: ["own"] })
  for (const resourceArn of [task?.taskArn, ecsArn("cluster/default"), ecsArn("task-definition/web:1"), instance]) {
    await call("TagResource", { resourceArn, tags: [tag("a"), tag("b"), { key: "empty" }] })
    await call("TagResource", { resourceArn, tags: [tag("a", "2")] })
    await call("UntagResource", { resourceArn, tagKeys: ["b", "none"] })
    const { tags } = await call("ListTagsForResource", { resourceArn })
    assert.deepEqual(tags, [tag("a", "2"), tag("empty", "")])
  }
  const { tasks } = await call("DescribeTasks", { tasks: [task?.taskArn ?? ""], include: ["TAGS"] })
  assert.deepEqual(tasks?.[0]?.tags, [tag("a", "2"), tag("empty", "")])
  const plain = await call("DescribeTasks", { tasks: [task?.taskArn ?? ""] })
  assert.deepEqual(plain.tasks?.[0]?.tags, [])
})

test("what cannot be tagged is refused", async () => {
  const { call, refuses } = await withWeb()
  const words = "The specified resource was not found. Specify a valid resource ARN and try again: "
  const unknown = ecsArn(`task/default/${"0".repeat(32)}`)
  await refuses("ListTagsForResource", { resourceArn: "x" }, no, "Invalid arn syntax.")
  await refuses("ListTagsForResource", { resourceArn: unknown }, no, words + unknown)
  const missing = ["ResourceNotFoundException", "The specified resource wasn't found."] as const
  await refuses("TagResource", { resourceArn: unknown, tags: [tag("a")] }, ...missing)
  await refuses("UntagResource", { resourceArn: ecsArn("task-definition/none:1"), tagKeys: [] }, ...missing)
  // source: reproio/ecs_deploy#49
  const short = ecsArn(`task/${"0".repeat(32)}`)
  await refuses(
    "TagResource",
    { resourceArn: short, tags: [] },
    no,
    "Long arn format must be used for tagging operations",
  )
  const none = ecsArn("cluster/none")
  await refuses("ListTagsForResource", { resourceArn: none }, "ClusterNotFoundException", "Cluster not found.")
  await call("DeleteCluster", { cluster: "default" })
  const cluster = ecsArn("cluster/default")
  // source: gruntwork-io/cloud-nuke#145
  const inactive = "The specified cluster is inactive. Specify an active cluster and try again."
  await refuses("TagResource", { resourceArn: cluster, tags: [tag("a")] }, no, inactive)
  await refuses("ListTagsForResource", { resourceArn: cluster }, no, inactive)
})

test("tags that cannot be are refused, and the resource keeps what it had", async () => {
  const { call, refuses } = await withWeb()
  const resourceArn = ecsArn("cluster/default")
  const many = Array.from({ length: 50 }, (_, i) => tag(`k${i}`))
  await call("TagResource", { resourceArn, tags: many })
  const bad = async (tags: { key?: string; value?: string }[], message: string) =>
    refuses("TagResource", { resourceArn, tags }, no, message)
  const full = { resourceArn, tags: [tag("one more")] }
  await refuses("TagResource", full, "LimitExceededException", "The limit for the resource was exceeded.")
  const over = Array.from({ length: 51 }, (_, i) => tag(`n${i}`))
  await bad(over, "The number of tags exceeds the maximum of 50.")
  await bad([tag("aws:x")], "Tag key 'aws:x' is invalid: the prefix aws: is reserved.")
  await bad([tag("AWS:x")], "Tag key 'AWS:x' is invalid: the prefix aws: is reserved.")
  await bad([tag("a"), tag("a", "2")], "Duplicate tag key 'a'.")
  await bad([tag("")], "Tag key '' must be 1 to 128 letters, numbers, spaces or any of _.:/=+-@.")
  const long = "k".repeat(129)
  await bad([tag(long)], `Tag key '${long}' must be 1 to 128 letters, numbers, spaces or any of _.:/=+-@.`)
  const value = "The value of tag 'a' must be up to 256 letters, numbers, spaces or any of _.:/=+-@."
  await bad([tag("a", "v".repeat(257))], value)
  await bad([tag("a", "<")], value)
  await call("TagResource", { resourceArn, tags: [tag("k0", "2")] })
  assert.deepEqual((await call("ListTagsForResource", { resourceArn })).tags, [tag("k0", "2"), ...many.slice(1)])
})

test("ECS's own tags are beside the fifty of the user, and nobody takes them away", async () => {
  const { call, refuses } = await withWeb()
  const tags = Array.from({ length: 50 }, (_, i) => tag(`k${i}`))
  const { tasks: [task] = [] } = await call("RunTask", runWeb({ tags, enableECSManagedTags: true }))
  assert.equal(task?.tags?.length, 51)
  const managed = "aws:ecs:clusterName"
  const words = `Tag key '${managed}' is invalid: the prefix aws: is reserved.`
  await refuses("UntagResource", { resourceArn: task?.taskArn, tagKeys: [managed] }, no, words)
  await call("UntagResource", { resourceArn: task?.taskArn, tagKeys: tags.map(({ key }) => key) })
  const left = await call("ListTagsForResource", { resourceArn: task?.taskArn })
  assert.deepEqual(left.tags, [tag(managed, "default")])
})

test("tags of the definition are propagated once, when the task is made", async () => {
  const { call } = await withWeb()
  const { taskDefinition, tags } = await call(
    "RegisterTaskDefinition",
    fargateDefinition({ tags: [tag("a"), tag("b")] }),
  )
  assert.deepEqual(tags, [tag("a"), tag("b")])
  const run = runWeb({ propagateTags: "TASK_DEFINITION", tags: [tag("a", "own")] })
  const { tasks: [task] = [] } = await call("RunTask", run)
  await call("TagResource", { resourceArn: taskDefinition?.taskDefinitionArn, tags: [tag("later")] })
  const kept = await call("ListTagsForResource", { resourceArn: task?.taskArn })
  assert.deepEqual(kept.tags, [tag("a", "own"), tag("b")])
  const plain = await call("RunTask", runWeb({ propagateTags: "NONE" }))
  assert.deepEqual(plain.tasks?.[0]?.tags, [])
})

test("a task loses its tags with StopTask, and when it stops by itself", async () => {
  const { call, refuses, patchTask } = await withWeb()
  const { tasks: [asked, itself] = [] } = await call("RunTask", runWeb({ count: 2, tags: [tag("a")] }))
  await call("StopTask", { task: asked?.taskArn })
  patchTask(itself?.taskArn, { desiredStatus: "STOPPED", lastStatus: "STOPPED", stoppedAt: Number.MAX_SAFE_INTEGER })
  for (const task of [asked, itself]) {
    const { tasks } = await call("DescribeTasks", { tasks: [task?.taskArn ?? ""], include: ["TAGS"] })
    assert.deepEqual(tasks?.[0]?.tags, [])
    assert.deepEqual((await call("ListTagsForResource", { resourceArn: task?.taskArn })).tags, [])
  }
  const words = "The specified task is stopped. Specify a running task and try again."
  await refuses("TagResource", { resourceArn: itself?.taskArn, tags: [tag("a")] }, no, words)
})

test("tagging while creating needs ecs:TagResource, for propagated and managed tags too, unless it was turned off", async () => {
  const { call, state } = await withWeb()
  await call("RegisterTaskDefinition", fargateDefinition({ tags: [tag("a")] }))
  const view = <T>(look: (cx: ReadCx) => T): T =>
    state.view((tx) => look({ tx, scope, caller: root, now: 0 } as ReadCx))
  const asks = (over: Parameters<typeof runWeb>[0]) =>
    view((cx) => runTask(cx, runWeb(over))).flatMap(({ action, resources, conditions }) =>
      action === "ecs:TagResource" ? [{ resources, created: conditions?.["ecs:CreateAction"] }] : [],
    )
  const demanded = [{ resources: [ecsArn("task/default/*")], created: "RunTask" }]
  assert.deepEqual(asks({}), [])
  assert.deepEqual(asks({ tags: [tag("a")] }), demanded)
  assert.deepEqual(asks({ propagateTags: "TASK_DEFINITION" }), demanded)
  assert.deepEqual(asks({ enableECSManagedTags: true }), demanded)
  const created = view((cx) => may.registerContainerInstance(cx, { tags: [tag("a")] }))
  assert.deepEqual(created.at(-1)?.resources, [ecsArn("container-instance/default/*")])
  await call("PutAccountSettingDefault", { name: "tagResourceAuthorization", value: "off" })
  assert.deepEqual(asks({ tags: [tag("a")], enableECSManagedTags: true }), [])
})

test("the agent of a host reads the tags of its tasks, whosever they are, and of nothing else", async () => {
  const { call, refuses, patchTask } = await withWeb()
  const machine = (machineId: string): Caller => ({
    account: "999999999999",
    arn: `arn:aws:sts::999999999999:assumed-role/machine/${machineId}`,
    kind: "machine",
    machineId,
  })
  const { containerInstance } = await call("RegisterContainerInstance", {}, machine("m-1"))
  const { tasks: [task] = [] } = await call("RunTask", runWeb({ tags: [tag("a")] }))
  const own = { resourceArn: task?.taskArn }
  const words = (id: string) => `${machine(id).arn} may not read the tags of what was not placed on its host.`
  await refuses("ListTagsForResource", own, "AccessDeniedException", words("m-1"), machine("m-1"))
  patchTask(task?.taskArn, { containerInstanceArn: containerInstance?.containerInstanceArn ?? "" })
  assert.deepEqual((await call("ListTagsForResource", own, machine("m-1"))).tags, [tag("a")])
  await refuses("ListTagsForResource", own, "AccessDeniedException", words("m-2"), machine("m-2"))
  const cluster = { resourceArn: ecsArn("cluster/default") }
  await refuses("ListTagsForResource", cluster, "AccessDeniedException", words("m-1"), machine("m-1"))
})
