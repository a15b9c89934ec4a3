// Where an engine is told to reach the registry, and that it does.
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { after, before, test } from "node:test"
import { registryPlace } from "./relay.ts"

const server = createServer((req, res) => void res.end(`${req.method} ${req.url} ${req.headers.host}`))
let port = 0
before(async () => {
  // Every address of this machine: the test reaches it by one that is not the loopback's name.
  server.listen(0, "0.0.0.0")
  await once(server, "listening")
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

test("a control plane on the loopback is reached as it is", async () => {
  const place = await registryPlace("http://127.0.0.1:4566")
  assert.equal(place.address, "127.0.0.1:4566")
  await place.close()
})

test("one elsewhere is reached through a port of the loopback", async () => {
  const place = await registryPlace(`http://0.0.0.0:${port}`)
  assert.match(place.address, /^127\.0\.0\.1:\d+$/)
  // The port of the control plane is taken on this machine: by the control plane.
  assert.notEqual(place.address, `127.0.0.1:${port}`)
  const answer = await fetch(`http://${place.address}/v2/`)
  assert.equal(await answer.text(), `GET /v2/ ${place.address}`)
  await place.close()
  await assert.rejects(fetch(`http://${place.address}/v2/`))
})
