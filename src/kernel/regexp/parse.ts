// Parses a regular expression as Go does (RE2's syntax with Perl's flags): no back references, no look-around. Pure.
import * as sets from "./char-sets.ts"
import { parseClass, parseClassEscape, parseEscape } from "./parse-class.ts"
import { Source } from "./source.ts"
import { type Node, RegexpError } from "./syntax.ts"

interface Flags {
  readonly i: boolean
  readonly m: boolean
  readonly s: boolean
}

/** RE2's limits: what a repetition may say, alone and multiplied with those around it, and how deep groups may be. */
const mostRepeats = 1000
const deepest = 1000

/** @throws RegexpError */
export const parse = (pattern: string): Node => {
  const source = new Source(pattern)
  const parser = new Parser(source)
  const node = parser.alternatives({ i: false, m: false, s: false }, 0)
  if (!source.done) throw new RegexpError("unexpected )", pattern)
  return node
}

class Parser {
  readonly #source: Source
  readonly #names = new Set<string>()

  constructor(source: Source) {
    this.#source = source
  }

  /** Up to the end or a closing parenthesis, which stays. Flags may change on the way and are the group's own. */
  alternatives(outer: Flags, depth: number): Node {
    if (depth > deepest) throw new RegexpError("expression nests too deeply", this.#source.text)
    const source = this.#source
    const branches: Node[][] = [[]]
    let flags = outer
    let lastRepeat: number | undefined
    while (!source.done && source.peek !== ")") {
      const branch = branches.at(-1) ?? []
      const start = source.at
      const repeat = this.#repetition()
      if (repeat) {
        this.#repeat(branch, repeat, start, lastRepeat)
        lastRepeat = start
        continue
      }
      lastRepeat = undefined
      if (source.take("|")) branches.push([])
      else if (source.take("(")) {
        const group = this.#group(flags, depth, start)
        if ("flags" in group) flags = group.flags
        else branch.push(group.node)
      } else branch.push(...this.#atoms(flags))
    }
    const all = branches.map((of): Node => ({ is: "all", of }))
    return all.length === 1 && all[0] ? all[0] : { is: "any", of: all }
  }

  /** What stands before a repetition is repeated; `start` is where the operator stands, `last` where one just before it. */
  #repeat(branch: Node[], { min, max }: { min: number; max: number }, start: number, last: number | undefined): void {
    const source = this.#source
    source.take("?")
    if (last !== undefined) throw new RegexpError("invalid nested repetition operator", source.since(last))
    const node = branch.pop()
    if (!node) throw new RegexpError("missing argument to repetition operator", source.since(start))
    const repeat: Node = { is: "repeat", node, min, max }
    if ((min >= 2 || max >= 2) && repeatsOf(repeat) > mostRepeats)
      throw new RegexpError("invalid repeat count", source.since(start))
    branch.push(repeat)
  }

  /** `*`, `+`, `?` or a well-formed `{n,m}`; anything else in braces is text. */
  #repetition(): { min: number; max: number } | undefined {
    const source = this.#source
    if (source.take("*")) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (source.take("+")) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (source.take("?")) return { min: 0, max: 1 }
    const [text, from, comma, to] = source.takeMatch(/\{(0|[1-9]\d*)(,(0|[1-9]\d*)?)?\}/y) ?? []
    if (text === undefined) return undefined
    const min = Number(from)
    const max = comma === undefined ? min : to === undefined ? Number.POSITIVE_INFINITY : Number(to)
    const tooMany = min > mostRepeats || (max > mostRepeats && max !== Number.POSITIVE_INFINITY)
    if (tooMany || max < min) throw new RegexpError("invalid repeat count", text)
    return { min, max }
  }

  /** After `(`: a group with its closing parenthesis, or flags for the rest of the group around it. */
  #group(flags: Flags, depth: number, start: number): { node: Node } | { flags: Flags } {
    const source = this.#source
    const inner = source.peek === "?" ? this.#groupHead(flags, start) : { flags, opens: true }
    if (!inner.opens) return { flags: inner.flags }
    const node = this.alternatives(inner.flags, depth + 1)
    if (!source.take(")")) throw new RegexpError("missing closing )", source.text)
    return { node }
  }

  #groupHead(flags: Flags, start: number): { flags: Flags; opens: boolean } {
    const source = this.#source
    const named = source.takeMatch(/\?P?<(?![=!])/y)
    if (named) {
      const [, name = ""] = source.takeMatch(/([^>]*)>/y) ?? []
      if (!/^\w+$/.test(name)) throw new RegexpError("invalid named capture", source.since(start))
      if (this.#names.has(name)) throw new RegexpError("duplicate capture group name", name)
      this.#names.add(name)
      return { flags, opens: true }
    }
    const [text, on = "", off, end] = source.takeMatch(/\?([imsU]*)(?:-([imsU]+))?([:)])/y) ?? []
    if (text === undefined || (text === "?)" && on === "")) {
      const wrong = source.takeMatch(/\?(<|[imsU-]*[^imsU:)-]|[imsU-]*\))/y)
      if (wrong) throw new RegexpError("invalid or unsupported Perl syntax", source.since(start))
      throw new RegexpError("missing closing )", source.text)
    }
    // U swaps greedy and lazy, which makes no difference to whether there is a match.
    const set = (flag: "i" | "m" | "s"): boolean =>
      off?.includes(flag) ? false : on.includes(flag) ? true : flags[flag]
    return { flags: { i: set("i"), m: set("m"), s: set("s") }, opens: end === ":" }
  }

  /** One character, class or assertion; several for quoted text. */
  #atoms(flags: Flags): Node[] {
    const source = this.#source
    const quoted = source.takeMatch(/\\Q(.*?)(?:\\E|$)/sy)
    if (quoted) return [...(quoted[1] ?? "")].map((char) => literal(char.codePointAt(0) ?? 0, flags))
    return [this.#atom(flags)]
  }

  #atom(flags: Flags): Node {
    const source = this.#source
    if (source.take("^")) return { is: "assert", what: flags.m ? "line-start" : "text-start" }
    if (source.take("$")) return { is: "assert", what: flags.m ? "line-end" : "text-end" }
    if (source.take(".")) return { is: "char", set: flags.s ? sets.anyChar : sets.anyButNewline }
    if (source.peek === "[") return { is: "char", set: parseClass(source, flags.i) }
    if (source.peek !== "\\") return literal(source.next(), flags)
    if (source.take("\\A")) return { is: "assert", what: "text-start" }
    if (source.take("\\z")) return { is: "assert", what: "text-end" }
    if (source.take("\\b")) return { is: "assert", what: "word" }
    if (source.take("\\B")) return { is: "assert", what: "not-word" }
    const set = parseClassEscape(source)
    if (set) return { is: "char", set: flags.i ? sets.foldCase(set) : set }
    return literal(parseEscape(source), flags)
  }
}

const literal = (c: number, { i }: Flags): Node => {
  const set = sets.single(c)
  return { is: "char", set: i ? sets.foldCase(set) : set }
}

/** How often the innermost is repeated when all repetitions are multiplied; endless ones count by their minimum. */
const repeatsOf = (node: Node): number => {
  if (node.is === "all" || node.is === "any") return Math.max(1, ...node.of.map(repeatsOf))
  if (node.is !== "repeat") return 1
  const times = Number.isFinite(node.max) ? node.max : node.min
  return Math.max(1, times) * repeatsOf(node.node)
}
