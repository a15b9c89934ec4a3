// The readers of the formats themselves, below the protocols: what they answer is checked too, not only that they answer.
import assert from "node:assert/strict"
import { Fault } from "../../../src/kernel/index.ts"
import { readCbor } from "../../../src/wire/codec/cbor-read.ts"
import { writeCbor } from "../../../src/wire/codec/cbor-write.ts"
import { formTree, parseParameters } from "../../../src/wire/codec/form.ts"
import { parseJson } from "../../../src/wire/codec/json.ts"
import { parseXml, type XmlElement } from "../../../src/wire/codec/xml-parse.ts"
import { asCbor, asForm, asJson, asXml } from "../grammar.ts"
import { bytesTarget, cborHeads, formWords, jsonWords, type Target, xmlWords } from "../target.ts"

const keys = ["a", "Action", "member", "entry", "key", "value", "1", "Tag"]
const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()

/** A Fault is an answer. */
const orFault = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.status === 400) return undefined
    throw thrown
  }
}

export const json: Target<Uint8Array> = bytesTarget({
  name: "json",
  corpus: ['{"a":[1,2.5,"x",null,true,{"b":"ü\\n"}]}', '{"Action":{"key":"value"},"n":-1e-7}', "[]", '"a"'].map((s) =>
    Buffer.from(s),
  ),
  words: jsonWords,
  trees: [{ a: [1, { b: "c" }] }],
  keys,
  write: asJson,
  run: (bytes) => {
    orFault(() => parseJson(bytes))
  },
})

const asValue = {
  a: [1, -1, 1.5, "x", null, true, { b: "ü", c: new Uint8Array([1, 2]) }],
  t: new Date(1e12),
  n: 2n ** 64n,
}

export const cbor: Target<Uint8Array> = bytesTarget({
  name: "cbor",
  corpus: [
    asCbor(asValue),
    asCbor({ MetricName: "m", Value: 1.25 }),
    asCbor([]),
    Uint8Array.from([0xbf, 0x61, 0x61, 0x9f, 1, 0xff, 0xff]),
  ],
  words: cborHeads,
  trees: [asValue],
  keys,
  write: asCbor,
  run: (bytes) => {
    const value = readCbor(bytes)
    if (value === undefined) return
    // What was read can be written, and reads as the same length again: nothing was made up.
    const again = writeCbor(value)
    assert.notEqual(readCbor(again), undefined, "a value that cannot be read again")
  },
})

export const form: Target<Uint8Array> = bytesTarget({
  name: "form",
  corpus: [
    "Action=A&Version=2012-11-05&Tag.1.Key=a+b&Tag.1.Value=%C3%BC",
    "a.member.1=x&a.member.2=y&m.entry.1.key=k&m.entry.1.value=v",
    "",
  ].map((s) => Buffer.from(s)),
  words: formWords,
  keys,
  write: asForm,
  run: (bytes) => {
    orFault(() => formTree(parseParameters(utf8(bytes))))
  },
})

/** No element is made of nothing: names are names, and markup is never left in a text. */
const checkElement = (element: XmlElement): void => {
  assert.ok(element.name.length > 0)
  for (const child of element.children) checkElement(child)
}

export const xml: Target<Uint8Array> = bytesTarget({
  name: "xml",
  corpus: [
    '<?xml version="1.0"?><a xmlns="urn:x" x:b="1 &amp; 2"><c>t&#228;xt</c><c/><!-- n --><d><![CDATA[<raw>]]></d></a>',
    "<Delete><Object><Key>k</Key></Object><Quiet>true</Quiet></Delete>",
  ].map((s) => Buffer.from(s)),
  words: xmlWords,
  keys,
  write: asXml,
  run: (bytes) => {
    const root = parseXml(utf8(bytes))
    if (root) checkElement(root)
  },
})
