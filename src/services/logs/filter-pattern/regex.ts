// Runs the regular expressions of filter patterns: all ways through the steps at once, so that the time is the length
// of the text times the number of steps whatever the pattern is. JavaScript's own would go back and forth for hours
// over `a*a*a*a*b`.
import { type Alternative, alternativesOf } from "./regex-parse.ts"

/** A regular expression that is looked for in a text. */
export interface Regex {
  /** What each character of a text costs, at most. */
  readonly steps: number
  test(text: string): boolean
}

/** The regular expression of a source, or nothing when AWS does not take it. */
export const regexOf = (source: string): Regex | undefined => {
  const alternatives = source === "" ? undefined : alternativesOf(source)
  return (
    alternatives && {
      steps: alternatives.reduce((sum, { steps }) => sum + steps.length + 1, 0),
      test: (text) => alternatives.some((alternative) => found(alternative, text)),
    }
  )
}

const found = ({ steps, fromStart, toEnd }: Alternative, text: string): boolean => {
  const count = steps.length
  // The steps from here on may all be left out: who comes here has found it.
  let done = count
  while (done > 0 && steps[done - 1]?.optional) done--
  if (done === 0 && (!toEnd || text === "")) return true
  if (done === 0 && !fromStart) return true

  let now = new Uint8Array(count)
  let next = new Uint8Array(count)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // Whether the step may take this character: it comes behind one that took the last, or at a beginning.
    let may = !fromStart || at === 0
    let any = false
    let complete = false
    for (let i = 0; i < count; i++) {
      const step = steps[i]
      if (!step) break
      const was = now[i] === 1
      const took = (may || (was && step.repeats)) && (code < 128 ? step.takes[code] === 1 : step.takesOthers)
      next[i] = took ? 1 : 0
      any ||= took
      if (took && i >= done - 1) complete = true
      may = was || (may && step.optional)
    }
    if (complete && (!toEnd || at === text.length - 1)) return true
    if (fromStart && !any) return false
    const old = now
    now = next
    next = old
  }
  return false
}
