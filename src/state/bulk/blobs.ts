// Blobs in files: `uploads/<id>` while they arrive, `sha256/<aa>/<hex>` when they are whole. A blob is written, synced and
// renamed before anybody hears of it, so that a file under a digest's name is that content whenever the machine stops.
import { createHash, type Hash } from "node:crypto"
import { createReadStream, mkdirSync, statSync, unlinkSync } from "node:fs"
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { BlobGap, BlobMismatch, type BlobSource, type BlobStore, type HeldBlob } from "../blobs.ts"
import { BulkFull } from "../bulk.ts"

export interface BlobStoreOptions {
  readonly folder: string
}

/** How much of a file is read at a time: enough that a gigabyte is no more than some thousand turns. */
const chunk = 256 * 1024

const digestForm = /^sha256:([0-9a-f]{64})$/
const uploadForm = /^[0-9a-f-]{1,64}$/

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT"
const isNoSpace = (error: unknown): boolean =>
  ["ENOSPC", "EDQUOT", "EFBIG"].includes((error as NodeJS.ErrnoException).code ?? "")

/** Opens the store in `folder`, which is made when it is not there. */
export const openBlobStore = ({ folder }: BlobStoreOptions): BlobStore => {
  const uploadsFolder = join(folder, "uploads")
  const blobsFolder = join(folder, "sha256")
  for (const path of [uploadsFolder, blobsFolder]) mkdirSync(path, { recursive: true, mode: 0o700 })

  /** The digest so far of uploads of this process, with how many bytes it covers. Others are read again. */
  const hashes = new Map<string, { readonly hash: Hash; size: number }>()
  /** Uploads that began here and have not ended. */
  const begun = new Set<string>()
  /** How many hold a blob. */
  const held = new Map<string, number>()

  const uploadPath = (upload: string): string => {
    if (!uploadForm.test(upload)) throw new Error("an upload's id has other characters than a UUID")
    return join(uploadsFolder, upload)
  }
  const blobPath = (digest: string): string => {
    const hex = digestForm.exec(digest)?.[1]
    if (hex === undefined) throw new Error(`${digest} is not a digest`)
    return join(blobsFolder, hex.slice(0, 2), hex)
  }
  const sizeOf = (digest: string): number | undefined => {
    try {
      return statSync(blobPath(digest)).size
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }
  const hold = (digest: string): HeldBlob | undefined => {
    const size = sizeOf(digest)
    if (size === undefined) return undefined
    held.set(digest, (held.get(digest) ?? 0) + 1)
    let over = false
    return {
      size,
      release: () => {
        if (over) return
        over = true
        const left = (held.get(digest) ?? 1) - 1
        if (left > 0) held.set(digest, left)
        else held.delete(digest)
      },
    }
  }

  const append = async (upload: string, from: number | undefined, source: BlobSource): Promise<number | undefined> => {
    const file = await openOrNone(uploadPath(upload), "r+")
    if (!file) return undefined
    try {
      let { size } = await file.stat()
      if (from !== undefined && from !== size) throw new BlobGap(size)
      const known = hashes.get(upload)
      const state = known?.size === size ? known : size === 0 ? { hash: createHash("sha256"), size: 0 } : undefined
      if (state) hashes.set(upload, state)
      else hashes.delete(upload)
      for await (const bytes of source instanceof Uint8Array ? [source] : source) {
        await writeAll(file, bytes, size)
        size += bytes.byteLength
        if (!state) continue
        state.hash.update(bytes)
        state.size = size
      }
      return size
    } finally {
      await file.close()
    }
  }

  const digestOf = async (upload: string, size: number): Promise<string> => {
    const known = hashes.get(upload)
    if (known?.size === size) return `sha256:${known.hash.copy().digest("hex")}`
    const hash = createHash("sha256")
    for await (const bytes of createReadStream(uploadPath(upload), { highWaterMark: chunk }))
      hash.update(bytes as Buffer)
    return `sha256:${hash.digest("hex")}`
  }

  const complete = async (upload: string, digest: string): Promise<HeldBlob | undefined> => {
    const path = blobPath(digest)
    const file = await openOrNone(uploadPath(upload), "r+")
    if (!file) return undefined
    try {
      const found = await digestOf(upload, (await file.stat()).size)
      if (found !== digest) throw new BlobMismatch(found)
      await file.sync()
    } catch (error) {
      throw isNoSpace(error) ? new BulkFull("no-space") : error
    } finally {
      await file.close()
    }
    // Held before it has its name: the sweep must not see it without.
    held.set(digest, (held.get(digest) ?? 0) + 1)
    try {
      const parent = join(path, "..")
      mkdirSync(parent, { recursive: true, mode: 0o700 })
      // One that is there already is replaced by the same bytes.
      await rename(uploadPath(upload), path)
      await syncFolder(parent)
      await syncFolder(blobsFolder)
      hashes.delete(upload)
      begun.delete(upload)
      return hold(digest)
    } finally {
      const left = (held.get(digest) ?? 1) - 1
      if (left > 0) held.set(digest, left)
      else held.delete(digest)
    }
  }

  return {
    begin: async (upload) => {
      begun.add(upload)
      try {
        const file = await open(uploadPath(upload), "wx", 0o600)
        await file.close()
      } catch (error) {
        throw isNoSpace(error) ? new BulkFull("no-space") : error
      }
    },
    append,
    complete,
    cancel: async (upload) => {
      hashes.delete(upload)
      begun.delete(upload)
      await rm(uploadPath(upload), { force: true })
    },
    hold,
    sizeOf,
    read: (digest, span) => createReadStream(blobPath(digest), { highWaterMark: chunk, ...span }),
    remove: (digest) => {
      if (held.has(digest)) return
      try {
        unlinkSync(blobPath(digest))
      } catch (error) {
        if (!isMissing(error)) throw error
      }
    },
    digests: async () => {
      const found: string[] = []
      for (const part of await readdir(blobsFolder))
        for (const hex of await readdir(join(blobsFolder, part))) found.push(`sha256:${hex}`)
      return found.filter((digest) => digestForm.test(digest))
    },
    oldUploads: async () =>
      (await readdir(uploadsFolder)).filter((upload) => uploadForm.test(upload) && !begun.has(upload)),
  }
}

const openOrNone = async (path: string, flags: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, flags)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Writes all of `bytes` at `position`, or leaves the file as it was before. */
const writeAll = async (file: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  try {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
      done += bytesWritten
    }
  } catch (error) {
    await file.truncate(position)
    throw isNoSpace(error) ? new BulkFull("no-space") : error
  }
}

/** Makes names in a folder durable. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
