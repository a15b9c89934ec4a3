// Where the statements of a policy stand in its text: simulations answer with lines and columns.

export interface Position {
  readonly Line: number
  readonly Column: number
}

export interface Span {
  readonly start: Position
  readonly end: Position
}

/** The spans of a document's statements, in their order. The text has been read as JSON before. */
export const statementSpans = (text: string): readonly Span[] => {
  const spans: Span[] = []
  let depth = 0
  let inStatement = false
  let opened = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '"') {
      const end = endOfString(text, i)
      if (depth === 1 && text.slice(i, end + 1) === '"Statement"' && /^\s*:/.test(text.slice(end + 1)))
        inStatement = true
      else if (depth === 1 && /^\s*:/.test(text.slice(end + 1))) inStatement = false
      i = end
    } else if (c === "{" || c === "[") {
      depth += 1
      if (c === "{" && inStatement && opened === 0 && depth > 1) {
        opened = depth
        spans.push({ start: positionAt(text, i), end: positionAt(text, i) })
      }
    } else if (c === "}" || c === "]") {
      if (opened === depth) {
        const last = spans.pop()
        if (last) spans.push({ start: last.start, end: positionAt(text, i + 1) })
        opened = 0
      }
      depth -= 1
    }
  }
  return spans
}

const endOfString = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === "\\") i += 1
    else if (text[i] === '"') return i
  }
  return text.length
}

/** Lines and columns count from one. */
const positionAt = (text: string, at: number): Position => {
  const before = text.slice(0, at)
  return { Line: before.split("\n").length, Column: at - before.lastIndexOf("\n") }
}
