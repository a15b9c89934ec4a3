// Reads the json-file log of one container from an offset, through rotation: a raw line at a time, each with the offset
// behind it. Offsets count all bytes ever written, so they go on from one file to the next. Decodes nothing.
import { type FileHandle, open } from "node:fs/promises"
import type { LogPosition } from "../../types.ts"
import { filesOf, markOf, sameFile } from "./files.ts"

export interface RawLine {
  readonly raw: string
  readonly end: number
}

/** How much is read at a time. */
const chunkBytes = 256 * 1024
const newline = 10

export interface ReaderOptions {
  /** Docker's name of the current file; rotated ones are `.1` (the newest of them), `.2`, …. */
  readonly path: string
  readonly position: LogPosition | undefined
  /** Lines are gone that nobody has read: the container wrote more than its rotated files hold. */
  onLoss(): void
}

/** See the head of the file. One caller at a time. */
export class JsonFileReader {
  readonly #path: string
  readonly #start: LogPosition | undefined
  readonly #onLoss: () => void
  #handle: FileHandle | undefined
  /** The offset of the open file's first byte. */
  #base: number
  /** How many of the open file's bytes were given out as lines. */
  #done = 0
  /** What was read behind them: the beginning of a line. */
  #rest: Buffer = Buffer.alloc(0)
  #mark: string | undefined

  constructor({ path, position, onLoss }: ReaderOptions) {
    this.#path = path
    this.#start = position
    this.#onLoss = onLoss
    this.#base = position?.file?.base ?? 0
  }

  /** The offset behind the last line that was given out. */
  get offset(): number {
    return this.#base + this.#done
  }

  /** The file that holds `offset`, for a position to keep; undefined before the first line of it. */
  get file(): LogPosition["file"] {
    return this.#mark === undefined ? undefined : { base: this.#base, mark: this.#mark }
  }

  /** The next lines, at least one; undefined when there are no more for now (or no file yet). Errors but ENOENT throw. */
  async next(): Promise<readonly RawLine[] | undefined> {
    this.#handle ??= await this.#openFirst()
    for (let handle = this.#handle; handle; handle = this.#handle) {
      const lines = await this.#read(handle)
      if (lines && lines.length > 0) return lines
      if (lines) continue
      const following = await this.#following(handle)
      if (!following) return undefined
      // Between our last read and the rotation more may have been written.
      const late = await this.#read(handle)
      if (!late) await this.#moveTo(following)
      else await following.close()
      if (late && late.length > 0) return late
    }
    return undefined
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  /** Complete lines, an empty list when a chunk held none, undefined at the end of the file. */
  async #read(handle: FileHandle): Promise<readonly RawLine[] | undefined> {
    const buffer = Buffer.allocUnsafe(this.#rest.length + chunkBytes)
    this.#rest.copy(buffer)
    const { bytesRead } = await handle.read(buffer, this.#rest.length, chunkBytes, this.#done + this.#rest.length)
    if (bytesRead === 0) {
      // With a single file Docker truncates it in place.
      const { size } = await handle.stat()
      if (size >= this.#done + this.#rest.length) return undefined
      this.#begin(this.offset)
      return []
    }
    const data = buffer.subarray(0, this.#rest.length + bytesRead)
    const lines: RawLine[] = []
    let from = 0
    for (let at = data.indexOf(newline); at >= 0; at = data.indexOf(newline, from)) {
      lines.push({ raw: data.toString("utf8", from, at), end: this.offset + at + 1 })
      from = at + 1
    }
    if (this.#mark === undefined && lines.length > 0) this.#mark = markOf(await handle.stat({ bigint: true }), data)
    this.#done += from
    this.#rest = Buffer.from(data.subarray(from))
    return lines
  }

  async #openFirst(): Promise<FileHandle | undefined> {
    const files = await filesOf(this.#path)
    const start = this.#start
    try {
      if (start?.file) {
        for (const file of files) {
          if ((await file.mark()) !== start.file.mark) continue
          this.#mark = start.file.mark
          this.#done = start.decodeFrom - start.file.base
          return file.take()
        }
        if (files.length === 0) return undefined
        this.#onLoss()
        this.#base = Math.max(start.committed, start.decodeFrom)
      }
      return files[0]?.take()
    } finally {
      await Promise.all(files.map((file) => file.close()))
    }
  }

  /** The file that comes after the open one, when Docker has begun another. */
  async #following(handle: FileHandle): Promise<FileHandle | undefined> {
    const mine = await handle.stat({ bigint: true })
    const current = await open(this.#path).catch(absent)
    if (!current) return undefined
    try {
      if (sameFile(mine, await current.stat({ bigint: true }))) return undefined
    } finally {
      await current.close()
    }
    const files = await filesOf(this.#path)
    try {
      const at = files.findIndex((file) => sameFile(mine, file.stat))
      // Rotated away under us: whether whole files were in between cannot be known.
      if (at < 0) this.#onLoss()
      return files[at + 1]?.take()
    } finally {
      await Promise.all(files.map((file) => file.close()))
    }
  }

  async #moveTo(following: FileHandle): Promise<void> {
    const old = this.#handle
    this.#handle = following
    // Half a line at the end of a rotated file will never be completed.
    this.#begin(this.offset + this.#rest.length)
    await old?.close()
  }

  #begin(base: number): void {
    this.#base = base
    this.#done = 0
    this.#rest = Buffer.alloc(0)
    this.#mark = undefined
  }
}

const absent = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === "ENOENT") return undefined
  throw error
}
