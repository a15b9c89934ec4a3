// A binary heap whose items know where they stand, so that one that has changed is moved and nothing else is looked at.

/** What can stand in a heap: in one at a time. */
export interface HeapItem {
  /** Its place, kept by the heap. */
  at: number
}

/** See the head of the file. `before` says which of two comes out first. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get top(): T | undefined {
    return this.#items[0]
  }

  get size(): number {
    return this.#items.length
  }

  /** Puts in many at once, which costs less than one after the other. The heap is empty before. */
  fill(items: readonly T[]): void {
    for (const item of items) {
      item.at = this.#items.length
      this.#items.push(item)
    }
    for (let at = (items.length >> 1) - 1; at >= 0; at -= 1) this.#sink(this.#items[at] as T)
  }

  push(item: T): void {
    this.#items.push(item)
    item.at = this.#items.length - 1
    this.#rise(item)
  }

  /** Takes an item out, wherever it stands. */
  remove(item: T): void {
    const last = this.#items.pop()
    if (!last || last === item) return
    this.#items[item.at] = last
    last.at = item.at
    this.moved(last)
  }

  /** To be called when the order of an item has changed. */
  moved(item: T): void {
    this.#rise(item)
    this.#sink(item)
  }

  #rise(item: T): void {
    while (item.at > 0) {
      const parent = this.#items[(item.at - 1) >> 1]
      if (!parent || !this.#before(item, parent)) return
      this.#swap(item, parent)
    }
  }

  #sink(item: T): void {
    for (;;) {
      const left = this.#items[2 * item.at + 1]
      const right = this.#items[2 * item.at + 2]
      const child = left && right && this.#before(right, left) ? right : left
      if (!child || !this.#before(child, item)) return
      this.#swap(item, child)
    }
  }

  #swap(a: T, b: T): void {
    const { at } = a
    a.at = b.at
    b.at = at
    this.#items[a.at] = a
    this.#items[b.at] = b
  }
}
