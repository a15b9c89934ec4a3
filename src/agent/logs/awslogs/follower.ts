// Follows one container's file and delivers its lines to CloudWatch Logs: reader → events → delivery, driven by what
// the file system says. All positions are in the checkpoint, so that a follower may end anywhere.
import { type Cancel, delay, errorFields } from "../../../kernel/index.ts"
import type { Followed, Follower, FollowerParts } from "../follower.ts"
import { JsonFileReader } from "../json-file/reader.ts"
import { watchLog } from "../json-file/watch.ts"
import { Delivery } from "./delivery.ts"
import { type Destination, destinationOf } from "./destination.ts"
import { EventSource, type Events } from "./events.ts"
import { type AwslogsOptions, parseOptions } from "./options.ts"
import { createStream } from "./streams.ts"

/** After each read we let a little time pass, so that a chatty container costs fifty reads a second and not thousands. */
const restAfterRead = 20

/** A FollowerResolver for the driver `awslogs`. */
export const followAwslogs = (followed: Followed, parts: FollowerParts): Follower | undefined => {
  const { task, container } = followed
  const destination = destinationOf(task, container)
  const stream = destination?.stream
  if (!destination || !stream) return undefined
  return new AwslogsFollower(followed, parts, { ...destination, stream }, optionsOf(followed, parts))
}

/** What is wrong with options was found before the start; this container runs, and its lines must not be lost to them. */
const optionsOf = ({ task, container }: Followed, { log }: FollowerParts): AwslogsOptions => {
  try {
    return parseOptions(container.logOptions ?? {})
  } catch (error) {
    log.error("A container's log options cannot be used", { task: task.arn, ...errorFields(error) })
    return parseOptions({})
  }
}

class AwslogsFollower implements Follower {
  readonly #reader: JsonFileReader
  readonly #events: EventSource
  readonly #delivery: Delivery
  readonly #parts: FollowerParts
  readonly #followed: Followed
  readonly #options: AwslogsOptions
  readonly #unwatch: Cancel
  readonly #stopping = new AbortController()
  /** Aborted when there is no time to rest any more. */
  readonly #resting = new AbortController()
  #pumping: Promise<void> | undefined
  #again = false
  #finished: Promise<void> | undefined
  #broken = false
  #cancelFlush: Cancel | undefined

  constructor(
    followed: Followed,
    parts: FollowerParts,
    destination: Destination & { readonly stream: string },
    options: AwslogsOptions,
  ) {
    const { runtimeId, path } = followed
    const { checkpoint, clock, service } = parts
    const log = parts.log.child({ task: followed.task.arn, container: followed.container.name })
    const position = checkpoint.logPosition(runtimeId)
    const { committed, decodeFrom, file } = position ?? { committed: 0, decodeFrom: 0 }
    this.#parts = { ...parts, log }
    this.#followed = followed
    this.#options = options
    this.#reader = new JsonFileReader({
      path,
      position,
      onLoss: () => log.error("Log lines are lost: the container wrote more than its rotated log files keep"),
    })
    let saidSo = false
    const onGivenUp = () => {
      if (!saidSo)
        log.warn("A line takes too long to compare with awslogs-multiline-pattern; it goes on with the event")
      saidSo = true
    }
    const { newEvent } = options
    this.#events = new EventSource(
      { ...(newEvent && { newEvent }), committed, onGivenUp },
      { offset: decodeFrom, file },
    )
    this.#delivery = new Delivery({
      ...service(destination),
      clock,
      log,
      position,
      source: runtimeId,
      stream: destination.stream,
      ...(options.bufferBytes !== undefined && { bufferBytes: options.bufferBytes }),
      createStream: () => createStream(service, destination, destination.stream),
      onCommitted: (next) => {
        if (!this.#stopping.signal.aborted) checkpoint.saveLogPosition(runtimeId, next)
      },
    })
    this.#unwatch = watchLog(path, clock, () => this.#wake())
    this.#wake()
  }

  finish(): Promise<void> {
    this.#finished ??= this.#finish()
    return this.#finished
  }

  kick(): void {
    this.#delivery.kick()
  }

  close(): void {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    this.#resting.abort()
    this.#unwatch()
    this.#stopWaiting()
    this.#delivery.close()
    void this.#release()
  }

  #wake(): void {
    if (this.#broken || this.#finished || this.#stopping.signal.aborted) return
    this.#again = true
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined
    })
  }

  async #pump(): Promise<void> {
    while (this.#again && !this.#finished && !this.#stopping.signal.aborted) {
      this.#again = false
      await this.#readOn()
      await delay(this.#parts.clock, restAfterRead, this.#resting.signal)
    }
  }

  /** Reads to the end of what is there. */
  async #readOn(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        const lines = await this.#reader.next()
        if (!lines || this.#stopping.signal.aborted) return
        this.#deliver(this.#events.take(lines, this.#reader.file))
        await this.#delivery.room()
      }
    } catch (error) {
      // The file system refuses: nothing here can mend it, and the container's life must not depend on it.
      this.#broken = true
      this.#parts.log.error("A container's log file cannot be read", {
        path: this.#followed.path,
        ...errorFields(error),
      })
    }
  }

  #deliver({ events, boundary }: Events): void {
    this.#delivery.add(events)
    if (boundary) this.#delivery.boundary(boundary)
    // An event is open for as long as it may be from its first line on, however many lines follow it.
    if (events.length > 0) this.#stopWaiting()
    // At the end nothing waits: what is open is finished when all is read.
    if (!this.#events.isOpen || this.#cancelFlush || this.#finished) return
    const { clock } = this.#parts
    this.#cancelFlush = clock.at(clock.now() + this.#options.flushAfter, () => {
      this.#cancelFlush = undefined
      this.#deliver(this.#events.flush())
    })
  }

  #stopWaiting(): void {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
  }

  async #finish(): Promise<void> {
    this.#unwatch()
    this.#stopWaiting()
    // The end of the task waits for its last lines.
    this.#resting.abort()
    await this.#pumping
    if (!this.#broken) await this.#readOn()
    if (this.#stopping.signal.aborted) return
    this.#delivery.add(this.#events.finish(this.#reader.offset))
    await this.#delivery.end()
    await this.#reader.close()
  }

  async #release(): Promise<void> {
    await this.#pumping
    await this.#reader.close()
  }
}
