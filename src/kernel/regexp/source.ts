// A pattern that is being read: where we are in it, and what comes next.

/** See the head of the file. */
export class Source {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  /** The next UTF-16 unit; empty at the end. */
  get peek(): string {
    return this.text[this.at] ?? ""
  }

  /** Whether `expected` comes next; if so it is passed. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** What a sticky pattern matches here; it is passed. */
  takeMatch(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at
    const found = sticky.exec(this.text)
    if (!found) return undefined
    this.at += found[0].length
    return found
  }

  /** The next code point, which is passed. */
  next(): number {
    const c = this.text.codePointAt(this.at) ?? 0
    this.at += c > 0xffff ? 2 : 1
    return c
  }

  since(start: number): string {
    return this.text.slice(start, this.at)
  }
}
