// Folders with mounts below them (a dockerd leaves some when it is killed): unmounting and deleting without ever
// walking into a mounted file system.
import { readFileSync, rmSync } from "node:fs"
import { CommandError, run } from "./commands.ts"

/** Mount points at or below `folder`, the deepest first. */
export const mountsBelow = (folder: string, mountinfo = readFileSync("/proc/self/mountinfo", "utf8")): string[] =>
  mountinfo
    .split("\n")
    .map((line) =>
      line
        .split(" ")[4]
        ?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((point): point is string => point !== undefined && (point === folder || point.startsWith(`${folder}/`)))
    .reverse()

/** Unmounts everything below a folder of ours and deletes it. Throws when a mount stays. */
export const deleteFolder = async (folder: string): Promise<void> => {
  for (const point of mountsBelow(folder)) {
    try {
      await run("umount", ["-l", "--", point])
    } catch (error) {
      // Several mounts on one point, or a parent that took it along: what counts is the look below.
      if (!(error instanceof CommandError)) throw error
    }
  }
  const left = mountsBelow(folder)
  if (left.length > 0) throw new Error(`cannot delete ${folder}: ${left[0]} stays mounted`)
  rmSync(folder, { recursive: true, force: true })
}
