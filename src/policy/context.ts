// What is known of a request besides who, what and on what: condition keys and their values. Keys are not case-sensitive,
// so they are kept and asked for in lower case, tag keys too.

export type ContextValue = string | readonly string[]

/** Values by key in lower case. A Map is one. */
export interface Context {
  get(key: string): ContextValue | undefined
}

/** The entries that have a value, under their lower-case names. */
export const contextOf = (entries: Readonly<Record<string, ContextValue | undefined>>): Context => {
  const context = new Map<string, ContextValue>()
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) context.set(key.toLowerCase(), value)
  return context
}

/** The first context that has the key answers. */
export const firstOf = (...contexts: readonly Context[]): Context => ({
  get: (key) => {
    for (const context of contexts) {
      const value = context.get(key)
      if (value !== undefined) return value
    }
    return undefined
  },
})
