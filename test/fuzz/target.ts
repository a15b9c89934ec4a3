// What can be fuzzed: how an input is made, what is done with it, and how it is kept in a file.

import { anyValue, type Writer, withOther } from "./grammar.ts"
import { mutator } from "./mutate.ts"
import type { Roll } from "./roll.ts"

export interface Target<I> {
  /** Names its folder of kept cases. */
  readonly name: string
  /** Makes an input; the same dice make the same. */
  readonly make: (roll: Roll) => I
  /** Whatever this throws is a finding. */
  readonly run: (input: I) => unknown
  readonly pack: (input: I) => Uint8Array
  readonly unpack: (bytes: Uint8Array) => I
  /** From where on a kept input may be cut down; all of it unless said otherwise. */
  readonly cutsFrom?: (bytes: Uint8Array) => number
}

export interface BytesTarget {
  readonly name: string
  /** Messages in order. */
  readonly corpus: readonly Uint8Array[]
  /** Words of the format, to be put in anywhere. */
  readonly words: readonly (string | Uint8Array)[]
  /** Names of members that mean something. */
  readonly keys: readonly string[]
  readonly write: Writer
  readonly run: (bytes: Uint8Array) => unknown
  /** The messages as values, to be changed in their structure; what `write` can write. */
  readonly trees?: readonly unknown[]
}

/**
 * A target whose inputs are bytes: changed from messages in order, changed in their structure, or made by the grammar, and
 * some of all that broken once more.
 */
export const bytesTarget = ({ name, corpus, words, keys, write, run, trees = [] }: BytesTarget): Target<Uint8Array> => {
  const change = mutator(corpus, words)
  return {
    name,
    make: (roll) => {
      const way = roll.below(6)
      if (way < 3) return change(roll)
      const made = write(way < 5 && trees.length > 0 ? withOther(roll, roll.pick(trees), keys) : anyValue(roll, keys))
      return roll.once(4) ? change(roll, made) : made
    },
    run,
    pack: (bytes) => bytes,
    unpack: (bytes) => bytes,
  }
}

/** Punctuation of the formats. */
export const jsonWords = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "null",
  "true",
  "\\u0000",
  "\\",
  '{"a":',
  "[[",
  "1e999",
  '"__proto__":',
]
export const xmlWords = [
  "<",
  ">",
  "</",
  "/>",
  "&",
  "&amp;",
  "&#x110000;",
  "&#0;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?xml",
  "<!DOCTYPE a>",
  'xmlns:x="',
  "'",
]
export const formWords = [
  "&",
  "=",
  "%",
  "%00",
  "%ff",
  "+",
  ".1",
  ".member.1",
  ".entry.1.key=",
  "..",
  ".0",
  ".999999999",
  "Action=",
  "Version=",
]
/** Heads of CBOR items that text cannot spell. */
export const cborHeads: readonly Uint8Array[] = [
  [0xff],
  [0x9f],
  [0xbf],
  [0x5f],
  [0x7f],
  [0x1b, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x3b, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x9b, 0, 0, 0, 1, 0, 0, 0, 0],
  [0xbb, 255, 255, 255, 255, 255, 255, 255, 255],
  [0x5b, 0, 0, 0, 0, 255, 255, 255, 255],
  [0xc1, 0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  [0xf9, 0x7e, 0],
  [0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xc2, 0x40],
  [0xf7],
  [0xe0],
  [0x62, 0xc3, 0x28],
].map((bytes) => Uint8Array.from(bytes))
