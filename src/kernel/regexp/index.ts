// Regular expressions as Go has them, matched in linear time: patterns of users must never hold up whoever matches them.
import { Matcher } from "./match.ts"
import { parse } from "./parse.ts"
import { programOf } from "./program.ts"

export { RegexpError } from "./syntax.ts"

/** Steps of the automaton for one text: some tenths of a second. Ordinary patterns need none but for their first texts. */
const stepsPerText = 10_000_000

export interface Regexp {
  /** Whether it matches somewhere; undefined when that would take too long to say. */
  test(text: string): boolean | undefined
}

/** @throws RegexpError with Go's words. */
export const compileRegexp = (pattern: string): Regexp => {
  const matcher = new Matcher(programOf(parse(pattern), pattern))
  return { test: (text) => matcher.test(text, stepsPerText) }
}
