// Splits a stream of bytes into lines of text, with a bound on their length.

/** What becomes of what is read. */
export interface LineReaderOptions {
  /** A whole line, without its end; empty ones are left out. */
  readonly line: (text: string) => void
  /** How many bytes a line may have. */
  readonly limit: number
  /** A line is longer than that: nothing more is read, and the sender should be left. */
  readonly tooLong: () => void
}

/** Answers the function that takes the chunks of a stream as they come. */
export const lineReader = ({ line, limit, tooLong }: LineReaderOptions): ((chunk: Buffer) => void) => {
  let pending: Buffer[] = []
  let length = 0
  let over = false
  /** Whether a line may have so many bytes more; says once that it may not. */
  const isRoomFor = (more: number): boolean => {
    length += more
    if (length <= limit) return true
    over = true
    pending = []
    tooLong()
    return false
  }
  return (chunk) => {
    if (over) return
    let rest = chunk
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (!isRoomFor(end)) return
      const text = Buffer.concat([...pending, rest.subarray(0, end)]).toString("utf8")
      pending = []
      length = 0
      rest = rest.subarray(end + 1)
      if (text !== "") line(text)
    }
    if (isRoomFor(rest.length) && rest.length > 0) pending.push(rest)
  }
}
