// Tags on every kind of resource as the AWS SDK and the AWS CLI see them, with the errors of the tag operations.
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import * as ecs from "@aws-sdk/client-ecs"
import { type EcsEndpoint, ecsEndpoint, errorOf } from "../support/ecs-endpoint.ts"
import { fargateDefinition, runWeb } from "../support/ecs-harness.ts"

let aws: EcsEndpoint
before(async () => {
  aws = await ecsEndpoint()
})
after(() => aws.close())

const tags = [
  { key: "team", value: "blue" },
  { key: "empty", value: "" },
]

test("whatever is created with tags has them, takes others and gives them back", async () => {
  const { client } = aws
  const { cluster } = await client.send(new ecs.CreateClusterCommand({ tags }))
  assert.deepEqual(cluster?.tags, tags)
  const registered = await client.send(new ecs.RegisterTaskDefinitionCommand(fargateDefinition({ tags })))
  assert.deepEqual(registered.tags, tags)
  assert.equal("tags" in (registered.taskDefinition ?? {}), false)
  const { tasks: [task] = [] } = await client.send(new ecs.RunTaskCommand(runWeb({ tags })))
  const { containerInstance } = await client.send(new ecs.RegisterContainerInstanceCommand({ tags }))
  const arns = [
    cluster?.clusterArn,
    registered.taskDefinition?.taskDefinitionArn,
    task?.taskArn,
    containerInstance?.containerInstanceArn,
  ]
  for (const resourceArn of arns) {
    const listed = async () => (await client.send(new ecs.ListTagsForResourceCommand({ resourceArn }))).tags
    assert.deepEqual(await listed(), tags, resourceArn)
    await client.send(new ecs.TagResourceCommand({ resourceArn, tags: [{ key: "team", value: "red" }] }))
    await client.send(new ecs.UntagResourceCommand({ resourceArn, tagKeys: ["empty", "never there"] }))
    assert.deepEqual(await listed(), [{ key: "team", value: "red" }], resourceArn)
  }
  const described = await client.send(
    new ecs.DescribeContainerInstancesCommand({
      containerInstances: [containerInstance?.containerInstanceArn ?? ""],
      include: ["TAGS"],
    }),
  )
  assert.deepEqual(described.containerInstances?.[0]?.tags, [{ key: "team", value: "red" }])
})

test("what cannot be tagged and what cannot be a tag are the SDK's own errors", async () => {
  const { client } = aws
  const resourceArn = "arn:aws:ecs:us-east-1:123456789012:cluster/default"
  const tag = (arn: string, more: ecs.Tag[]) =>
    errorOf(client.send(new ecs.TagResourceCommand({ resourceArn: arn, tags: more })))
  const missing = `arn:aws:ecs:us-east-1:123456789012:task/default/${"0".repeat(32)}`
  assert.ok((await tag(missing, tags)) instanceof ecs.ResourceNotFoundException)
  assert.ok((await tag(resourceArn.replace("default", "none"), tags)) instanceof ecs.ClusterNotFoundException)
  const fifty = Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: "v" }))
  assert.ok((await tag(resourceArn, fifty)) instanceof ecs.LimitExceededException)
  const reserved = await tag(resourceArn, [{ key: "aws:mine", value: "v" }])
  assert.ok(reserved instanceof ecs.InvalidParameterException)
  const { tags: kept } = await client.send(new ecs.ListTagsForResourceCommand({ resourceArn }))
  assert.deepEqual(kept, [{ key: "team", value: "red" }])
})

test("the AWS CLI tags, lists and untags", async () => {
  const named = ["--resource-arn", "arn:aws:ecs:us-east-1:123456789012:cluster/default"]
  const tagged = await aws.cli("ecs", "tag-resource", ...named, "--tags", "key=a,value=1", "key=b")
  assert.equal(tagged.code, 0, tagged.stderr)
  const untagged = await aws.cli("ecs", "untag-resource", ...named, "--tag-keys", "a", "team")
  assert.equal(untagged.code, 0, untagged.stderr)
  const listed = await aws.cli("ecs", "list-tags-for-resource", ...named)
  assert.deepEqual((listed.json as { tags: ecs.Tag[] }).tags, [{ key: "b", value: "" }])
})
