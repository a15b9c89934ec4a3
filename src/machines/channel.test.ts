// The supervisor's end of the machine channel over a real unix socket.
import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterEach, beforeEach, test } from "node:test"
import { silentLog } from "../kernel/index.ts"
import type { FromSupervisor, ToSupervisor } from "../protocol/index.ts"
import { longestLine, type MachineChannel, parseWish, serveMachines } from "./channel.ts"
import { Facts } from "./facts.ts"

let folder: string
let socketPath: string
let channel: MachineChannel
let facts: Facts
let heard: ToSupervisor[]
let onHeard: () => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "machines-"))
  socketPath = join(folder, "s")
  heard = []
  onHeard = () => {}
  facts = new Facts((fact) => channel.say(fact))
  channel = await serveMachines({
    socketPath,
    facts: () => facts.all(),
    heard: (message) => {
      heard.push(message)
      onHeard()
    },
    log: silentLog,
  })
})
afterEach(async () => {
  await channel.close()
  rmSync(folder, { recursive: true })
})

const up = (id: string, generation = 1) => ({ type: "machine", id, generation, status: "UP" }) as const

/** A control plane's connection; `next` resolves with the next line, heard or to come. */
const connection = async () => {
  const socket = connect(socketPath)
  await once(socket, "connect")
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value ?? "null") as FromSupervisor
  return { socket, next }
}

test("a new control plane hears all facts, and each change after that", async () => {
  facts.put(up("a"))
  const { socket, next } = await connection()
  assert.deepEqual(await next(), { type: "listeners", addresses: [] })
  assert.deepEqual(await next(), up("a"))
  facts.put(up("a"))
  facts.put(up("a", 2))
  assert.deepEqual(await next(), up("a", 2))
  facts.listen("n", "172.31.0.1")
  facts.listen("m", "172.31.0.1")
  assert.deepEqual(await next(), { type: "listeners", addresses: ["172.31.0.1"] })
  facts.unlisten("n")
  facts.put(up("b"))
  assert.deepEqual(await next(), up("b"))
  socket.destroy()
})

test("a control plane that comes takes the place of the one before", async () => {
  const first = await connection()
  await first.next()
  const second = await connection()
  await once(first.socket, "close")
  await second.next()
  facts.put(up("a"))
  assert.deepEqual(await second.next(), up("a"))
  second.socket.destroy()
})

test("wishes arrive whole, however they are cut; what is no wish is passed over", async () => {
  const { socket } = await connection()
  const said = { type: "names", names: [{ network: "n", name: "ä", address: "10.0.0.1" }] }
  const both = new Promise<void>((resolve) => {
    onHeard = () => heard.length === 2 && resolve()
  })
  for (const byte of Buffer.from(`nonsense\n{"type":"wishes"}\n${JSON.stringify(said)}\n`))
    socket.write(Buffer.from([byte]))
  socket.write(`${JSON.stringify({ type: "wishes", machines: [], networks: [] })}\n`)
  await both
  assert.deepEqual(heard, [said, { type: "wishes", machines: [], networks: [] }])
  socket.destroy()
})

test("a line without an end is not kept for ever", async () => {
  const { socket } = await connection()
  socket.on("error", () => {})
  socket.resume()
  socket.write(Buffer.alloc(longestLine + 1, "x"))
  await once(socket, "close")
  assert.deepEqual(heard, [])
})

test("a wish with a member missing is no wish at all", () => {
  const machine = { id: "m", kind: "fargate-host", place: "shared", desired: "up", generation: 1, agent: {} }
  const message = (m: object) => JSON.stringify({ type: "wishes", machines: [m], networks: [] })
  assert.ok(parseWish(message(machine)))
  for (const member of ["id", "place", "desired", "generation", "agent"]) {
    assert.equal(parseWish(message({ ...machine, [member]: undefined })), undefined, member)
  }
})

test("a socket path that the kernel would cut off is refused", () => {
  const tooLong = join(folder, "x".repeat(100))
  assert.throws(
    () => serveMachines({ socketPath: tooLong, facts: () => [], heard: () => {}, log: silentLog }),
    /longer than 100 bytes/,
  )
})
