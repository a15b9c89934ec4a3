// A parsed expression as a program for a machine that is in many places at once: the automaton of Thompson. Pure.
import { type Assertion, type CharSet, type Node, RegexpError } from "./syntax.ts"

/** Where each instruction leads to are indexes into the program. */
export type Instruction =
  | { readonly op: "char"; readonly set: CharSet; readonly to: number }
  | { readonly op: "assert"; readonly what: Assertion; readonly to: number }
  | { readonly op: "fork"; readonly to: readonly number[] }
  | { readonly op: "match" }

/** Go's limit is on memory and of the same order. */
const mostInstructions = 20_000

/** The program's start is its last instruction, its `match` the first. */
export const programOf = (node: Node, pattern: string): readonly Instruction[] => {
  const program: Instruction[] = [{ op: "match" }]
  const put = (instruction: Instruction): number => {
    if (program.length >= mostInstructions) throw new RegexpError("expression too large", pattern)
    return program.push(instruction) - 1
  }
  /** Writes `node` so that it goes on at `to`; answers where it begins. */
  const write = (node: Node, to: number): number => {
    switch (node.is) {
      case "char":
        return put({ op: "char", set: node.set, to })
      case "assert":
        return put({ op: "assert", what: node.what, to })
      case "all":
        return node.of.reduceRight((next, one) => write(one, next), to)
      case "any":
        return put({ op: "fork", to: node.of.map((one) => write(one, to)) })
      case "repeat":
        return writeRepeat(node, to)
    }
  }
  const writeRepeat = ({ node, min, max }: Extract<Node, { is: "repeat" }>, to: number): number => {
    let next = to
    if (max === Number.POSITIVE_INFINITY) {
      // A loop leads back to an instruction that is written before what it repeats.
      const loop = put({ op: "fork", to: [] })
      program[loop] = { op: "fork", to: [to, write(node, loop)] }
      next = loop
    } else for (let i = min; i < max; i++) next = put({ op: "fork", to: [to, write(node, next)] })
    for (let i = 0; i < min; i++) next = write(node, next)
    return next
  }
  const start = write(node, 0)
  put({ op: "fork", to: [start] })
  return program
}
