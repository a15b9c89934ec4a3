// Sets of characters as RE2 names them: \d, [:alpha:], \p{Greek}, ranges, and letters of either case. Pure.
import type { CharSet } from "./syntax.ts"

const code = (char: string): number => char.codePointAt(0) ?? 0

export const single =
  (wanted: number): CharSet =>
  (c) =>
    c === wanted

export const range =
  (from: number, to: number): CharSet =>
  (c) =>
    c >= from && c <= to

export const not =
  (set: CharSet): CharSet =>
  (c) =>
    !set(c)

export const union =
  (sets: readonly CharSet[]): CharSet =>
  (c) =>
    sets.some((set) => set(c))

/** Pairs of first and last: `09azAZ`. */
const ranges = (pairs: string): CharSet => {
  const chars = [...pairs]
  return union(chars.flatMap((from, i) => (i % 2 === 0 ? [range(code(from), code(chars[i + 1] ?? from))] : [])))
}

export const isWord: CharSet = ranges("09AZ__az")
export const newline = 10
export const anyChar: CharSet = () => true
export const anyButNewline: CharSet = (c) => c !== newline

/** ASCII only, as in RE2: \d is [0-9] whatever else Unicode counts with; \s is without the vertical tab. */
export const perlClasses: ReadonlyMap<string, CharSet> = new Map([
  ["d", ranges("09")],
  ["s", ranges("\t\n\f\r  ")],
  ["w", isWord],
])

export const posixClasses: ReadonlyMap<string, CharSet> = new Map([
  ["alnum", ranges("09AZaz")],
  ["alpha", ranges("AZaz")],
  ["ascii", ranges("\x00\x7f")],
  ["blank", ranges("\t\t  ")],
  ["cntrl", ranges("\x00\x1f\x7f\x7f")],
  ["digit", ranges("09")],
  ["graph", ranges("!~")],
  ["lower", ranges("az")],
  ["print", ranges(" ~")],
  ["punct", ranges("!/:@[`{~")],
  ["space", ranges("\t\r  ")],
  ["upper", ranges("AZ")],
  ["word", isWord],
  ["xdigit", ranges("09AFaf")],
])

/** `\p{name}`: a general category or a script; undefined when Unicode has none of that name. */
export const unicodeClass = (name: string): CharSet | undefined => {
  if (name === "Any") return anyChar
  if (!/^\w+$/.test(name)) return undefined
  for (const property of [`gc=${name}`, `sc=${name}`]) {
    try {
      const one = new RegExp(`^\\p{${property}}$`, "u")
      return (c) => one.test(String.fromCodePoint(c))
    } catch {
      // Not a name of this kind.
    }
  }
  return undefined
}

/** The set and what differs from its members in case only. */
export const foldCase =
  (set: CharSet): CharSet =>
  (c) =>
    set(c) || casesOf(c).some(set)

const casesOf = (c: number): number[] => {
  const char = String.fromCodePoint(c)
  const lower = char.toLowerCase()
  const upper = char.toUpperCase()
  // ß becomes SS: what changes its length is another text, not another case.
  return [lower, upper, upper.toLowerCase(), lower.toUpperCase()].filter((s) => [...s].length === 1).map(code)
}
