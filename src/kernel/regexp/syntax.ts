// What a parsed regular expression consists of, and the errors of parsing in the words of Go's regexp/syntax, which
// Docker hands on to its users. Types only, but for the error.

/** Whether a code point is one of a set. */
export type CharSet = (codePoint: number) => boolean

export type Assertion = "text-start" | "text-end" | "line-start" | "line-end" | "word" | "not-word"

/** Captures and greed are left out: all that is asked is whether there is a match. */
export type Node =
  | { readonly is: "char"; readonly set: CharSet }
  | { readonly is: "assert"; readonly what: Assertion }
  | { readonly is: "all"; readonly of: readonly Node[] }
  | { readonly is: "any"; readonly of: readonly Node[] }
  | { readonly is: "repeat"; readonly node: Node; readonly min: number; readonly max: number }

/** Go's ErrorCode of regexp/syntax: the texts are what users see. */
export type RegexpProblem =
  | "expression nests too deeply"
  | "expression too large"
  | "invalid character class range"
  | "invalid escape sequence"
  | "invalid named capture"
  | "duplicate capture group name"
  | "invalid nested repetition operator"
  | "invalid or unsupported Perl syntax"
  | "invalid repeat count"
  | "missing argument to repetition operator"
  | "missing closing )"
  | "missing closing ]"
  | "trailing backslash at end of expression"
  | "unexpected )"

/** See {@link RegexpProblem}; the message is Go's. */
export class RegexpError extends Error {
  constructor(problem: RegexpProblem, at: string) {
    super(`error parsing regexp: ${problem}: \`${at}\``)
    this.name = "RegexpError"
  }
}
