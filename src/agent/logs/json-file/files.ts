// The files of one json-file log, oldest first: Docker's current one and the rotated ones beside it. Docker renames them
// while we look, so a list counts only when it comes out the same twice.
import { createHash } from "node:crypto"
import type { BigIntStats } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"

/** One open file of a log. Closed by `close` unless it was taken. */
export interface LogFile {
  readonly stat: BigIntStats
  /** See {@link markOf}; undefined while the file has no complete line. */
  mark(): Promise<string | undefined>
  take(): FileHandle
  close(): Promise<void>
}

/** A raw line is at most 16 KiB of message, six bytes each when escaped, and a little around it. */
const longestLine = 128 * 1024

/**
 * A name for a file that survives renaming: its inode, and since inodes are used again a hash of its first line. The
 * line alone is not enough: parts of one long message all carry the same time, and may be alike.
 */
export const markOf = ({ ino }: BigIntStats, beginning: Buffer): string | undefined => {
  const end = beginning.indexOf(10)
  if (end < 0 && beginning.length < longestLine) return undefined
  const hash = createHash("sha256").update(beginning.subarray(0, end < 0 ? longestLine : end))
  return `${ino}-${hash.digest("base64url").slice(0, 22)}`
}

export const sameFile = (a: BigIntStats, b: BigIntStats): boolean => a.ino === b.ino && a.dev === b.dev

/** All files of the log at `path`, oldest first, opened. */
export const filesOf = async (path: string): Promise<readonly LogFile[]> => {
  for (;;) {
    const first = await openAll(path)
    const second = await openAll(path)
    const same =
      first.length === second.length && first.every((file, i) => second[i] && sameFile(file.stat, second[i].stat))
    await Promise.all(second.map((file) => file.close()))
    if (same) return first
    await Promise.all(first.map((file) => file.close()))
  }
}

const openAll = async (path: string): Promise<LogFile[]> => {
  const files: LogFile[] = []
  for (let n = 0; ; n++) {
    const handle = await open(n === 0 ? path : `${path}.${n}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
    if (handle) files.unshift(await logFile(handle))
    // Between two renames the current file is missing for a moment; the rotated ones have no gaps.
    else if (n > 0) return files
  }
}

const logFile = async (handle: FileHandle): Promise<LogFile> => {
  let taken = false
  const stat = await handle.stat({ bigint: true })
  return {
    stat,
    mark: async () => {
      const buffer = Buffer.alloc(longestLine)
      const { bytesRead } = await handle.read(buffer, 0, longestLine, 0)
      return markOf(stat, buffer.subarray(0, bytesRead))
    },
    take: () => {
      taken = true
      return handle
    },
    close: async () => {
      if (!taken) await handle.close()
    },
  }
}
