import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:net"
import { test } from "node:test"
import { newStreamWorld, textOf } from "../../../test/support/stream-world.ts"
import { beside, newSourcePorts, portRange } from "./source-ports.ts"

const begin = (at: number) => (bytes: Uint8Array) => void new DataView(bytes.buffer).setUint32(0, at)

test("ports are taken in turn, so that one that was given back rests", () => {
  const ports = newSourcePorts(begin(2), [100, 103])
  const take = () => ports.take("10.0.0.1", "10.0.0.9:80")
  const first = take()
  assert.equal(first?.port, 102)
  first?.release()
  assert.deepEqual([take()?.port, take()?.port, take()?.port, take()?.port], [103, 100, 101, 102])
  assert.equal(take(), undefined, "all are in use")
})

test("a port in use for one target serves for another one, and from another address", () => {
  const ports = newSourcePorts(begin(0), [100, 101])
  const taken = (address: string, target: string) => ports.take(address, target)?.port
  assert.deepEqual(
    [taken("10.0.0.1", "a:80"), taken("10.0.0.1", "a:80"), taken("10.0.0.1", "a:80")],
    [100, 101, undefined],
  )
  assert.equal(taken("10.0.0.1", "b:80"), 100)
  assert.equal(taken("10.0.0.2", "a:80"), 100)
})

test("a port is given back once, whoever has it afterwards", () => {
  const ports = newSourcePorts(begin(0), [100, 100])
  const first = ports.take("10.0.0.1", "a:80")
  first?.release()
  const second = ports.take("10.0.0.1", "a:80")
  assert.equal(second?.port, 100)
  first?.release()
  assert.equal(ports.take("10.0.0.1", "a:80"), undefined)
})

test("ports are not those that the kernel gives to other programs, but where it leaves too few", () => {
  assert.deepEqual(beside([32_768, 60_999]), [10_240, 32_767])
  assert.deepEqual(beside([1_024, 50_000]), [50_001, 65_535])
  assert.deepEqual(beside([1_024, 65_000]), [1_024, 65_000])
  const [first, last] = portRange()
  assert.ok(first > 0 && first <= last && last < 65_536)
})

test("targets see the load balancer's address, also when a program listens on the port that is next", async (t) => {
  const address = "127.0.0.9"
  const world = await newStreamWorld(t, { way: { address } })
  const target = await world.target((socket) => void socket.end(`${socket.remoteAddress} ${socket.remotePort}`))
  world.configure({ pool: { targets: [target] } })
  const seen = async (): Promise<number> => {
    const [from, port] = (await textOf(await world.client())).split(" ")
    assert.equal(from, address)
    return Number(port)
  }
  const first = await seen()
  const program = createServer()
  t.after(() => program.close())
  // That somebody else has it already will do as well.
  await Promise.race([once(program.listen(first + 1, address), "listening"), once(program, "error")]).catch(() => {})
  assert.ok((await seen()) > first + 1)
  assert.equal((await world.minute()).PortAllocationErrorCount, undefined)
})
