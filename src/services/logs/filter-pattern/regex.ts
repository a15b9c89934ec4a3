// Runs the regular expressions of filter patterns: all ways through the steps at once, a bit for each step, so that the time
// is the length of the text whatever the pattern is. JavaScript's own would go back and forth for hours over `a*a*a*a*b`.
import { type Alternative, alternativesOf } from "./regex-parse.ts"

/** A regular expression that is looked for in a text. */
export interface Regex {
  /** What each character of a text costs, at most: so many words of 32 steps. */
  readonly words: number
  test(text: string): boolean
}

/** The regular expression of a source, or nothing when AWS does not take it. */
export const regexOf = (source: string): Regex | undefined => {
  const alternatives = source === "" ? undefined : alternativesOf(source)
  if (!alternatives) return undefined
  const machines = alternatives.map(machineOf)
  return {
    words: machines.reduce((sum, { words }) => sum + words, 0),
    test: (text) => machines.some((machine) => found(machine, text)),
  }
}

/** Sets of steps: bit `i % 32` of word `i / 32` stands for step `i`. */
interface Machine extends Pick<Alternative, "fromStart" | "toEnd"> {
  readonly words: number
  /** It is found without a character. */
  readonly empty: boolean
  readonly optional: Uint32Array
  readonly repeats: Uint32Array
  /** Behind which nothing has to come. */
  readonly last: Uint32Array
  /** For each ASCII character, and for all others together, the steps that take it. */
  readonly takes: Uint32Array
}

const others = 128

const machineOf = ({ steps, fromStart, toEnd }: Alternative): Machine => {
  const words = Math.max(1, Math.ceil(steps.length / 32))
  const takes = new Uint32Array((others + 1) * words)
  const setOf = (has: (i: number) => boolean | undefined) => {
    const set = new Uint32Array(words)
    for (const i of steps.keys()) if (has(i)) add(set, i)
    return set
  }
  const add = (set: Uint32Array, i: number, row = 0) => {
    const word = row * words + (i >> 5)
    set[word] = (set[word] ?? 0) | (1 << (i & 31))
  }
  for (const [i, step] of steps.entries()) {
    for (let code = 0; code < others; code++) if (step.takes[code]) add(takes, i, code)
    if (step.takesOthers) add(takes, i, others)
  }
  const behind = steps.findLastIndex((step) => !step.optional)
  return {
    words,
    fromStart,
    toEnd,
    empty: behind < 0,
    optional: setOf((i) => steps[i]?.optional),
    repeats: setOf((i) => steps[i]?.repeats),
    last: setOf((i) => i >= behind),
    takes,
  }
}

const found = ({ words, fromStart, toEnd, empty, optional, repeats, last, takes }: Machine, text: string): boolean => {
  // Nothing at all is found anywhere, unless it had to be the whole text.
  if (empty && !(fromStart && toEnd && text !== "")) return true
  /** The steps that took the last character. */
  const took = new Uint32Array(words)
  for (let at = 0; at < text.length; at++) {
    const row = Math.min(text.charCodeAt(at), others) * words
    // What may take this character: the steps behind those that took the last one, and the first where one may begin.
    let shifted = !fromStart || at === 0 ? 1 : 0
    let carry = 0
    let any = 0
    let complete = 0
    for (let w = 0; w < words; w++) {
      const was = took[w] ?? 0
      const skip = optional[w] ?? 0
      const next = ((was << 1) | shifted) >>> 0
      shifted = was >>> 31
      // Who comes to a step that may be left out comes to the one behind it as well: adding carries a bit through a row of
      // such steps, and what the addition changed are the steps that it came to.
      const sum = ((next & skip) >>> 0) + skip + carry
      carry = sum > 0xffff_ffff ? 1 : 0
      const may = next | ((sum >>> 0) ^ skip)
      const now = (may | (was & (repeats[w] ?? 0))) & (takes[row + w] ?? 0)
      took[w] = now
      any |= now
      complete |= now & (last[w] ?? 0)
    }
    if (complete !== 0 && (!toEnd || at === text.length - 1)) return true
    if (fromStart && any === 0) return false
  }
  return false
}
