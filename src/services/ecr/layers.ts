// Layers: what a repository has, downloads, and uploads. The registry's HTTP (src/registry) comes here too, through the
// gate, with bodies that stream: the two inputs at the end of this head are what it may add to AWS's.
import type { Layer, LayerFailure } from "@aws-sdk/client-ecr"
import type { BulkOp, Op, ReadCx, ReadOp } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import { BlobGap, BlobMismatch, type BlobSource, BulkFull, type EcrUploadRow } from "../../state/index.ts"
import { invalidParameter, layerNotFound, noRoom, uploadNotFound } from "./faults.ts"
import { sha256Form } from "./manifest.ts"
import { findRepository, keyIn, type NamesRepository, type Place } from "./names.ts"
import type { EcrPorts } from "./ports.ts"
import { signDownload } from "./tokens.ts"

/** UploadLayerPart from the registry: a body that arrives as it is read, and `partFirstByte` absent for "at the end". */
export interface StreamedPart extends NamesRepository {
  readonly uploadId: string
  readonly partFirstByte?: number | undefined
  readonly layerPartBlob: BlobSource
}
/** InitiateLayerUpload from the registry: the upload is to be a layer that another repository has. */
export interface Mounting extends NamesRepository {
  readonly mounts?: string
}
/** CompleteLayerUpload from the registry: the upload is given up. */
export interface Ending extends NamesRepository {
  readonly abandon?: true
}

/** What an upload part should have. AWS asks for 10 MiB, and takes 5 to 20. */
const partSize = 10 * 1024 * 1024

const tagless = (place: Place) => ({ registryId: place.account, repositoryName: place.repository })

const uploadOf = (cx: ReadCx, place: Place, id = ""): EcrUploadRow => {
  const upload = cx.tx.ecrUploads.get(keyIn(place, id))
  if (!upload) throw uploadNotFound(place, id)
  return upload
}

export const BatchCheckLayerAvailability: ReadOp<"ecr", "BatchCheckLayerAvailability"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const digests = input.layerDigests ?? []
  if (digests.length < 1 || digests.length > 100)
    throw invalidParameter("layerDigests", "must have length between 1 and 100")
  const layers: Layer[] = []
  const failures: LayerFailure[] = []
  for (const layerDigest of digests) {
    const row = cx.tx.ecrLayers.get(keyIn(place, layerDigest))
    if (!sha256Form.test(layerDigest))
      failures.push({
        layerDigest,
        failureCode: "InvalidLayerDigest",
        failureReason:
          "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'", // text from memory
      })
    else if (row) layers.push({ layerDigest, layerAvailability: "AVAILABLE", layerSize: row.sizeInBytes })
    else layers.push({ layerDigest, layerAvailability: "UNAVAILABLE" })
  }
  return { layers, failures }
}

/** AWS: the URL is good for an hour. */
const urlLifetime = 60 * 60 * 1000

export const GetDownloadUrlForLayer =
  (ports: EcrPorts): Op<"ecr", "GetDownloadUrlForLayer"> =>
  (cx, input) => {
    const { place } = findRepository(cx, input)
    const digest = input.layerDigest ?? ""
    if (!cx.tx.ecrLayers.has(keyIn(place, digest))) throw layerNotFound(place, digest)
    const host = cx.caller.host ?? `127.0.0.1:${ports.registryPort()}`
    const query = signDownload(cx, digest, Math.floor(ports.wallNow()) + urlLifetime)
    return {
      downloadUrl: `${cx.caller.secure ? "https" : "http"}://${host}/v2/_layers/${digest}?${query}`,
      layerDigest: digest,
    }
  }

/** Turns what the store throws into what the caller did, or that there is no room. */
const stored = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (thrown) {
    throw thrown instanceof BulkFull ? noRoom() : thrown
  }
}

export const initiateLayerUpload = (
  ports: EcrPorts,
): BulkOp<"ecr", "InitiateLayerUpload", { place: Place; id: string }, void> => ({
  prepare: (cx, input) => ({ place: findRepository(cx, input).place, id: cx.ids.uuid() }),
  run: ({ layers }, { id }) => stored(layers.begin(id)),
  finish: (cx, input, { id }) => {
    // It may be gone meanwhile; the file is an orphan then, and swept.
    const { place } = findRepository(cx, input)
    const { mounts } = input as Mounting
    const { account, region, repository } = place
    const startedAt = Math.floor(ports.wallNow())
    cx.tx.ecrUploads.insert({ account, region, repository, id, startedAt, ...(mounts !== undefined && { mounts }) })
    return { uploadId: id, partSize }
  },
})

