// Delivers the events of one container to its log stream, in order and once: every call says by its token which bytes
// of the container's log it stands for, and the service says which of them it has when that does not fit.
import { type Cancel, type Clock, errorFields, Fault, type Log, pauseAfter } from "../../../kernel/index.ts"
import type { AwsCall, LogPosition } from "../../types.ts"
import { bytesOf, eventOverhead, fillBatch } from "./batch.ts"
import type { Boundary } from "./events.ts"
import { beyond, type LogEvent } from "./join.ts"
import { Overflow } from "./overflow.ts"

export interface DeliveryOptions {
  readonly logs: AwsCall<"logs">
  readonly group: string
  readonly stream: string
  /** Names the container for ever: its runtime id. */
  readonly source: string
  readonly position: LogPosition | undefined
  /**
   * Set for a non-blocking logger: while the service takes nothing, this much is kept and the newest is dropped. Without it
   * reading pauses, and the container's file keeps what comes.
   */
  readonly bufferBytes?: number
  /** Makes the stream, when the service says that it is not there. */
  createStream(): Promise<void>
  /** More is in the stream. Called before the next batch is sent. */
  onCommitted(position: LogPosition): void
  readonly clock: Clock
  readonly log: Log
}

/** Lines are sent when this long nothing new came, … */
const quiet = 100
/** … and at the latest after this long. */
const longest = 1_000
/** More than this waiting in memory, and reading pauses. */
const backlogBytes = 4 * 1_048_576
/** So many refusals in a row, and a non-blocking logger keeps only its buffer, … */
const refusalsOfStall = 2
/**
 * … or so long without lines being taken. CloudWatch Logs is there when Docker looks for it; ours is started again now and then
 * with the rest of Roadstead, which no container should pay for with its lines.
 */
const silenceOfStall = 60_000
/** So many places to begin again are remembered while nothing is taken. */
const mostBoundaries = 256
const pauses = { first: 200, factor: 2, max: 10_000 }
/** Answers that stay the same until a user changes something. */
const hopeless = new Set([
  "ResourceNotFoundException",
  "AccessDeniedException",
  "InvalidParameterException",
  "UnrecognizedClientException",
  // The keys of a task that has stopped are over with it.
  "ExpiredTokenException",
])
/** How often such an answer is taken before the rest of a log of a container that is gone is given up. */
const hopelessLimit = 5

