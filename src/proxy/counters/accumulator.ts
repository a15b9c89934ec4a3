// What is counted in one minute in one place. The path of every request goes through `add`: a few additions, no more.

/** Values of a minute as CloudWatch's sets have them. */
export interface ValueSet {
  sum: number
  count: number
  minimum: number
  maximum: number
}

/** Counts events: each call is one value of the set. */
export class Counter {
  #sum = 0
  #count = 0
  #minimum = Number.POSITIVE_INFINITY
  #maximum = Number.NEGATIVE_INFINITY

  add(value: number): void {
    this.#sum += value
    this.#count++
    if (value < this.#minimum) this.#minimum = value
    if (value > this.#maximum) this.#maximum = value
  }

  get sum(): number {
    return this.#sum
  }

  /** What came since it was taken last; nothing when nothing did, or only zeros: AWS publishes counters that counted. */
  take(): ValueSet | undefined {
    if (this.#count === 0) return undefined
    const set = { sum: this.#sum, count: this.#count, minimum: this.#minimum, maximum: this.#maximum }
    this.#sum = 0
    this.#count = 0
    this.#minimum = Number.POSITIVE_INFINITY
    this.#maximum = Number.NEGATIVE_INFINITY
    return set.maximum > 0 ? set : undefined
  }
}

/** How many there are at a time: connections, flows. A minute's value is the mean over time, with the least and the most. */
export class Level {
  #now = 0
  #area = 0
  #least = 0
  #most = 0
  #from: number
  #since: number
  readonly #clock: () => number

  constructor(clock: () => number) {
    this.#clock = clock
    this.#since = clock()
    this.#from = this.#since
  }

  get current(): number {
    return this.#now
  }

  add(change: number): void {
    this.#pass(this.#clock())
    this.#now += change
    if (this.#now > this.#most) this.#most = this.#now
    if (this.#now < this.#least) this.#least = this.#now
  }

  take(): ValueSet | undefined {
    const at = this.#clock()
    this.#pass(at)
    const length = at - this.#from
    const mean = length > 0 ? this.#area / length : this.#now
    const set = { sum: mean, count: 1, minimum: this.#least, maximum: this.#most }
    this.#area = 0
    this.#from = at
    this.#least = this.#now
    this.#most = this.#now
    return set.maximum > 0 ? set : undefined
  }

  #pass(at: number): void {
    this.#area += this.#now * Math.max(0, at - this.#since)
    this.#since = at
  }
}

/** What is looked up once a minute, and published also when it is 0: how many hosts are healthy. */
export class Reading {
  #value: number | undefined

  set(value: number): void {
    this.#value = value
  }

  take(): ValueSet | undefined {
    const value = this.#value
    this.#value = undefined
    return value === undefined ? undefined : { sum: value, count: 1, minimum: value, maximum: value }
  }
}
