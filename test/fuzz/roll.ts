// The dice of the fuzzer: small, fast and seeded. An input depends on the seed and its number alone, so that one input can
// be made again without all that came before it.

/** A stream of random numbers. */
export class Roll {
  #state = 0

  /** Begins the stream of input `number` of a run. */
  begin(seed: number, number: number): this {
    // Two rounds of a mixer, or neighbouring numbers would begin alike.
    let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35)
    h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
    this.#state = (h ^ (h >>> 12)) >>> 0
    return this
  }

  /** 32 random bits (mulberry32). */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return limit <= 1 ? 0 : this.bits() % limit
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.bits() % times === 0
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }
}
