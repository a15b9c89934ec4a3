// Changes of bytes: what a hostile or broken client does to a message that was in order. Works in one buffer that is used
// again for every input; the bytes that it answers are valid until the next call.
import type { Roll } from "./roll.ts"

/** Longer than this no input grows by mutation; size has tests of its own (heavy.test.ts). */
const room = 8192

/** Numbers at which readers break. */
const edges = [
  "0",
  "-1",
  "255",
  "256",
  "65536",
  "2147483648",
  "4294967296",
  "9007199254740993",
  "1e999",
  "-0",
  "0.5",
  "NaN",
]

/** Builds a mutator over messages in order and words that mean something in their format. */
export const mutator = (
  corpus: readonly Uint8Array[],
  words: readonly (string | Uint8Array)[],
): ((roll: Roll, base?: Uint8Array) => Uint8Array) => {
  const buffer = Buffer.alloc(room)
  const tokens = [...words, ...edges].map((word) => (typeof word === "string" ? Buffer.from(word) : word))
  const numbers = tokens.slice(-edges.length)
  let length = 0

  const insert = (at: number, bytes: Uint8Array): void => {
    const fits = Math.min(bytes.length, room - length)
    buffer.copyWithin(at + fits, at, length)
    buffer.set(bytes.subarray(0, fits), at)
    length += fits
  }
  const remove = (at: number, count: number): void => {
    buffer.copyWithin(at, at + count, length)
    length -= count
  }

  const change = (roll: Roll): void => {
    const at = roll.below(length + 1)
    switch (roll.below(10)) {
      case 0:
        buffer[at % room] = roll.below(256)
        length = Math.max(length, Math.min(at + 1, room))
        return
      case 1:
        buffer[at % room] = (buffer[at % room] ?? 0) ^ (1 << roll.below(8))
        return
      case 2:
      case 3:
        insert(at, roll.pick(tokens))
        return
      case 4:
        remove(at, roll.below(Math.min(length - at, 24) + 1))
        return
      case 5: {
        // The same again, as with doubled members, items and brackets.
        const count = roll.below(Math.min(length - at, 48) + 1)
        insert(at, Buffer.from(buffer.subarray(at, at + count)))
        return
      }
      case 6: {
        const other = roll.pick(corpus)
        const from = roll.below(other.length)
        insert(at, other.subarray(from, from + 1 + roll.below(64)))
        return
      }
      case 7:
        length = at
        return
      case 8: {
        // A number becomes one of the edges.
        let from = at
        while (from < length && !isDigit(buffer[from])) from++
        let to = from
        while (to < length && isDigit(buffer[to])) to++
        if (from === to) return
        remove(from, to - from)
        insert(from, roll.pick(numbers))
        return
      }
      default: {
        const token = roll.pick(tokens)
        for (let i = 1 + roll.below(12); i > 0; i--) insert(at, token)
      }
    }
  }

  return (roll, base = roll.pick(corpus)) => {
    length = Math.min(base.length, room)
    buffer.set(base.subarray(0, length))
    for (let changes = 1 + roll.below(4); changes > 0; changes--) change(roll)
    return buffer.subarray(0, length)
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39