export const uploadLayerPart: BulkOp<
  "ecr",
  "UploadLayerPart",
  { place: Place; part: StreamedPart },
  { size: number } | { gap: number }
> = {
  // One after the other: a client that was cut off comes again while the first request is still being given up.
  serial: (scope, input) => `ecr upload ${scope.region} ${input.uploadId}`,
  prepare: (cx, input) => {
    const { place } = findRepository(cx, input)
    const { id } = uploadOf(cx, place, input.uploadId)
    const part = input as unknown as StreamedPart
    const { layerPartBlob: body } = part
    if (body instanceof Uint8Array && input.partLastByte !== undefined) {
      const { partFirstByte = 0, partLastByte } = input
      if (partLastByte - partFirstByte + 1 !== body.byteLength)
        throw invalidParameter("partLastByte", "must be the number of the part's last byte") // text from memory
    }
    return { place, part: { ...part, uploadId: id } }
  },
  run: async ({ layers }, { place, part }) => {
    try {
      const size = await stored(layers.append(part.uploadId, part.partFirstByte, part.layerPartBlob))
      if (size === undefined) throw uploadNotFound(place, part.uploadId)
      return { size }
    } catch (thrown) {
      if (thrown instanceof BlobGap) return { gap: thrown.size }
      throw thrown
    }
  },
  finish: (cx, input, { place }, found) => {
    const { id } = uploadOf(cx, place, input.uploadId)
    if ("gap" in found)
      throw fault(
        "InvalidLayerPartException",
        "The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload.",
        { ...tagless(place), uploadId: id, lastValidByteReceived: found.gap - 1 },
      )
    return { ...tagless(place), uploadId: id, lastByteReceived: found.size - 1 }
  },
}

interface Completed {
  readonly size: number
  readonly release: () => void
}

export const completeLayerUpload = (
  ports: EcrPorts,
): BulkOp<
  "ecr",
  "CompleteLayerUpload",
  { place: Place; upload: EcrUploadRow; digest: string; abandon: boolean },
  Completed | undefined
> => ({
  serial: (scope, input) => `ecr upload ${scope.region} ${input.uploadId}`,
  prepare: (cx, input) => {
    const { place } = findRepository(cx, input)
    const upload = uploadOf(cx, place, input.uploadId)
    const abandon = (input as Ending).abandon === true
    const [digest = "", ...more] = input.layerDigests ?? []
    if (!abandon && (more.length > 0 || !sha256Form.test(digest)))
      throw invalidParameter("layerDigests", "must be one digest of the form 'sha256:[a-fA-F0-9]{64}'") // text from memory
    return { place, upload, digest, abandon }
  },
  run: async ({ layers }, { place, upload, digest, abandon }) => {
    if (abandon) {
      await layers.cancel(upload.id)
      return undefined
    }
    if (upload.mounts !== undefined) {
      const held = layers.hold(upload.mounts)
      if (!held || upload.mounts !== digest) throw layerNotFound(place, digest)
      await layers.cancel(upload.id)
      return held
    }
    try {
      const blob = await stored(layers.complete(upload.id, digest))
      if (!blob) throw uploadNotFound(place, upload.id)
      return blob
    } catch (thrown) {
      if (!(thrown instanceof BlobMismatch)) throw thrown
      throw fault(
        "InvalidLayerException",
        `Layer digest algorithm not supported or digest does not match: the digest of the upload is '${thrown.found}', and '${digest}' was expected`, // text from memory
      )
    }
  },
  finish: (cx, input, { place, digest }, found) => {
    try {
      const { id } = uploadOf(cx, place, input.uploadId)
      cx.tx.ecrUploads.delete(keyIn(place, id))
      const answer = { ...tagless(place), uploadId: id, layerDigest: digest }
      if (!found) return answer
      const { account, region, repository } = place
      const uploadedAt = Math.floor(ports.wallNow())
      if (!cx.tx.ecrLayers.has(keyIn(place, digest)))
        cx.tx.ecrLayers.insert({ account, region, repository, digest, sizeInBytes: found.size, uploadedAt })
      return answer
    } finally {
      found?.release()
    }
  },
})
