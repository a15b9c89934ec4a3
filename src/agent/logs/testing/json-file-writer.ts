// Writes a json-file log and rotates it as Docker does: `.1` is the newest of the old files. For tests.
import { existsSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs"

/** What Docker splits messages at. */
const splitBytes = 16 * 1024

export interface JsonFileWriter {
  /** A line of the container; without `newline` it stays open. */
  write(text: string, options?: { stream?: "stdout" | "stderr"; time?: number; newline?: boolean }): void
  rotate(): void
}

/** Appends to the file at `path`; rotates by itself when it grows beyond `maxSize`, keeping `maxFiles` in all. */
export const jsonFileWriter = (
  path: string,
  { maxSize = Number.POSITIVE_INFINITY, maxFiles = 5 } = {},
): JsonFileWriter => {
  let fd = openSync(path, "a")
  const rotate = () => {
    rmSync(`${path}.${maxFiles - 1}`, { force: true })
    for (let n = maxFiles - 1; n > 1; n--)
      if (existsSync(`${path}.${n - 1}`)) renameSync(`${path}.${n - 1}`, `${path}.${n}`)
    renameSync(path, `${path}.1`)
    fd = openSync(path, "a")
  }
  return {
    rotate,
    write: (text, { stream = "stdout", time = 1_700_000_000_000, newline = true } = {}) => {
      const whole = Buffer.from(newline ? `${text}\n` : text)
      for (let from = 0; from < whole.length; from += splitBytes) {
        const log = whole.toString("utf8", from, from + splitBytes)
        writeSync(fd, `${JSON.stringify({ log, stream, time: new Date(time).toISOString() })}\n`)
        if (statSync(path).size > maxSize) rotate()
      }
    },
  }
}
