// One condition of a filter pattern, `= "x*"` or `> 3` or `= %re%`, and how conditions are joined. JSON and
// space-delimited patterns share them; what a condition is asked about differs.
import type { Regex } from "./regex.ts"
import { badTerm, PatternRefused, type Scanner } from "./scanner.ts"

/** What a condition is asked about. */
export interface Subject {
  /** The text as it stands in the message, of a number too. */
  readonly text: string
}

/** A condition, or several that are joined. */
export type Test<S> = (subject: S) => boolean

type Operator = "=" | "!=" | "<" | "<=" | ">" | ">="
const operators: readonly Operator[] = ["!=", "<=", ">=", "=", "<", ">"]

type Wanted =
  | { readonly kind: "regex"; readonly regex: Regex }
  | { readonly kind: "number"; readonly number: number; readonly text: string }
  | { readonly kind: "text"; readonly is: Test<string>; readonly raw: string }

const numeric = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** A text that is compared by an asterisk at its beginning and end; one in between is an asterisk. */
const wildcard = (wanted: string): Test<string> => {
  if (/^\*+$/.test(wanted)) return () => true
  const open = wanted.startsWith("*")
  const goesOn = wanted.endsWith("*")
  const core = wanted.slice(open ? 1 : 0, goesOn ? -1 : undefined)
  if (open && goesOn) return (text) => text.includes(core)
  if (open) return (text) => text.endsWith(core)
  if (goesOn) return (text) => text.startsWith(core)
  return (text) => text === core
}

/** What a value is compared with: in quotes a text, without them a number if it is one. */
const readWanted = (scanner: Scanner): Wanted => {
  const from = scanner.at
  const regex = scanner.regex()
  if (regex) return { kind: "regex", regex }
  const quoted = scanner.quoted()
  if (quoted !== undefined) {
    return { kind: "text", is: wildcard(quoted), raw: scanner.text.slice(from, scanner.at) }
  }
  const word = scanner.take(/[A-Za-z0-9_.*+-]+/y)
  // AWS: strings with other characters must be in quotes.
  if (word === undefined || !delimited(scanner)) throw scanner.bad()
  return numeric.test(word)
    ? { kind: "number", number: Number(word), text: word }
    : { kind: "text", is: wildcard(word), raw: word }
}

const delimited = (scanner: Scanner): boolean => /[\s)}\],&|]/.test(scanner.text[scanner.at] ?? " ")

const numberOf = (text: string): number => (numeric.test(text) ? Number(text) : Number.NaN)

/** By value, as long as a number can hold it: two ids of twenty digits are not the same because they are near. */
const sameNumber = (text: string, wanted: { readonly number: number; readonly text: string }): boolean => {
  if (text === wanted.text) return true
  const number = numberOf(text)
  return number === wanted.number && Math.abs(number) <= Number.MAX_SAFE_INTEGER
}

/** An operator and what follows it. */
export const readCondition = (scanner: Scanner): Test<Subject> => {
  const operator = operators.find((one) => scanner.take(one) !== undefined)
  if (!operator) throw scanner.bad()
  scanner.space()
  const wanted = readWanted(scanner)
  if (operator === "=" || operator === "!=") {
    const yes = operator === "="
    switch (wanted.kind) {
      case "regex":
        return ({ text }) => wanted.regex.test(text) === yes
      case "number":
        return ({ text }) => sameNumber(text, wanted) === yes
      case "text":
        return ({ text }) => wanted.is(text) === yes
    }
  }
  if (wanted.kind === "text") throw badTerm(wanted.raw)
  if (wanted.kind === "regex") throw new PatternRefused()
  const { number } = wanted
  // What is no number is NaN, and that is neither less nor more than anything.
  switch (operator) {
    case "<":
      return ({ text }) => numberOf(text) < number
    case "<=":
      return ({ text }) => numberOf(text) <= number
    case ">":
      return ({ text }) => numberOf(text) > number
    case ">=":
      return ({ text }) => numberOf(text) >= number
  }
}

/** Parentheses in parentheses cost stack; AWS names no bound. */
const deepest = 100

/** `a && b || (c)`, with AND before OR; `leaf` reads what is joined. */
export const readExpression = <S>(scanner: Scanner, leaf: () => Test<S>): Test<S> => {
  let depth = 0
  const one = (): Test<S> => {
    scanner.space()
    if (!scanner.take("(")) return leaf()
    if (++depth > deepest) throw new PatternRefused()
    const inside = either()
    if (!scanner.take(")")) throw scanner.bad()
    depth--
    return inside
  }
  const joined = (word: string, part: () => Test<S>): Test<S>[] => {
    const parts = [part()]
    for (scanner.space(); scanner.take(word); scanner.space()) parts.push(part())
    return parts
  }
  const both = (): Test<S> => {
    const [only, ...more] = joined("&&", one)
    if (!only) throw new PatternRefused()
    return more.length === 0 ? only : (subject) => only(subject) && more.every((test) => test(subject))
  }
  const either = (): Test<S> => {
    const [only, ...more] = joined("||", both)
    if (!only) throw new PatternRefused()
    return more.length === 0 ? only : (subject) => only(subject) || more.some((test) => test(subject))
  }
  return either()
}
