// Blobs: contents named by their digest, each kept once however many records point to it (layers of images). They come by
// uploads that may be interrupted. What no record points to is swept. On disk they are in bulk/blobs.ts.
import type { Readable } from "node:stream"

/** Bytes at once, or as they arrive. */
export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>

/** Bytes were sent that do not follow what the upload has. */
export class BlobGap extends Error {
  /** How many bytes the upload has. */
  readonly size: number
  constructor(size: number) {
    super(`The upload has ${size} bytes.`)
    this.name = "BlobGap"
    this.size = size
  }
}

/** What was uploaded is not what its digest says. */
export class BlobMismatch extends Error {
  readonly found: string
  constructor(found: string) {
    super(`The digest of what was uploaded is ${found}.`)
    this.name = "BlobMismatch"
    this.found = found
  }
}

/** A blob that is to stay until the record that points to it is there. */
export interface HeldBlob {
  readonly size: number
  /** From now on a blob without a record may go. */
  release(): void
}

/** A store of blobs. Upload ids are the caller's choice; digests are `sha256:<64 hex>`. */
export interface BlobStore {
  begin(upload: string): Promise<void>
  /**
   * Appends to an upload at `from`, at its end when `from` is undefined; answers how many bytes it has now. What arrived
   * before the source failed is kept. Throws {@link BlobGap}, BulkFull, and what the source throws. Undefined when
   * there is no such upload. Calls for one upload must not overlap.
   */
  append(upload: string, from: number | undefined, source: BlobSource): Promise<number | undefined>
  /** Makes the upload a blob, durable when this resolves. Throws {@link BlobMismatch}, after which the upload is as before. */
  complete(upload: string, digest: string): Promise<HeldBlob | undefined>
  cancel(upload: string): Promise<void>
  /** Keeps a blob that is there from being removed. */
  hold(digest: string): HeldBlob | undefined
  /** The size of a blob that is there. */
  sizeOf(digest: string): number | undefined
  /** The bytes from `start` to `end`, both inclusive. */
  read(digest: string, span?: { readonly start: number; readonly end: number }): Readable
  /** Removes a blob unless somebody holds it. */
  remove(digest: string): void
  /** All that is there: for the sweep of orphans. */
  digests(): Promise<readonly string[]>
  /** Uploads that were begun before the store was opened. */
  oldUploads(): Promise<readonly string[]>
}
