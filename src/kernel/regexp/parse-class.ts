// The parts of a regular expression that stand for one character: escapes, \d and its like, and [classes]. Pure.
import * as sets from "./char-sets.ts"
import type { Source } from "./source.ts"
import { type CharSet, RegexpError } from "./syntax.ts"

const controls: ReadonlyMap<string, number> = new Map([
  ["a", 7],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
])

/** `\d`, `\W`, `\pL`, `\P{Greek}`: undefined, and nothing passed, when something else comes next. */
export const parseClassEscape = (source: Source): CharSet | undefined => {
  const perl = source.takeMatch(/\\([dswDSW])/y)?.[1]
  if (perl) {
    const set = sets.perlClasses.get(perl.toLowerCase())
    return set && (perl === perl.toLowerCase() ? set : sets.not(set))
  }
  const start = source.at
  const found = source.takeMatch(/\\([pP])(?:\{(\^?)([^}]*)\}|([^{]))/uy)
  if (!found) return undefined
  const [, kind, caret, long, short] = found
  const set = sets.unicodeClass(long ?? short ?? "")
  if (!set) throw new RegexpError("invalid character class range", source.since(start))
  return (kind === "P") === (caret === "^") ? set : sets.not(set)
}

/** A backslash and what it stands for, as one code point. */
export const parseEscape = (source: Source): number => {
  const start = source.at
  source.at += 1
  if (source.done) throw new RegexpError("trailing backslash at end of expression", "")
  const octal = source.takeMatch(/0[0-7]{0,2}|[1-7][0-7]{1,2}/y)
  if (octal) return Number.parseInt(octal[0], 8)
  const hex = source.takeMatch(/x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,8})\})/y)
  const value = hex ? Number.parseInt(hex[1] ?? hex[2] ?? "", 16) : undefined
  if (value !== undefined && value <= 0x10ffff) return value
  const char = source.next()
  const control = controls.get(String.fromCodePoint(char))
  if (control !== undefined) return control
  // ASCII that is neither letter nor digit stands for itself.
  if (value === undefined && char < 0x80 && !/[0-9A-Za-z]/.test(String.fromCodePoint(char))) return char
  throw new RegexpError("invalid escape sequence", source.since(start))
}

/** `[…]` as one set. */
export const parseClass = (source: Source, fold: boolean): CharSet => {
  const start = source.at
  source.at += 1
  const negated = source.take("^")
  const members: CharSet[] = []
  for (let first = true; first || source.peek !== "]"; first = false) {
    if (source.done) throw new RegexpError("missing closing ]", source.text.slice(start))
    members.push(parsePosix(source) ?? parseClassEscape(source) ?? parseRange(source, start))
  }
  source.at += 1
  const all = fold ? sets.foldCase(sets.union(members)) : sets.union(members)
  return negated ? sets.not(all) : all
}

const parsePosix = (source: Source): CharSet | undefined => {
  const start = source.at
  const found = source.takeMatch(/\[:(\^?)([^:\]]*):\]/y)
  if (!found) return undefined
  const set = sets.posixClasses.get(found[2] ?? "")
  if (!set) throw new RegexpError("invalid character class range", source.since(start))
  return found[1] === "^" ? sets.not(set) : set
}

const parseRange = (source: Source, classStart: number): CharSet => {
  const start = source.at
  const char = () => {
    if (source.done) throw new RegexpError("missing closing ]", source.text.slice(classStart))
    return source.peek === "\\" ? parseEscape(source) : source.next()
  }
  const from = char()
  // A hyphen at the end of the class is one.
  if (source.peek !== "-" || source.text[source.at + 1] === "]" || source.at + 1 >= source.text.length)
    return sets.single(from)
  source.at += 1
  const to = char()
  if (to < from) throw new RegexpError("invalid character class range", source.since(start))
  return sets.range(from, to)
}
