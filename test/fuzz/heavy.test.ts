// Messages of the largest size that are made to cost as much as possible: each format's reader stays within a bound of CPU
// and of memory. The readers run in a thread with a bounded heap, so that what runs out of it fails a test and not the run.
import assert from "node:assert/strict"
import { test } from "node:test"
import { Worker } from "node:worker_threads"

/** CPU ms for 10 MiB, the server's default bound of bodies; an honest message of that size takes a fifth of it. */
const slowest = 6_000
/** MiB of heap: the text itself, and what may be made of it. */
const memory = 1_024

/** By format: what is sent, as source text that is evaluated in the thread with `size` bytes to fill. */
const shapes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  xml: {
    "blanks in a tag": `"<a" + " ".repeat(size)`,
    "one attribute again and again": `"<a" + ' b=""'.repeat(size / 5) + "/>"`,
    "attributes of other names": `"<a " + Array.from({ length: size / 12 }, (_, i) => "a" + i + '=""').join(" ") + "/>"`,
    "a name without end": `"<" + "a".repeat(size)`,
    "empty elements": `"<a>" + "<b/>".repeat(size / 4) + "</a>"`,
    entities: `"<a>" + "&amp;".repeat(size / 5) + "</a>"`,
    ampersands: `"<a>" + "&".repeat(size) + "</a>"`,
    comments: `"<a>" + "<!---->".repeat(size / 7) + "</a>"`,
    sections: `"<a>" + "<![CDATA[x]]>".repeat(size / 13) + "</a>"`,
    nesting: `"<a>".repeat(size / 3)`,
  },
  json: {
    "empty lists": `"[" + "[],".repeat(size / 3) + "1]"`,
    nesting: `"[".repeat(size)`,
    escapes: `'"' + "\\\\u0041".repeat(size / 6) + '"'`,
    "a number without end": `"1".repeat(size)`,
    names: `"{" + Array.from({ length: size / 12 }, (_, i) => '"' + i + '":1').join(",") + "}"`,
  },
  form: {
    "empty parameters": `"a=&".repeat(size / 3)`,
    "long names": `Array.from({ length: 20000 }, (_, i) => i + ".a".repeat(126) + "=1").join("&")`,
    "broken escapes": `"a=" + "%".repeat(size)`,
    dots: `".".repeat(size)`,
    separators: `"&".repeat(size)`,
  },
  cbor: {
    "nested lists that claim all": `claims(0x9a)`,
    "nested maps that claim all": `claims(0xba)`,
    "small numbers": `headed([0x9a], 0)`,
    "a number of ten million bytes": `headed([0xc2, 0x5a], 255)`,
    "empty names": `headed([0xba], 0x60)`,
    "lists without length": `Buffer.alloc(size, 0x9f)`,
    tags: `Buffer.alloc(size, 0xc1)`,
  },
}

const thread = `
const { workerData, parentPort } = require("node:worker_threads")
const { format, shape, size } = workerData
const headed = (head, fill) => {
  const bytes = Buffer.alloc(size, fill)
  bytes.set(head)
  bytes.writeUInt32BE(size - head.length - 4, head.length)
  return bytes
}
const claims = (head) => {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < 127; i++) {
    bytes[i * 5] = head
    bytes.writeUInt32BE(size - i * 5 - 5, i * 5 + 1)
  }
  return bytes
}
const readers = {
  xml: async () => { const { parseXml } = await import(workerData.codec + "xml-parse.ts"); return (x) => parseXml(String(x)) },
  json: async () => { const { parseJson } = await import(workerData.codec + "json.ts"); return (x) => parseJson(Buffer.from(x)) },
  form: async () => { const { parseParameters, formTree } = await import(workerData.codec + "form.ts"); return (x) => formTree(parseParameters(x)) },
  cbor: async () => { const { readCbor } = await import(workerData.codec + "cbor-read.ts"); return readCbor },
}
readers[format]().then((read) => {
  const input = eval(shape)
  const before = process.threadCpuUsage()
  let thrown
  try { read(input) } catch (error) { if (error.status !== 400) thrown = String(error) }
  const { user, system } = process.threadCpuUsage(before)
  parentPort.postMessage({ thrown, took: (user + system) / 1000 })
})
`

interface Outcome {
  readonly thrown: string | undefined
  readonly took: number
}

const read = (format: string, shape: string): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const codec = new URL("../../src/wire/codec/", import.meta.url).href
    const worker = new Worker(thread, {
      eval: true,
      workerData: { format, shape, size: 10 * 1024 * 1024, codec },
      resourceLimits: { maxOldGenerationSizeMb: memory },
    })
    worker.once("message", resolve)
    worker.once("error", reject)
  })

for (const [format, named] of Object.entries(shapes)) {
  for (const [what, shape] of Object.entries(named)) {
    test(`10 MiB of ${format} with ${what} are read or refused within bounds`, async () => {
      const { thrown, took } = await read(format, shape)
      assert.equal(thrown, undefined)
      assert.ok(took < slowest, `${Math.round(took)} ms of CPU`)
    })
  }
}
