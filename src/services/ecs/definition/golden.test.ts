// Published task definitions register, and come back with the places and the attributes that ECS answered for them.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { ecsHarness } from "../../../../test/support/ecs-harness.ts"
import type { Input } from "../../../gate/index.ts"

interface Golden {
  readonly name: string
  readonly source: string
  readonly input: Input<"ecs", "RegisterTaskDefinition">
  readonly compatibilities: readonly string[]
  readonly requiresAttributes: readonly string[]
}

const { cases } = JSON.parse(
  readFileSync(new URL("../../../../test/golden/ecs/RegisterTaskDefinition.json", import.meta.url), "utf8"),
) as { readonly cases: readonly Golden[] }

for (const { name, input, compatibilities, requiresAttributes } of cases) {
  test(`${name}: registers as it does at AWS`, async () => {
    const { call } = ecsHarness()
    const { taskDefinition } = await call("RegisterTaskDefinition", input)
    assert.deepEqual(taskDefinition?.compatibilities, compatibilities)
    assert.deepEqual(taskDefinition?.requiresAttributes?.map((attribute) => attribute.name).sort(), requiresAttributes)
    // What was given comes back as it was given, but for defaults.
    const described = await call("DescribeTaskDefinition", { taskDefinition: input.family ?? "" })
    assert.deepEqual(described.taskDefinition, taskDefinition)
    for (const [i, container] of (input.containerDefinitions ?? []).entries()) {
      const { portMappings: _, ...given } = container
      assert.partialDeepStrictEqual(taskDefinition?.containerDefinitions?.[i], given)
    }
  })
}
