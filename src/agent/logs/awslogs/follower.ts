// Follows one container's file and delivers its lines to CloudWatch Logs: reader → decoder → delivery, driven by what
// the file system says. All positions are in the checkpoint, so that a follower may end anywhere.
import { type Cancel, delay, errorFields } from "../../../kernel/index.ts"
import type { Followed, Follower, FollowerParts } from "../follower.ts"
import { JsonFileDecoder } from "../json-file/decode.ts"
import { JsonFileReader } from "../json-file/reader.ts"
import { watchLog } from "../json-file/watch.ts"
import { Delivery } from "./delivery.ts"
import { destinationOf } from "./destination.ts"
import { createStream } from "./streams.ts"

/** After each read we let a little time pass, so that a chatty container costs fifty reads a second and not thousands. */
const restAfterRead = 20

/** A FollowerResolver for the driver `awslogs`. */
export const followAwslogs = (followed: Followed, parts: FollowerParts): Follower | undefined => {
  const { task, container } = followed
  const destination = destinationOf(task, container)
  const stream = destination?.stream
  return destination && stream ? new AwslogsFollower(followed, parts, { ...destination, stream }) : undefined
}

class AwslogsFollower implements Follower {
  readonly #reader: JsonFileReader
  readonly #delivery: Delivery
  readonly #decoder = new JsonFileDecoder()
  readonly #parts: FollowerParts
  readonly #followed: Followed
  readonly #unwatch: Cancel
  readonly #stopping = new AbortController()
  #pumping: Promise<void> | undefined
  #again = false
  #finished: Promise<void> | undefined
  #broken = false

  constructor(
    followed: Followed,
    parts: FollowerParts,
    destination: { group: string; stream: string; createGroup: boolean },
  ) {
    const { runtimeId, path } = followed
    const { checkpoint, clock, logs } = parts
    const log = parts.log.child({ task: followed.task.arn, container: followed.container.name })
    const position = checkpoint.logPosition(runtimeId)
    this.#parts = { ...parts, log }
    this.#followed = followed
    this.#reader = new JsonFileReader({
      path,
      position,
      onLoss: () => log.error("Log lines are lost: the container wrote more than its rotated log files keep"),
    })
    this.#delivery = new Delivery({
      logs,
      clock,
      log,
      position,
      source: runtimeId,
      group: destination.group,
      stream: destination.stream,
      createStream: () => createStream(logs, destination, destination.stream),
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
    this.#unwatch()
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
      await delay(this.#parts.clock, restAfterRead, this.#stopping.signal)
    }
  }

  /** Reads to the end of what is there. */
  async #readOn(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        const lines = await this.#reader.next()
        if (!lines || this.#stopping.signal.aborted) return
        let boundary: number | undefined
        for (const { raw, end } of lines) {
          this.#delivery.add(this.#decoder.line(raw, end))
          if (this.#decoder.atBoundary) boundary = end
        }
        if (boundary !== undefined) this.#delivery.boundary({ offset: boundary, file: this.#reader.file })
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

  async #finish(): Promise<void> {
    this.#unwatch()
    await this.#pumping
    if (!this.#broken) await this.#readOn()
    if (this.#stopping.signal.aborted) return
    this.#delivery.add(this.#decoder.finish(this.#reader.offset))
    await this.#delivery.end()
    await this.#reader.close()
  }

  async #release(): Promise<void> {
    await this.#pumping
    await this.#reader.close()
  }
}
