// A channel comes back after every kind of end, at the times of the agent protocol, and goes when it is closed.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TestClock } from "../../../test/support/test-clock.ts"
import { silentLog } from "../../kernel/index.ts"
import { fakeSockets } from "../testing/wire.ts"
import { keepChannel } from "./channel.ts"

const minute = 60_000

/** `below` always answers with nothing, so that all jitter is at its least; pauses are a fifth shorter then. */
const setUp = async () => {
  const clock = new TestClock()
  const net = fakeSockets()
  const heard: string[] = []
  const channel = keepChannel({
    name: "acs",
    clock,
    below: () => 0,
    log: silentLog,
    open: net.open,
    backOff: { first: 250, factor: 1.5, max: 120_000 },
    upgrade: async () => ({ url: "http://cp/acs/ws", headers: {} }),
    onOpen: () => heard.push("open"),
    onMessage: ({ type }) => heard.push(type),
  })
  await clock.settle()
  return { clock, net, heard, channel }
}

test("a server that says nothing for a minute is left, and asked again at once", async () => {
  const { clock, net } = await setUp()
  net.last().open()
  await clock.advance(minute - 1)
  net.last().say("HeartbeatMessage", { messageId: "1" })
  await clock.advance(minute - 1)
  assert.equal(net.sockets.length, 1)
  await clock.advance(1)
  assert.equal(net.sockets.length, 2)
  assert.match(net.sockets[0]?.closed ?? "", /^1000 /)
})

test("bytes that are no message are no sign of life", async () => {
  const { clock, net } = await setUp()
  net.last().open()
  for (const junk of ["", "null", "[]", '{"type":1}', "\u0000\uffff", '{"type":"X"}']) net.last().message(junk)
  await clock.advance(minute)
  assert.equal(net.sockets.length, 2)
})

test("a connection is renewed by the agent after thirty minutes", async () => {
  const { clock, net } = await setUp()
  const first = net.last()
  first.open()
  for (let t = 0; t < 60; t++) {
    await clock.advance(minute / 2)
    first.say("HeartbeatMessage", {})
  }
  assert.equal(first.closed, "1000 ConnectionExpired: Reconnect to continue")
  assert.equal(net.sockets.length, 2)
})

test("after a normal close the agent is back at once; a close as 1008 backs off", async () => {
  const { clock, net } = await setUp()
  net.last().open()
  await clock.advance(5_000)
  net.last().close(1000, "bye")
  await clock.settle()
  assert.equal(net.sockets.length, 2)
  net.last().open()
  net.last().close(1008, "policy")
  await clock.advance(199)
  assert.equal(net.sockets.length, 2)
  await clock.advance(1)
  assert.equal(net.sockets.length, 3)
})

test("a server that closes every connection at once is not asked in a tight loop", async () => {
  const { clock, net } = await setUp()
  for (let i = 0; i < 50; i++) {
    const last = net.last()
    last.open()
    last.close(1000, "")
    await clock.advance(10)
  }
  assert.ok(net.sockets.length < 5, `${net.sockets.length} connections`)
})

test("refused upgrades back off up to two minutes, and while nobody listens it is never more than five seconds", async () => {
  const { clock, net } = await setUp()
  for (let i = 0; i < 30; i++) {
    net.last().refused(500, "ServerException")
    await clock.advance(2 * minute)
  }
  assert.equal(net.sockets.length, 31)
  net.last().error(new Error("ECONNREFUSED"))
  const before = net.sockets.length
  await clock.advance(5_000)
  assert.equal(net.sockets.length, before + 1)
})

test("a deregistered instance asks again after an hour", async () => {
  const { clock, net } = await setUp()
  net.last().refused(400, '{"type":"InactiveInstanceException","message":{"message":"gone"}}')
  await clock.advance(60 * minute - 1)
  assert.equal(net.sockets.length, 1)
  await clock.advance(1)
  assert.equal(net.sockets.length, 2)
})

test("a closed channel leaves no timer, sends nothing and does not come back", async () => {
  const { clock, net, channel, heard } = await setUp()
  net.last().open()
  assert.equal(channel.send("x"), true)
  channel.close()
  assert.equal(channel.send("y"), false)
  net.last().close(1006, "")
  net.last().say("PayloadMessage", {})
  await clock.advance(60 * minute)
  assert.equal(net.sockets.length, 1)
  assert.deepEqual(heard, ["open"])
  assert.equal(clock.pending, 0)
})
