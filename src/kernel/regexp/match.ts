// Says whether a program matches somewhere in a text, in time that grows with the text and never worse: places that
// were seen together before are remembered as one state (a DFA made as it is needed).
import { isWord, newline } from "./char-sets.ts"
import type { Instruction } from "./program.ts"
import type { Assertion } from "./syntax.ts"

/** What an assertion can see of the character before, or after, a place. */
type Around = "edge" | "newline" | "word" | "other"

/** Places from which the next character is read, and what came before them. */
interface State {
  readonly places: readonly number[]
  readonly before: Around
  readonly ascii: (State | typeof matched | undefined)[]
  readonly others: Map<number, State | typeof matched>
  /** Whether the text may end here with a match; looked at once. */
  atEnd?: boolean
}

const matched = Symbol("matched")
/** More states than this are forgotten all at once: texts that make new ones all the time must not fill the memory. */
const mostStates = 2_000
const mostOthers = 256

/** See the head of the file. Not to be used by two at once, which nothing here does: it is synchronous. */
export class Matcher {
  readonly #program: readonly Instruction[]
  readonly #states = new Map<string, State>()
  readonly #marks: Uint32Array
  #mark = 0
  #work = 0

  constructor(program: readonly Instruction[]) {
    this.#program = program
    this.#marks = new Uint32Array(program.length)
  }

  /** Undefined when it could not be said within `budget` steps of the automaton. */
  test(text: string, budget: number): boolean | undefined {
    this.#work = 0
    let state = this.#state([], "edge")
    for (let i = 0; i < text.length; i++) {
      const c = text.codePointAt(i) ?? 0
      if (c > 0xffff) i++
      let next = c < 128 ? state.ascii[c] : state.others.get(c)
      if (next === undefined) {
        if (this.#work > budget) return undefined
        next = this.#step(state, c)
        if (c < 128) state.ascii[c] = next
        else if (state.others.size < mostOthers) state.others.set(c, next)
      }
      if (next === matched) return true
      state = next
    }
    state.atEnd ??= this.#closure(state, "edge") === matched
    return state.atEnd
  }

  #step(state: State, c: number): State | typeof matched {
    const places = this.#closure(state, aroundOf(c))
    if (places === matched) return matched
    const next: number[] = []
    for (const place of places) {
      const instruction = this.#program[place]
      if (instruction?.op === "char" && instruction.set(c)) next.push(instruction.to)
    }
    this.#work += places.length
    return this.#state(next, aroundOf(c))
  }

  /** The characters to be read next, from all places of a state and, since a match may begin anywhere, from the start. */
  #closure({ places, before }: State, after: Around): readonly number[] | typeof matched {
    this.#mark += 1
    const open = [this.#program.length - 1, ...places]
    const chars: number[] = []
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (this.#marks[place] === this.#mark) continue
      this.#marks[place] = this.#mark
      this.#work += 1
      const instruction = this.#program[place]
      switch (instruction?.op) {
        case "match":
          return matched
        case "char":
          chars.push(place)
          break
        case "fork":
          open.push(...instruction.to)
          break
        case "assert":
          if (holds(instruction.what, before, after)) open.push(instruction.to)
      }
    }
    return chars
  }

  #state(places: readonly number[], before: Around): State {
    const sorted = [...new Set(places)].sort((a, b) => a - b)
    const key = `${before} ${sorted.join(" ")}`
    const known = this.#states.get(key)
    if (known) return known
    if (this.#states.size >= mostStates) this.#states.clear()
    const state: State = { places: sorted, before, ascii: new Array(128), others: new Map() }
    this.#states.set(key, state)
    return state
  }
}

const aroundOf = (c: number): Around => (c === newline ? "newline" : isWord(c) ? "word" : "other")

const holds = (what: Assertion, before: Around, after: Around): boolean => {
  switch (what) {
    case "text-start":
      return before === "edge"
    case "text-end":
      return after === "edge"
    case "line-start":
      return before === "edge" || before === "newline"
    case "line-end":
      return after === "edge" || after === "newline"
    case "word":
      return (before === "word") !== (after === "word")
    case "not-word":
      return (before === "word") === (after === "word")
  }
}
