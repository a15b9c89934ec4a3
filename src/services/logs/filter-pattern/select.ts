// Selectors of JSON patterns, `$.users[0].name`, `$.*`, `$.['a.b'][*]`, and the values of a message that they point to.
import { PatternRefused, type Scanner } from "./scanner.ts"

/** One step of a selector: a member, an element, or each of them. */
export type SelectorStep = string | number | typeof each
export type Selector = readonly SelectorStep[]

/** `[*]` and `.*`. */
export const each = Symbol("each")

/** A selector from its dollar sign on. */
export const readSelector = (scanner: Scanner): Selector => {
  const from = scanner.at
  if (!scanner.take("$")) throw scanner.bad()
  const steps: SelectorStep[] = []
  for (;;) {
    const dot = scanner.take(".") !== undefined
    if (scanner.take("[")) steps.push(readBracket(scanner))
    else if (!dot) break
    else if (scanner.take("*")) steps.push(each)
    else {
      const name = scanner.take(/[A-Za-z0-9_-]+/y)
      if (name === undefined) throw scanner.bad(from)
      steps.push(name)
    }
  }
  if (steps.length === 0) throw scanner.bad(from)
  // AWS: "You can only use up to one wildcard selector in a property selector".
  if (steps.filter((step) => step === each).length > 1) throw new PatternRefused()
  return steps
}

const readBracket = (scanner: Scanner): SelectorStep => {
  const step = readElement(scanner)
  if (!scanner.take("]")) throw scanner.bad()
  return step
}

const readElement = (scanner: Scanner): SelectorStep => {
  if (scanner.take("*")) return each
  const index = scanner.take(/\d{1,9}/y)
  if (index !== undefined) return Number(index)
  const name = scanner.take(/'[^']+'|"[^"]+"/y)
  if (name === undefined) throw scanner.bad()
  return name.slice(1, -1)
}

/** The values that a selector points to, in the order of the message; none when it points nowhere. */
export const select = (selector: Selector, root: unknown): readonly unknown[] => {
  let values: readonly unknown[] = [root]
  for (const step of selector) {
    values = values.flatMap((value) => {
      if (typeof value !== "object" || value === null) return []
      if (step === each) return Object.values(value)
      const found = Array.isArray(value) ? typeof step === "number" : typeof step === "string"
      return found && Object.hasOwn(value, step) ? [(value as Record<string | number, unknown>)[step]] : []
    })
  }
  return values
}
