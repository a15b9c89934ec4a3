// The fields of a space-delimited message: words, and what stands in double quotes or in brackets.

/** A field, and where what follows it begins. */
export interface Field {
  readonly value: string
  readonly end: number
}

const closers: Readonly<Record<string, string>> = { '"': '"', "[": "]" }

/** The first fields of a message, at most `most`. */
export const fieldsOf = (message: string, most = Number.POSITIVE_INFINITY): readonly Field[] => {
  const fields: Field[] = []
  const word = /\S+/g
  // A bracket or quote that nothing closes is a part of its word. Once there is no closing one, there is none later.
  const unclosed = new Set<string>()
  while (fields.length < most) {
    const found = word.exec(message)
    if (!found) break
    const closer = closers[message[found.index] ?? ""]
    const end = closer === undefined || unclosed.has(closer) ? -1 : message.indexOf(closer, found.index + 1)
    if (end >= 0) {
      fields.push({ value: message.slice(found.index + 1, end), end: end + 1 })
      word.lastIndex = end + 1
      continue
    }
    if (closer !== undefined) unclosed.add(closer)
    fields.push({ value: found[0], end: word.lastIndex })
  }
  return fields
}
