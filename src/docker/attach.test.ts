// Docker's marked pieces of a container's outputs, taken apart.
import assert from "node:assert/strict"
import { test } from "node:test"
import { demultiplexer } from "./attach.ts"

const piece = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

test("the two outputs are told apart, however the bytes are cut", () => {
  const bytes = Buffer.concat([piece(1, "first "), piece(2, "wrong"), piece(1, ""), piece(1, "second")])
  for (let size = 1; size <= bytes.length; size++) {
    const heard = { output: "", errors: "" }
    const take = demultiplexer({
      output: (part) => {
        heard.output += part.toString()
      },
      errors: (part) => {
        heard.errors += part.toString()
      },
    })
    for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size))
    assert.deepEqual(heard, { output: "first second", errors: "wrong" })
  }
})
