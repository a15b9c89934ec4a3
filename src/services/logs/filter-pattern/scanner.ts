// A cursor over the text of a filter pattern: the words, quoted texts and regular expressions that all three kinds of
// pattern share. What the pieces mean is decided by who reads them.
import { type Regex, regexOf } from "./regex.ts"

/** A pattern that is no pattern. `words` is what AWS says of it, when it says more than that it is invalid. */
export class PatternRefused extends Error {
  readonly words: string | undefined

  constructor(words?: string) {
    super(words ?? "Invalid filter pattern")
    this.name = "PatternRefused"
    this.words = words
  }
}

/** AWS names the piece that it could not take: public reports show a bracket, a colon, `""` and `$."`. */
export const badTerm = (term: string): PatternRefused => new PatternRefused(`Invalid character(s) in term '${term}'`)

/** AWS: "a limit of 2 regex for each filter pattern". */
const mostRegexes = 2

/** See the head of the file. */
export class Scanner {
  readonly text: string
  readonly regexes: Regex[] = []
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get ended(): boolean {
    return this.at >= this.text.length
  }

  space(): void {
    this.take(/\s+/y)
  }

  /** Whether `word` comes next; it stays. */
  sees(word: string): boolean {
    return this.text.startsWith(word, this.at)
  }

  /** Takes `wanted` when it comes next. A regular expression must be sticky. */
  take(wanted: string | RegExp): string | undefined {
    if (typeof wanted === "string") {
      if (!this.sees(wanted)) return undefined
      this.at += wanted.length
      return wanted
    }
    wanted.lastIndex = this.at
    const found = wanted.exec(this.text)?.[0]
    if (!found) return undefined
    this.at += found.length
    return found
  }

  /** The fault for what comes next. */
  bad(from = this.at): PatternRefused {
    return this.ended ? new PatternRefused() : badTerm(this.text.slice(from, this.at + 1))
  }

  /** A text in double quotes, when one comes next; a backslash keeps a quote or a backslash in it. */
  quoted(): string | undefined {
    if (!this.take('"')) return undefined
    const inside = this.take(/(?:[^"\\]|\\[\s\S])*/y) ?? ""
    if (!this.take('"')) throw new PatternRefused()
    return inside.replace(/\\(["\\])/g, "$1")
  }

  /** A regular expression between percent signs, when one comes next. */
  regex(): Regex | undefined {
    if (!this.take("%")) return undefined
    const source = this.take(/[^%]+/y) ?? ""
    if (!this.take("%")) throw new PatternRefused()
    const regex = regexOf(source)
    if (!regex || this.regexes.push(regex) > mostRegexes) throw new PatternRefused()
    return regex
  }
}
