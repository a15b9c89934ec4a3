import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { type TestContext, test } from "node:test"
import { world } from "../../../test/support/compile-world.ts"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import type { FromProxy, ToProxy } from "../../protocol/index.ts"
import { startProxyChannel } from "./channel.ts"
import { parseReport, serveProxies } from "./server.ts"

const serve = async (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), "proxies-"))
  const path = join(folder, "proxies.sock")
  writeFileSync(path, "left by a control plane that was killed")
  const { state } = world()
  const clock = new TestClock()
  const channel = startProxyChannel({
    ...{ state, clock, log: silentLog, epoch: "e1" },
    openKey: () => undefined,
    wallTime: (cloud) => cloud,
  })
  const server = await serveProxies({ path, channel, log: silentLog })
  t.after(async () => {
    channel.stop()
    await server.close()
    rmSync(folder, { recursive: true })
  })
  return { state, channel, path }
}

test("a proxy that connects says hello and is told what the channel says, as lines of JSON", async (t) => {
  const { state, channel, path } = await serve(t)
  const socket = connect(path)
  await once(socket, "connect")
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const say = (message: FromProxy) => socket.write(`${JSON.stringify(message)}\n`)
  socket.write("no JSON\n{}\n")
  say({ type: "hello", machineId: "m-shared" })
  const line = (await lines.next()).value ?? assert.fail("it was told nothing")
  const { type, configuration } = JSON.parse(line) as ToProxy
  assert.deepEqual([type, configuration.epoch, configuration.balancers.length], ["configuration", "e1", 1])
  assert.equal(configuration.balancers[0]?.listeners[0]?.rules.at(-1)?.priority, 0)
  const carried = Promise.withResolvers<void>()
  const { stop } = state.watch("committed", () => undefined, carried.resolve.bind(undefined, undefined))
  say({ type: "applied", version: configuration.version, epoch: configuration.epoch })
  await carried.promise
  stop()
  assert.equal(
    state.view((view) => view.carriedBalancers.size),
    1,
  )
  assert.equal(channel.connected, 1)
})

test("a line that is no word of the protocol is none", () => {
  const bad = [
    "",
    "1",
    "null",
    "{}",
    '{"type":"hello"}',
    '{"type":"applied","version":"1"}',
    '{"type":"health","reports":[1]}',
  ]
  for (const line of bad) assert.equal(parseReport(line), undefined, line)
  assert.deepEqual(parseReport('{"type":"hello","machineId":"m"}'), { type: "hello", machineId: "m" })
})
