// The DNS codec and zone: what a client of the VPC sees, and that no bytes whatever break them.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { parseQuery, recordType, responseCode, truncate, writeEmpty } from "./codec.ts"
import { zoneOf } from "./zone.ts"

/** A query as a stub resolver sends it: RD set, one question, class IN. */
const query = (name: string, type: number, id = 0x1234): Buffer => {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(id, 0)
  head.writeUInt16BE(0x0100, 2)
  head.writeUInt16BE(1, 4)
  const labels = name.split(".").map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]))
  return Buffer.concat([head, ...labels, Buffer.from([0, type >> 8, type & 255, 0, 1])])
}

const parsed = (bytes: Uint8Array) => {
  const result = parseQuery(bytes)
  assert.equal(result.kind, "query")
  return result.query
}

const zone = zoneOf([
  { name: "ip-10-0-0-7.ec2.internal", address: "10.0.0.7" },
  { name: "both.internal", address: "10.0.0.8" },
  { name: "both.internal", address: "10.0.0.9" },
])

test("a name of ours is answered with its address, whatever the case of its letters", () => {
  const answer = zone.answer(parsed(query("IP-10-0-0-7.EC2.Internal", recordType.A)))
  assert.ok(answer)
  assert.equal(answer.readUInt16BE(0), 0x1234)
  // QR, AA, RD, RA; no error.
  assert.equal(answer.readUInt16BE(2), 0x8580)
  assert.equal(answer.readUInt16BE(6), 1)
  assert.deepEqual([...answer.subarray(-4)], [10, 0, 0, 7])
  // The question comes back as it was asked.
  assert.ok(answer.includes("IP-10-0-0-7"))
})

test("all addresses of a name are answered", () => {
  assert.equal(zone.answer(parsed(query("both.internal", recordType.A)))?.readUInt16BE(6), 2)
})

test("an address is answered with its name", () => {
  const answer = zone.answer(parsed(query("7.0.0.10.in-addr.arpa", recordType.PTR)))
  assert.ok(answer?.subarray(-26).includes("ip-10-0-0-7"))
})

test("a name of ours has no IPv6 address: an empty answer, not an error", () => {
  const answer = zone.answer(parsed(query("both.internal", recordType.AAAA)))
  assert.equal(answer?.readUInt16BE(2), 0x8580)
  assert.equal(answer.readUInt16BE(6), 0)
})

test("a name of others is not ours to answer", () => {
  assert.equal(zone.answer(parsed(query("example.com", recordType.A))), undefined)
})

test("a name that no message can hold is left out and hurts nobody", () => {
  const odd = zoneOf([
    { name: `${"x".repeat(64)}.internal`, address: "10.0.0.1" },
    { name: "fine.internal", address: "10.0.0.2" },
  ])
  assert.ok(odd.answer(parsed(query("fine.internal", recordType.A))))
  assert.equal(odd.answer(parsed(query("1.0.0.10.in-addr.arpa", recordType.PTR))), undefined)
})

test("an answer is never taken for a question", () => {
  const bytes = query("a.b", 1)
  bytes.writeUInt16BE(0x8100, 2)
  assert.equal(parseQuery(bytes).kind, "noise")
})

test("a message with another operation or without a question is refused by its number", () => {
  const update = query("a.b", 1)
  update.writeUInt16BE(0x2800, 2)
  assert.deepEqual(parseQuery(update), { kind: "bad", id: 0x1234, code: responseCode.notImplemented })
  const empty = query("a.b", 1)
  empty.writeUInt16BE(0, 4)
  assert.deepEqual(parseQuery(empty), { kind: "bad", id: 0x1234, code: responseCode.formatError })
})

test("a truncated answer keeps the question and says so", () => {
  const asked = parsed(query("a.b", 1))
  const short = truncate(writeEmpty(asked, 0), asked.questionBytes)
  assert.equal(short.readUInt16BE(2) & 0x0200, 0x0200)
  assert.equal(short.length, 12 + asked.questionBytes.length)
})

test("no bytes make the parser throw, and what it takes for a question it can answer", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const result = parseQuery(bytes)
      if (result.kind === "query") writeEmpty(result.query, responseCode.serverFailure)
    }),
  )
})

test("no change to a real query makes the parser throw", () => {
  const good = query("ip-10-0-0-7.ec2.internal", 1)
  const edit = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 6 }), fc.nat(good.length), (edits, length) => {
      const bytes = Buffer.from(good)
      for (const { at, to } of edits) bytes[at] = to
      const result = parseQuery(bytes.subarray(0, length))
      if (result.kind === "query") zone.answer(result.query)
    }),
  )
})
