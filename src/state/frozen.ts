// Makes a row what a record has to be: plain JSON data, deeply frozen. What JSON would silently change or lose
// is refused here, so that a record reads the same after a restart.
import type { Row } from "./table.ts"

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const refuse = (what: string, path: string): never => {
  throw new TypeError(`A record holds JSON only, not ${what} at ${path}`)
}

const freezeValue = (value: unknown, path: string): unknown => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : refuse(String(value), path)
    case "object":
      if (value === null) return value
      // Rows share their parts with the rows before them; only what is new is walked.
      if (Object.isFrozen(value) && (Array.isArray(value) || isPlain(value))) return value
      if (Array.isArray(value)) return freezeArray(value, path)
      return isPlain(value) ? freezeObject(value, path) : refuse(value.constructor.name, path)
    default:
      return refuse(typeof value, path)
  }
}

const freezeArray = (list: readonly unknown[], path: string): unknown => {
  let copy: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const element = freezeValue(list[i], `${path}[${i}]`)
    if (element !== list[i]) {
      copy ??= [...list]
      copy[i] = element
    }
  }
  return Object.freeze(copy ?? list)
}

const freezeObject = (object: object, path: string): object => {
  const source = object as Record<string, unknown>
  let clean = true
  for (const name of Object.keys(source)) {
    const member = source[name]
    // JSON drops members without a value, so the record has none either.
    if (member === undefined || freezeValue(member, `${path}.${name}`) !== member) clean = false
  }
  if (clean) return Object.freeze(object)
  // fromEntries defines members, so that one named __proto__ stays a member.
  const kept = Object.entries(source).filter(([, member]) => member !== undefined)
  return Object.freeze(Object.fromEntries(kept.map(([name, member]) => [name, freezeValue(member, `${path}.${name}`)])))
}

/**
 * Freezes `row` and everything in it, and returns it; a copy when it had members that are `undefined`, which a record
 * leaves out. Parts that are frozen already are taken to be frozen all the way down. Throws a TypeError naming the
 * place of a value that JSON cannot keep (a Date, NaN, a function). `name` is what the message calls the row.
 */
export const freezeRow = <R extends Row>(row: R, name: string): R => {
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw new TypeError(`${name} is not a record`)
  return freezeValue(row, name) as R
}
