// The formats below the protocols, against published examples and at their edges.
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { readCbor } from "./cbor-read.ts"
import { writeCbor } from "./cbor-write.ts"
import { parseParameters } from "./form.ts"
import { readTimestamp, writeTimestamp } from "./timestamp.ts"
import { escapeXml } from "./xml-encode.ts"
import { parseXml } from "./xml-parse.ts"

const hex = (text: string) => new Uint8Array(Buffer.from(text, "hex"))

test("CBOR: the examples of RFC 8949 appendix A", () => {
  const examples: [string, unknown][] = [
    ["00", 0],
    ["1818", 24],
    ["1903e8", 1000],
    ["1b000000e8d4a51000", 1000000000000],
    ["c249010000000000000000", 18446744073709551616n],
    ["3863", -100],
    ["f90000", 0],
    ["f93c00", 1],
    ["fb3ff199999999999a", 1.1],
    ["f97bff", 65504],
    ["fa47c35000", 100000],
    ["f90001", 2 ** -24],
    ["f97c00", Number.POSITIVE_INFINITY],
    ["f5", true],
    ["f6", null],
    ["c11a514b67b0", new Date(1363896240000)],
    ["c1fb41d452d9ec200000", new Date(1363896240500)],
    ["4401020304", new Uint8Array([1, 2, 3, 4])],
    ["64f0908591", "𐅑"],
    ["8301820203820405", [1, [2, 3], [4, 5]]],
    ["a26161016162820203", { a: 1, b: [2, 3] }],
    ["5f42010243030405ff", new Uint8Array([1, 2, 3, 4, 5])],
    ["7f657374726561646d696e67ff", "streaming"],
    ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
    ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
  ]
  for (const [bytes, value] of examples) assert.deepEqual(readCbor(hex(bytes)), value, bytes)
})

test("CBOR: truncated, overlong, nested without end, and lengths that lie are refused", () => {
  for (const bytes of [
    "",
    "18",
    "62ff",
    "9b00ffffffffffffff",
    "5bffffffffffffffff",
    "ff",
    "8201",
    "a101",
    "a1f5f5",
    "0000",
    "1c",
    "9f",
    "81".repeat(5000),
    "bf61",
  ]) {
    assert.equal(readCbor(hex(bytes)), undefined, bytes.slice(0, 20))
  }
})

test("CBOR: what is written reads the same", () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true }).filter((n) => !Object.is(n, -0)),
    fc.boolean(),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array({ maxLength: 40 }),
    fc.constant(null),
    fc.bigInt({ min: 2n ** 64n, max: 2n ** 80n }),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  fc.assert(fc.property(tree, (value) => assert.deepEqual(readCbor(writeCbor(value)), value)))
})

test("XML: elements, attributes, CDATA, entities, comments and namespaces", () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0"?><!-- c --><a:r xmlns:a="urn" x="1&amp;2"><b>t&lt;&#x41;&#66;<![CDATA[<raw>&]]></b><b/><a:c\n y=\'"\' /></a:r>\n',
  )
  assert.equal(root?.name, "r")
  assert.equal(root?.attributes.get("x"), "1&2")
  assert.deepEqual(
    root?.children.map((c) => [c.name, c.text]),
    [
      ["b", "t<AB<raw>&"],
      ["b", ""],
      ["c", ""],
    ],
  )
  assert.equal(root?.children[2]?.attributes.get("y"), '"')
})

test("XML: what is not well-formed is refused, and no entity is ever expanded", () => {
  const bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]><r>&a;</r>'
  for (const text of [
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a><b></a></b>",
    "<a/><b/>",
    "<a>&x;</a>",
    "<a>&</a>",
    "<a b=c/>",
    "<a b='1' b='2'/>",
    "<a",
    "<![CDATA[x]]>",
    "<a>&#0;</a>",
    "<a>&#x110000;</a>",
    bomb,
    '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
    "<a>".repeat(500) + "</a>".repeat(500),
  ]) {
    assert.equal(parseXml(text), undefined, text.slice(0, 40))
  }
})

test("XML: escaped text reads the same; what XML cannot carry becomes the replacement character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const read = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML forbids
      const expected = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      assert.equal(read?.text, expected)
      assert.equal(read?.attributes.get("b"), expected)
    }),
  )
})

test("forms: blanks, broken escapes, empty names and values", () => {
  assert.deepEqual(parseParameters("a=1+2&b=%2B&c&=d&&e=%zz&f=a=b"), [
    ["a", "1 2"],
    ["b", "+"],
    ["c", ""],
    ["", "d"],
    ["e", "%zz"],
    ["f", "a=b"],
  ])
  assert.throws(() => parseParameters("a&".repeat(20_001)), { code: "MalformedQueryString" })
})

test("timestamps are read in every form and written as AWS writes them", () => {
  const time = new Date("2024-05-06T07:08:09.120Z")
  for (const text of [
    "2024-05-06T07:08:09.120Z",
    "2024-05-06T09:08:09.12+02:00",
    "2024-05-06T07:08:09.12",
    "1714979289.12",
    "1.71497928912e9",
  ]) {
    assert.deepEqual(readTimestamp(text), time, text)
  }
  assert.deepEqual(readTimestamp("Mon, 06 May 2024 07:08:09 GMT"), new Date("2024-05-06T07:08:09Z"))
  for (const text of ["", "soon", "2024-13-01T00:00:00Z", "1e300"]) assert.equal(readTimestamp(text), undefined, text)
  assert.equal(writeTimestamp(time, "epoch-seconds"), 1714979289.12)
  assert.equal(writeTimestamp(time, "date-time"), "2024-05-06T07:08:09.120Z")
  assert.equal(writeTimestamp(new Date("2024-05-06T07:08:09Z"), "date-time"), "2024-05-06T07:08:09Z")
  assert.equal(writeTimestamp(time, "http-date"), "Mon, 06 May 2024 07:08:09 GMT")
})
