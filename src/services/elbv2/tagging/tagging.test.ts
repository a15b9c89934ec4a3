import assert from "node:assert/strict"
import { test } from "node:test"
import { balancing, notFoundAction } from "../../../../test/support/elbv2.ts"

test("everything has tags, the default rule too, and they change without the thing", async () => {
  const b = balancing()
  const Tags = [{ Key: "team", Value: "sea" }]
  const balancer = await b.loadBalancer({ Tags })
  const group = await b.targetGroup({ Tags })
  const listener = await b.listener(balancer, { Tags })
  const Conditions = [{ Field: "path-pattern", Values: ["/a"] }]
  const rule = { ListenerArn: listener, Priority: 1, Conditions, Actions: [notFoundAction], Tags }
  const { Rules: [made] = [] } = await b.call("CreateRule", rule)
  const { Rules = [] } = await b.call("DescribeRules", { ListenerArn: listener })
  const byDefault = Rules.at(-1)?.RuleArn ?? ""
  const ResourceArns = [balancer, group, listener, made?.RuleArn ?? "", byDefault]
  const tags = async () =>
    (await b.call("DescribeTags", { ResourceArns })).TagDescriptions?.map((one) =>
      one.Tags?.map(({ Key, Value }) => `${Key}=${Value}`).join(),
    )
  assert.deepEqual(await tags(), ["team=sea", "team=sea", "team=sea", "team=sea", ""])
  await b.call("AddTags", { ResourceArns, Tags: [{ Key: "team", Value: "land" }, { Key: "x" }] })
  assert.deepEqual(await tags(), Array(5).fill("team=land,x="))
  await b.call("RemoveTags", { ResourceArns, TagKeys: ["x", "none"] })
  assert.deepEqual(await tags(), Array(5).fill("team=land"))
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: "" }))
  await b.refuses("AddTags", { ResourceArns: [group, balancer], Tags: many }, "TooManyTags")
  assert.deepEqual((await tags())?.[1], "team=land")
  await b.refuses("AddTags", { ResourceArns: [`${group}0`], Tags }, "TargetGroupNotFound")
  await b.refuses("AddTags", { ResourceArns: [balancer], Tags: [{ Key: "aws:x", Value: "" }] }, "ValidationError")
})
