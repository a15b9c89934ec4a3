import assert from "node:assert/strict"
import { test } from "node:test"
import { aTask } from "../../../test/support/rows.ts"
import { compileImage } from "./image.ts"

const image = "123456789012.dkr.ecr.us-east-1.localhost:4566/team/app@sha256:0"
const input = (image: string) => ({ container: { image }, task: aTask({}), hasExecutionRole: false })

test("the official agent pulls an image of our registry from the address at which it reaches us", () => {
  const told = { ...input(image), logsEndpoint: "http://10.0.0.5:4566" }
  assert.equal(compileImage(told), "10.0.0.5:4566/team/app@sha256:0")
  assert.equal(compileImage({ ...told, container: { image: "busybox:1" } }), "busybox:1")
})

test("our own agent is told the image's name", () => {
  assert.equal(compileImage(input(image)), image)
})
