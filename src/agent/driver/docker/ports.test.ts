import assert from "node:assert/strict"
import { createServer, type Server } from "node:net"
import { type TestContext, test } from "node:test"
import { DriverError } from "../../driver.ts"
import { portCalls } from "./ports.ts"

/** Holds a port that nobody else has, and answers it. */
const hold = async (t: TestContext): Promise<number> => {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "0.0.0.0" }, resolve))
  t.after(() => server.close())
  const address = server.address()
  return typeof address === "object" && address ? address.port : 0
}

test("ports in a row are found behind one that is taken, and the next ones behind those", async (t) => {
  const taken = await hold(t)
  const { freePorts } = portCalls(async () => `${taken - 1}\t${taken + 60}\n`)
  const first = await freePorts(3, "tcp")
  assert.ok(first > taken, `${first} is behind ${taken}`)
  const second = await freePorts(2, "udp")
  assert.ok(second >= first + 3, `${second} is behind the three of ${first}`)
})

test("where there is no room for so many in a row it is said", async (t) => {
  const taken = await hold(t)
  const { freePorts } = portCalls(async () => `${taken}\t${taken}`)
  await assert.rejects(freePorts(1, "tcp"), DriverError)
})
