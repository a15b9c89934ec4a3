// Remembers what was compiled: what comes out the same again is the same object, so that whoever compares or writes out a
// configuration looks only at what changed.

const sameValue = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, at) => Object.is(one, b[at])))

/** Member by member, and element by element of those that are lists; deeper things have to be the same objects. */
const isSame = (a: object, b: object): boolean => {
  const [was, is] = [Object.entries(a), b as Readonly<Record<string, unknown>>]
  return was.length === Object.keys(b).length && was.every(([name, value]) => name in is && sameValue(value, is[name]))
}

/** See the head of the file. */
export class Kept {
  #known = new Map<string, object>()
  #next = new Map<string, object>()

  /** The thing that was kept under this key, if it says the same. */
  keep<T extends object>(key: string, made: T): T {
    const known = (this.#next.get(key) ?? this.#known.get(key)) as T | undefined
    const kept = known && isSame(known, made) ? known : made
    this.#next.set(key, kept)
    return kept
  }

  /** Everything was compiled: what was not asked for since the last time is forgotten. */
  round(): void {
    this.#known = this.#next
    this.#next = new Map()
  }
}

/** What is made of a row, for as long as the row is the same record. */
export const memoised = <R extends object, T>(make: (row: R) => T): ((row: R) => T) => {
  const made = new WeakMap<R, { readonly value: T }>()
  return (row) => {
    const known = made.get(row)
    if (known) return known.value
    const value = make(row)
    made.set(row, { value })
    return value
  }
}
