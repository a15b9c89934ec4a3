// Sizes of tasks: their spellings, and those that Fargate has.
import assert from "node:assert/strict"
import { test } from "node:test"
import { fargateSizes, isFargateSize, parseCpu, parseMemory } from "./task-size.ts"

test("sizes are taken as units, vCPU and GB, and nothing else", () => {
  const cpu = ["256", "1 vCPU", "1vcpu", ".5 vCPU", "0.25vCPU", "16 VCPU", "1 core", "", "-1", "1.0001 vCPU"].map(
    parseCpu,
  )
  assert.deepEqual(cpu, [256, 1024, 1024, 512, 256, 16384, undefined, undefined, undefined, undefined])
  const memory = ["512", "1GB", "0.5 GB", "2 gb", "1MB", "x"].map(parseMemory)
  assert.deepEqual(memory, [512, 1024, 512, 2048, undefined, undefined])
})

test("Fargate takes exactly the sizes of its table", () => {
  // source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
  const counts = [...fargateSizes].map(([cpu, memories]) => [cpu, memories.length, memories[0], memories.at(-1)])
  assert.deepEqual(counts, [
    [256, 3, 512, 2048],
    [512, 4, 1024, 4096],
    [1024, 7, 2048, 8192],
    [2048, 13, 4096, 16384],
    [4096, 23, 8192, 30720],
    [8192, 12, 16384, 61440],
    [16384, 12, 32768, 122880],
    [32768, 3, 61440, 249856],
  ])
  const refused = [
    [256, 4096],
    [512, 512],
    [1024, 1024],
    [1024, 2500],
    [3000, 6144],
    [4096, 31_744],
    [8192, 18_432],
  ]
  for (const [cpu = 0, memory = 0] of refused) assert.equal(isFargateSize(cpu, memory), false, `${cpu}/${memory}`)
})
