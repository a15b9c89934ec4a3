// The regular expressions that CloudWatch Logs takes between percent signs: alternatives of characters, classes and
// repetitions, without groups. Read into one row of steps, which regex.ts runs.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html

/** One character that must or may come. */
export interface Step {
  /** By the code of an ASCII character whether the step takes it. */
  readonly takes: Uint8Array
  /** Whether it takes characters beyond ASCII. */
  readonly takesOthers: boolean
  /** It may be left out. */
  readonly optional: boolean
  /** It may come again and again. */
  readonly repeats: boolean
}

/** One side of a `|`. */
export interface Alternative {
  readonly steps: readonly Step[]
  readonly fromStart: boolean
  readonly toEnd: boolean
}

type Class = Pick<Step, "takes" | "takesOthers">

const ascii = 128
/**
 * What of a pattern's repetitions is written out. AWS names no bound; every step costs time with every character of a
 * message, and nobody's `{m,n}` comes near.
 */
const mostSteps = 512

const digits = "0123456789"
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
/** A space is not in AWS's list of symbols, but in its examples. */
const symbols = ":_#=@/;,- "
const operators = "^$?[]{}|\\*+."
const plain = new Set(digits + letters + symbols)
const escapable = new Set(symbols + operators)

const classOf = (characters: Iterable<string>): Class => {
  const takes = new Uint8Array(ascii)
  for (const character of characters) takes[character.charCodeAt(0)] = 1
  return { takes, takesOthers: false }
}
const not = ({ takes, takesOthers }: Class): Class => ({
  takes: takes.map((yes) => 1 - yes),
  takesOthers: !takesOthers,
})

const shorthands: Readonly<Record<string, Class>> = {
  d: classOf(digits),
  D: not(classOf(digits)),
  s: classOf(" \t\n\r\f\v"),
  S: not(classOf(" \t\n\r\f\v")),
  w: classOf(`${digits}${letters}_`),
  W: not(classOf(`${digits}${letters}_`)),
}
const anything = not(classOf(""))

/** The alternatives of a source, or nothing when AWS does not take it. */
export const alternativesOf = (source: string): readonly Alternative[] | undefined => {
  let at = 0
  let steps = 0

  /** What a backslash before `at` makes of the characters there. */
  const escaped = (): Class | undefined => {
    const character = source[at++] ?? ""
    if (character === "x") {
      const code = /^[0-9a-fA-F]{2}/.exec(source.slice(at))?.[0]
      at += 2
      const value = code === undefined ? ascii : Number.parseInt(code, 16)
      return value < ascii ? classOf(String.fromCharCode(value)) : undefined
    }
    return shorthands[character] ?? (escapable.has(character) ? classOf(character) : undefined)
  }

  /** A class in brackets, from behind the opening one. */
  const bracketed = (): Class | undefined => {
    const negated = source[at] === "^"
    if (negated) at++
    const takes = new Uint8Array(ascii)
    let takesOthers = false
    const begin = at
    while (at < source.length) {
      if (source[at] === "]" && at > begin) {
        at++
        return negated ? not({ takes, takesOthers }) : { takes, takesOthers }
      }
      const one = member()
      if (!one) return undefined
      const range = source[at] === "-" && source[at + 1] !== "]" && at + 1 < source.length
      if (!range) {
        for (let i = 0; i < ascii; i++) takes[i] = (takes[i] ?? 0) | (one.takes[i] ?? 0)
        takesOthers ||= one.takesOthers
        continue
      }
      at++
      const other = member()
      const from = only(one)
      const to = other && only(other)
      if (from === undefined || to === undefined || from > to) return undefined
      takes.fill(1, from, to + 1)
    }
    return undefined
  }

  const member = (): Class | undefined => {
    const character = source[at++] ?? ""
    if (character === "\\") return escaped()
    return plain.has(character) || escapable.has(character) ? classOf(character) : undefined
  }

  /** How often the step before `at` comes: at least, and at most. */
  const repetition = (): readonly [number, number] | undefined => {
    const found = /^(?:[?*+]|\{ *(\d{0,4}) *(?:(,) *(\d{0,4}) *)?\})/.exec(source.slice(at))
    if (!found) return source[at] === "{" ? undefined : [1, 1]
    at += found[0].length
    // A question mark behind it makes it modest, which changes what is found and not whether.
    if (source[at] === "?") at++
    if (/^[?*+{]/.test(source.slice(at))) return undefined
    if (found[0] === "?") return [0, 1]
    if (found[0] === "*") return [0, Number.POSITIVE_INFINITY]
    if (found[0] === "+") return [1, Number.POSITIVE_INFINITY]
    const [, least = "", comma, most = ""] = found
    if (least === "" && most === "") return undefined
    const from = Number(least)
    const to = comma === undefined ? from : most === "" ? Number.POSITIVE_INFINITY : Number(most)
    return from <= to ? [from, to] : undefined
  }

  const alternative = (): Alternative | undefined => {
    const fromStart = source[at] === "^"
    if (fromStart) at++
    const row: Step[] = []
    while (at < source.length && source[at] !== "|") {
      const character = source[at++] ?? ""
      if (character === "$") {
        const last = at === source.length || source[at] === "|"
        return last ? { steps: row, fromStart, toEnd: true } : undefined
      }
      const one =
        character === "\\"
          ? escaped()
          : character === "["
            ? bracketed()
            : character === "."
              ? anything
              : plain.has(character)
                ? classOf(character)
                : undefined
      const often = one && repetition()
      if (!often) return undefined
      const [least, most] = often
      const endless = most === Number.POSITIVE_INFINITY
      const count = endless ? Math.max(least, 1) : most
      steps += count
      if (steps > mostSteps) return undefined
      for (let i = 0; i < count; i++) {
        row.push({ ...one, optional: i >= least, repeats: endless && i === count - 1 })
      }
    }
    return { steps: row, fromStart, toEnd: false }
  }

  const all: Alternative[] = []
  for (;;) {
    const next = alternative()
    if (!next) return undefined
    all.push(next)
    if (at >= source.length) return all
    at++
  }
}

/** The one character of a class that has no other. */
const only = ({ takes, takesOthers }: Class): number | undefined => {
  const first = takes.indexOf(1)
  return !takesOthers && first >= 0 && takes.indexOf(1, first + 1) < 0 ? first : undefined
}
