// A private engine in a namespace of its own: it answers, runs containers, is adopted, and leaves nothing behind.
import assert from "node:assert/strict"
import { networkInterfaces } from "node:os"
import { test } from "node:test"
import { createDocker } from "../../src/docker/index.ts"
import { withEngine } from "../support/namespace.ts"

const engine = await withEngine(import.meta.filename)

test("the engine answers and has nothing of anybody else", async () => {
  const docker = createDocker({ socketPath: engine.socketPath })
  const { body } = await docker.request<unknown[]>("GET", "/containers/json", { query: { all: true } })
  assert.deepEqual(body, [])
  docker.close()
})

test("the test runs inside a namespace with loopback only", () => {
  assert.deepEqual(Object.keys(networkInterfaces()), ["lo"])
})
