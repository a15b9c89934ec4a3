// The stream of events against an engine of our own on a socket: what a listener hears when it breaks off.
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { TestClock } from "../../../../test/support/test-clock.ts"
import { createDocker } from "../../../docker/index.ts"
import { silentLog } from "../../../kernel/index.ts"
import type { DriverEvent } from "../../driver.ts"
import { watchEvents } from "./events.ts"

test("after a stream that breaks off, and an engine that was away, everything is to be looked at again", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "rs-events-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const socketPath = join(folder, "d.sock")
  const clock = new TestClock()
  let refusals = 0
  const streams: ServerResponse[] = []
  /** Resolves when something has happened that the test waits for. */
  let wake = () => {}
  const server = createServer((request, response) => {
    if (request.url === "/version") return response.end('{"ApiVersion":"1.41"}')
    if (refusals > 0) {
      refusals--
      response.writeHead(500).end("starting up")
      wake()
      return
    }
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders()
    streams.push(response)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const docker = createDocker({ socketPath })
  const heard: DriverEvent[] = []
  const until = async (what: () => boolean) => {
    while (!what()) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      // Pauses between tries are on the virtual clock; whatever is pending is let go.
      await clock.advance(2_000)
      if (!what()) await Promise.race([woken, new Promise(setImmediate)])
    }
  }
  const cancel = watchEvents({ docker, clock, log: silentLog }, (event) => {
    heard.push(event)
    wake()
  })
  await until(() => heard.length === 1)
  const actor = { ID: "c1", Attributes: { exitCode: "2" } }
  const line = { Type: "container", Action: "die", Actor: actor, timeNano: 1_700_000_000_123_456_000 }
  streams[0]?.write(`${JSON.stringify(line)}\n`)
  await until(() => heard.length === 2)
  refusals = 3
  streams[0]?.end()
  await until(() => heard.length === 3)
  assert.deepEqual(heard, [
    { type: "resync" },
    { type: "die", id: "c1", exitCode: 2, at: 1_700_000_000_123 },
    { type: "resync" },
  ])
  assert.equal(refusals, 0)
  cancel()
  docker.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await clock.settle()
  assert.equal(clock.pending, 0)
})
