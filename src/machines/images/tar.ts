// Writing a tar archive (ustar) of a small root file system in memory, with fixed times so that the same content makes
// the same bytes. Only what images need: files, folders and symbolic links.

/** One entry; paths are relative, without a slash in front. */
export type TarEntry =
  | { readonly path: string; readonly content: Uint8Array; readonly executable?: boolean }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly folder: true; readonly mode?: number }

const blockSize = 512

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`

/** ustar keeps 100 bytes of name and 155 of a prefix before it, split at a slash. */
const splitPath = (path: string): { name: string; prefix: string } => {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" }
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { name, prefix }
  }
  throw new Error(`${path} is too long for a tar archive`)
}

const header = (entry: TarEntry): Buffer => {
  const isFolder = "folder" in entry
  const { name, prefix } = splitPath(isFolder && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path)
  const link = "link" in entry ? entry.link : ""
  if (Buffer.byteLength(link) > 100) throw new Error(`the link of ${entry.path} is too long for a tar archive`)
  const bytes = Buffer.alloc(blockSize)
  const mode = isFolder ? (entry.mode ?? 0o755) : "content" in entry && !entry.executable ? 0o644 : 0o755
  bytes.write(name, 0)
  bytes.write(octal(mode, 8), 100)
  bytes.write(octal(0, 8), 108)
  bytes.write(octal(0, 8), 116)
  bytes.write(octal("content" in entry ? entry.content.length : 0, 12), 124)
  bytes.write(octal(0, 12), 136)
  // The checksum is taken with blanks in its own place.
  bytes.write(" ".repeat(8), 148)
  bytes.write(isFolder ? "5" : "link" in entry ? "2" : "0", 156)
  bytes.write(link, 157)
  bytes.write("ustar\0" + "00", 257)
  bytes.write(prefix, 345)
  bytes.write(
    `${bytes
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  )
  return bytes
}

/** The folders above each entry that nobody listed, so that they get a sensible mode. */
const withParents = (entries: readonly TarEntry[]): TarEntry[] => {
  const known = new Set<string>()
  const all: TarEntry[] = []
  for (const entry of entries) {
    const parts = entry.path.split("/").filter(Boolean)
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/")
      if (!known.has(folder)) all.push({ path: folder, folder: true })
      known.add(folder)
    }
    if ("folder" in entry) known.add(parts.join("/"))
    all.push(entry)
  }
  return all
}

/** The archive's bytes. Throws when a path does not fit. */
export const tar = (entries: readonly TarEntry[]): Buffer => {
  const parts: Uint8Array[] = []
  for (const entry of withParents(entries)) {
    parts.push(header(entry))
    if (!("content" in entry)) continue
    parts.push(entry.content, Buffer.alloc((blockSize - (entry.content.length % blockSize)) % blockSize))
  }
  parts.push(Buffer.alloc(2 * blockSize))
  return Buffer.concat(parts)
}
