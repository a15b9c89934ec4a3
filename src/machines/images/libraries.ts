// The shared libraries that a program of this machine needs, as `ldd` of the C library lists them.
import { readFileSync } from "node:fs"
import { CommandError, run } from "../commands.ts"
import type { TarEntry } from "./tar.ts"

/** The absolute paths in ldd's output: `libm.so.6 => /lib/…/libm.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export const libraryPaths = (output: string): string[] => {
  const missing = /^\s*(\S+) => not found$/m.exec(output)
  if (missing) throw new Error(`the library ${missing[1]} is not on this machine`)
  return output.split("\n").flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1] ?? [])
}

/** Archive entries for the libraries of `program`, at the paths where its loader looks; none for a static program. */
export const librariesOf = async (program: string): Promise<TarEntry[]> => {
  const output = await run("ldd", [program]).catch((error: unknown) => {
    if (error instanceof CommandError && /not a dynamic executable|statically linked/.test(error.output)) return ""
    throw error
  })
  return libraryPaths(output).map((path) => ({ path: path.slice(1), content: readFileSync(path), executable: true }))
}
