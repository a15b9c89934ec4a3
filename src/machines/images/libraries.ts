// The shared libraries that a program of this machine needs, as the loader that the program itself names lists them. No
// `ldd`: that is a script, and where only programs are there is no shell.
import { closeSync, openSync, readFileSync, readSync } from "node:fs"
import { run } from "../commands.ts"
import type { TarEntry } from "./tar.ts"

/** The absolute paths in a loader's list: `libm.so.6 => /lib/…/libm.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export const libraryPaths = (output: string): string[] => {
  const missing = /^\s*(\S+) => not found$/m.exec(output)
  if (missing) throw new Error(`the library ${missing[1]} is not on this machine`)
  return output.split("\n").flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [])
}

const read = (file: number, position: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, position))
}

/** PT_INTERP of elf(5): the segment that names the loader. */
const interpreterSegment = 3

/** The loader that a 64-bit ELF program names; undefined for one that needs none, and for what is no such program. */
export const loaderOf = (program: string): string | undefined => {
  const file = openSync(program, "r")
  try {
    const header = read(file, 0, 64)
    const isElf64 = header.length === 64 && header.subarray(0, 5).toString("latin1") === "\x7fELF\x02"
    if (!isElf64 || header[5] !== 1) return undefined
    const [at, size, count] = [Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56)]
    for (let i = 0; i < count; i++) {
      const segment = read(file, at + i * size, size)
      if (segment.readUInt32LE(0) !== interpreterSegment) continue
      const [offset, length] = [Number(segment.readBigUInt64LE(8)), Number(segment.readBigUInt64LE(32))]
      return read(file, offset, length).toString("utf8").replace(/\0.*$/, "")
    }
    return undefined
  } finally {
    closeSync(file)
  }
}

/** Archive entries for the libraries of `program`, at the paths where its loader looks; none for a static program. */
export const librariesOf = async (program: string): Promise<TarEntry[]> => {
  const loader = loaderOf(program)
  if (loader === undefined) return []
  const paths = new Set([loader, ...libraryPaths(await run(loader, ["--list", program]))])
  return [...paths].map((path) => ({ path: path.slice(1), content: readFileSync(path), executable: true }))
}
