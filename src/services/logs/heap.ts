// Keeps the first of many things at hand while it changes, goes, or others come.

/** See the head of the file. `before` says which of two comes first. */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const above = (at - 1) >> 1
      const other = items[above] as T
      if (!this.#before(item, other)) break
      items[at] = other
      at = above
    }
    items[at] = item
  }

  /** Takes the first out. */
  shift(): void {
    const last = this.#items.pop()
    if (last === undefined || this.#items.length === 0) return
    this.#items[0] = last
    this.settle()
  }

  /** Finds the place of the first after it has changed. */
  settle(): void {
    const items = this.#items
    const item = items[0]
    if (item === undefined) return
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      if (left >= items.length) break
      const below = right < items.length && this.#before(items[right] as T, items[left] as T) ? right : left
      const other = items[below] as T
      if (!this.#before(other, item)) break
      items[at] = other
      at = below
    }
    items[at] = item
  }
}
