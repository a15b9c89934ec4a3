// The fields of a space-delimited message: words, and what stands in double quotes or in brackets.

/** A field: its value is the message from `from` to `to`, and what follows it begins at `end`. */
export interface Field {
  readonly from: number
  readonly to: number
  readonly end: number
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** The place of the first character from `at` on that is, or is no, space. */
const skip = (message: string, at: number, spaces: boolean): number => {
  let place = at
  while (place < message.length && isSpace(message.charCodeAt(place)) === spaces) place++
  return place
}

const closers: Readonly<Record<string, string>> = { '"': '"', "[": "]" }

/** The first fields of a message, at most `most`. */
export const fieldsOf = (message: string, most = Number.POSITIVE_INFINITY): readonly Field[] => {
  const fields: Field[] = []
  // A bracket or quote that nothing closes is a part of its word. Once there is no closing one, there is none later.
  const unclosed = new Set<string>()
  let at = skip(message, 0, true)
  while (at < message.length && fields.length < most) {
    const closer = closers[message[at] ?? ""]
    const close = closer === undefined || unclosed.has(closer) ? -1 : message.indexOf(closer, at + 1)
    if (close < 0 && closer !== undefined) unclosed.add(closer)
    const end = close < 0 ? skip(message, at, false) : close + 1
    fields.push(close < 0 ? { from: at, to: end, end } : { from: at + 1, to: close, end })
    at = skip(message, end, true)
  }
  return fields
}
