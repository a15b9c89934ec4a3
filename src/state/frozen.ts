// Makes a row what a record has to be: plain JSON data, deeply frozen. What JSON would silently change or lose
// is refused here, so that a record reads the same after a restart.
import type { Row } from "./table.ts"

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Freezes plain JSON from the inside out. Answers false, and leaves the outside as it is, when there is something else in it. */
const freezeJson = (value: unknown): boolean => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true
    case "number":
      return Number.isFinite(value)
    case "object":
      return value === null || freezeTree(value)
    default:
      return false
  }
}

const freezeTree = (value: object): boolean => {
  const isArray = Array.isArray(value)
  if (!isArray && !isPlain(value)) return false
  // Rows share their parts with the rows before them; only what is new is walked.
  if (Object.isFrozen(value)) return true
  if (isArray) {
    for (const element of value) if (!freezeJson(element)) return false
  } else {
    const members = value as Record<string, unknown>
    for (const name in members) if (!freezeJson(members[name])) return false
  }
  Object.freeze(value)
  return true
}

const refuse = (what: string, path: string): never => {
  throw new TypeError(`A record holds JSON only, not ${what} at ${path}`)
}

/** The slow way for a row with something else in it: a copy without the members that are undefined, or a refusal. */
const clean = (value: unknown, path: string): unknown => {
  if (freezeJson(value)) return value
  if (typeof value !== "object" || value === null) return refuse(String(value), path)
  if (Array.isArray(value)) return Object.freeze(Array.from(value, (element, i) => clean(element, `${path}[${i}]`)))
  if (!isPlain(value)) return refuse(value.constructor.name, path)
  // JSON drops members without a value, so the record has none either.
  const kept = Object.entries(value).filter(([, member]) => member !== undefined)
  // fromEntries defines members, so that one named __proto__ stays a member.
  return Object.freeze(Object.fromEntries(kept.map(([name, member]) => [name, clean(member, `${path}.${name}`)])))
}

/**
 * Freezes `row` and everything in it, and returns it; a copy when it had members that are `undefined`, which a record
 * leaves out. Parts that are frozen already are taken to be frozen all the way down. Throws a TypeError naming the
 * place of a value that JSON cannot keep (a Date, NaN, a function). `name` is what the message calls the row.
 */
export const freezeRow = <R extends Row>(row: R, name: string): R => {
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw new TypeError(`${name} is not a record`)
  return clean(row, name) as R
}