/** See the head of the file. */
export class Delivery {
  readonly #options: DeliveryOptions
  #waiting: LogEvent[] = []
  #waitingBytes = 0
  #committed: number
  #position: LogPosition
  #boundaries: Boundary[] = []
  #sending = false
  #ending = false
  #closed = false
  #firstAt = 0
  #failures = 0
  #refusals = 0
  #justMade = false
  #takesNoneSince: number | undefined
  readonly #overflow: Overflow | undefined
  #cancelTimer: Cancel = () => {}
  #roomWanted: (() => void)[] = []
  #emptyWanted: (() => void)[] = []

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#committed = options.position?.committed ?? 0
    this.#position = options.position ?? { committed: 0, decodeFrom: 0 }
    const { bufferBytes: bytes, log, group, stream } = options
    this.#overflow = bytes === undefined ? undefined : new Overflow({ bytes, log, group, stream })
  }

  /** Takes events in order; what the stream has already is dropped. */
  add(events: readonly LogEvent[]): void {
    const { clock } = this.#options
    const fresh = events.flatMap((event) => beyond(event, this.#committed) ?? [])
    if (fresh.length === 0 || this.#closed) return
    if (this.#waiting.length === 0) this.#firstAt = clock.now()
    for (const event of fresh) {
      if (this.#isStalled && !this.#fits(event)) continue
      this.#waiting.push(event)
      this.#waitingBytes += bytesOf(event)
    }
    // While a call runs, or waits to be tried again, new lines wait with it.
    if (this.#sending || this.#failures > 0) return
    this.#cancelTimer()
    this.#cancelTimer = clock.at(Math.min(clock.now() + quiet, this.#firstAt + longest), () => void this.#send())
    if (this.#waitingBytes >= backlogBytes / 4) void this.#send()
  }

  /** Says that nothing is open at `boundary`: what was added so far is all that came before it. */
  boundary(boundary: Boundary): void {
    if (boundary.offset <= this.#position.decodeFrom) return
    if (this.#boundaries.length >= mostBoundaries) this.#boundaries.pop()
    this.#boundaries.push(boundary)
    if (this.#waiting.length === 0) this.#keep()
  }

  /** Undefined while there is room for more, else settles when there is again. */
  room(): Promise<void> | undefined {
    if (this.#waitingBytes < backlogBytes || this.#closed || this.#isStalled) return undefined
    return new Promise((resolve) => this.#roomWanted.push(resolve))
  }

  /** Whether lines are dropped rather than kept: the logger may not block, and the service takes nothing. */
  get #isStalled(): boolean {
    if (!this.#overflow) return false
    const since = this.#takesNoneSince
    return (
      this.#refusals >= refusalsOfStall || (since !== undefined && this.#options.clock.now() - since >= silenceOfStall)
    )
  }

  #fits(event: LogEvent): boolean {
    const text = this.#waitingBytes - this.#waiting.length * eventOverhead
    return this.#overflow?.admits(event, text, this.#waiting.length === 0) ?? true
  }

  /** Nothing will be added any more: sends the rest at once. Settles when it is delivered, given up, or `close` was called. */
  async end(): Promise<void> {
    this.#ending = true
    // What failed before the end does not count against the last attempts.
    this.#failures = Math.min(this.#failures, 1)
    if (this.#waiting.length === 0 && !this.#sending) return
    const empty = new Promise<void>((resolve) => this.#emptyWanted.push(resolve))
    void this.#send()
    await empty
  }

  /** Tries again now what waits for its next attempt: the control plane was just reached. */
  kick(): void {
    if (this.#failures > 0) void this.#send()
  }

  close(): void {
    this.#closed = true
    this.#cancelTimer()
    this.#overflow?.over()
    this.#tell()
  }

  async #send(): Promise<void> {
    this.#cancelTimer()
    if (this.#sending || this.#closed) return
    this.#sending = true
    while (this.#waiting.length > 0 && !this.#closed) {
      const pause = await this.#put()
      if (pause === 0 || this.#closed) continue
      this.#sending = false
      this.#cancelTimer = this.#options.clock.at(this.#options.clock.now() + pause, () => void this.#send())
      return
    }
    this.#sending = false
    this.#tell()
  }

  /** One call; answers how long to wait before the next. */
  async #put(): Promise<number> {
    const { logs, group, stream, source, clock, log } = this.#options
    const batch = fillBatch(this.#waiting, clock.now())
    const from = this.#committed
    try {
      const { rejectedLogEventsInfo: rejected } = await logs("PutLogEvents", {
        logGroupName: group,
        logStreamName: stream,
        logEvents: batch.events,
        sequenceToken: tokenOf(source, from, batch.to),
      })
      if (rejected) log.warn("The log service took a batch without some of its events", { stream, ...rejected })
      this.#advance(batch.to)
      return 0
    } catch (error) {
      const has = error instanceof Fault ? committedBy(error, source) : undefined
      if (has !== undefined && has !== from) {
        log.info("The log stream has other lines than we thought", { stream, from, has })
        this.#advance(has)
        return 0
      }
      return this.#failed(error)
    }
  }

  #advance(committed: number): void {
    if (this.#closed) return
    this.#failures = 0
    this.#refusals = 0
    this.#justMade = false
    this.#takesNoneSince = undefined
    this.#overflow?.over()
    this.#committed = committed
    const at = this.#waiting.findIndex((event) => event.end > committed)
    const first = this.#waiting[at]
    const left = first && beyond(first, committed)
    const gone = at < 0 ? this.#waiting : this.#waiting.slice(0, at + 1)
    for (const event of gone) this.#waitingBytes -= bytesOf(event)
    if (left) this.#waitingBytes += bytesOf(left)
    this.#waiting = [...(left ? [left] : []), ...this.#waiting.slice(gone.length)]
    this.#firstAt = this.#options.clock.now()
    this.#keep()
    if (this.#waitingBytes < backlogBytes / 2) this.#tellRoom()
  }

  /** Hands on how far we are, and the last boundary before what still waits. */
  #keep(): void {
    const next = this.#waiting[0]?.end ?? Number.POSITIVE_INFINITY
    let passed: Boundary | undefined
    while (this.#boundaries[0] && this.#boundaries[0].offset < next) passed = this.#boundaries.shift()
    this.#position = {
      ...this.#position,
      committed: this.#committed,
      ...(passed && { decodeFrom: passed.offset, ...(passed.file && { file: passed.file }) }),
    }
    this.#options.onCommitted(this.#position)
  }

  async #failed(error: unknown): Promise<number> {
    const { log, stream, group, clock, createStream } = this.#options
    this.#failures++
    if (this.#closed) return 0
    if (error instanceof Fault && hopeless.has(error.code)) this.#refusals++
    this.#takesNoneSince ??= clock.now()
    if (this.#isStalled) this.#tellRoom()
    // A stream that was just made and is not there is not made again without a pause.
    const makes = error instanceof Fault && error.code === "ResourceNotFoundException" && !this.#justMade
    this.#justMade = false
    if (makes) {
      try {
        await createStream()
        this.#justMade = true
        return 0
      } catch (refused) {
        log.debug("A log stream could not be made", { group, stream, ...errorFields(refused) })
      }
    }
    if (this.#ending && this.#failures >= hopelessLimit && error instanceof Fault && hopeless.has(error.code)) {
      log.error("The last log lines of a container cannot be delivered and are given up", {
        group,
        stream,
        ...errorFields(error),
      })
      this.close()
      return 0
    }
    const pause = pauseAfter(pauses, this.#failures)
    const level = this.#failures > 3 ? "error" : "warn"
    log[level]("Log lines could not be delivered and will be tried again", {
      group,
      stream,
      retryInMs: pause,
      ...errorFields(error),
    })
    return pause
  }

  #tell(): void {
    this.#tellRoom()
    for (const resolve of this.#emptyWanted.splice(0)) resolve()
  }

  #tellRoom(): void {
    for (const resolve of this.#roomWanted.splice(0)) resolve()
  }
}

/** `roadstead:<source>:<from>:<to>`: these events are the bytes from `from` to `to` of the source's log. */
export const tokenOf = (source: string, from: number, to: number): string => `roadstead:${source}:${from}:${to}`

/** What the service has of the source, when that is what it says: `expectedSequenceToken` is `roadstead:<source>:<committed>`. */
const committedBy = (error: Fault, source: string): number | undefined => {
  if (error.code !== "InvalidSequenceTokenException" && error.code !== "DataAlreadyAcceptedException") return undefined
  const expected = error.fields.expectedSequenceToken
  const head = `roadstead:${source}:`
  if (typeof expected !== "string" || !expected.startsWith(head)) return undefined
  const committed = Number(expected.slice(head.length))
  return Number.isSafeInteger(committed) && committed >= 0 ? committed : undefined
}
