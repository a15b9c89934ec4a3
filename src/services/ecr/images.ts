// Images: PutImage, BatchGetImage, BatchDeleteImage. Their layers are in layers.ts, what lists them in list-images.ts.
import type { Image, ImageFailure, ImageIdentifier } from "@aws-sdk/client-ecr"
import type { Cx, Op } from "../../gate/index.ts"
import { fault } from "../../kernel/index.ts"
import type { EcrImageRow, EcrRepositoryRow, Tx, View } from "../../state/index.ts"
import { imageExists, imagesNotFound, invalidParameter, layersNotFound, tagExists } from "./faults.ts"
import { digestOfText, type Manifest, ManifestRefused, readManifest, sha256Form } from "./manifest.ts"
import { findRepository, keyIn, type Place, placeKey } from "./names.ts"
import { isMutable } from "./repositories.ts"

/** https://docs.docker.com/reference/cli/docker/image/tag/: and the pattern of ECR's ImageTag. */
const tagForm = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

const described = (place: Place, row: EcrImageRow, tag: string | undefined): Image => ({
  registryId: place.account,
  repositoryName: place.repository,
  imageId: { imageDigest: row.digest, ...(tag !== undefined && { imageTag: tag }) },
  imageManifest: row.manifest,
  imageManifestMediaType: row.mediaType,
})

/** The image that has a tag. */
export const byTag = (view: View, place: Place, tag: string): EcrImageRow | undefined =>
  view.ecrImages.first("tag", `${placeKey(place)}:${tag}`)

const read = (text: string, mediaType: string | undefined): Manifest => {
  try {
    return readManifest(text, mediaType)
  } catch (thrown) {
    if (!(thrown instanceof ManifestRefused)) throw thrown
    throw invalidParameter("imageManifest", `Invalid image manifest: ${thrown.message}`)
  }
}

/** Throws unless all that the manifest names is in the repository. */
const checkParts = (view: View, place: Place, { layers, children }: Manifest): void => {
  const absent = layers.filter((digest) => !view.ecrLayers.has(keyIn(place, digest)))
  if (absent.length > 0) throw layersNotFound(place, absent)
  const strangers = children.filter((digest) => !view.ecrImages.has(keyIn(place, digest)))
  if (strangers.length > 0) throw imagesNotFound(place, strangers)
}

/** The largest of the manifests of an index; of an image its own size. */
const sizeOf = (view: View, place: Place, { sizeInBytes, children }: Manifest): number =>
  Math.max(sizeInBytes, ...children.map((digest) => view.ecrImages.get(keyIn(place, digest))?.sizeInBytes ?? 0))

const setTag = (tx: Tx, place: Place, repository: EcrRepositoryRow, digest: string, tag: string): void => {
  const former = byTag(tx, place, tag)
  if (former) {
    if (!isMutable(repository, tag)) throw tagExists(place, tag)
    tx.ecrImages.patch(keyIn(place, former.digest), { tags: former.tags.filter((other) => other !== tag) })
  }
  const row = tx.ecrImages.get(keyIn(place, digest))
  tx.ecrImages.patch(keyIn(place, digest), { tags: [...(row?.tags ?? []), tag] })
}

export const PutImage: Op<"ecr", "PutImage"> = (cx, input) => {
  const { place, row: repository } = findRepository(cx, input)
  const { imageManifest: text = "", imageTag: tag } = input
  if (tag !== undefined && !tagForm.test(tag))
    throw invalidParameter("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'")
  const manifest = read(text, input.imageManifestMediaType)
  const digest = digestOfText(text)
  if (input.imageDigest !== undefined && input.imageDigest !== digest)
    throw fault(
      "ImageDigestDoesNotMatchException",
      "The specified image digest does not match the digest that Amazon ECR calculated for the image.",
    )
  const known = cx.tx.ecrImages.get(keyIn(place, digest))
  if (known && (tag === undefined || known.tags.includes(tag))) throw imageExists(place, digest, tag)
  if (!known) {
    checkParts(cx.tx, place, manifest)
    const { sizeInBytes: _, ...parts } = manifest
    cx.tx.ecrImages.insert({
      account: place.account,
      region: place.region,
      repository: place.repository,
      digest,
      manifest: text,
      ...parts,
      sizeInBytes: sizeOf(cx.tx, place, manifest),
      tags: [],
      pushedAt: cx.now,
    })
  }
  if (tag !== undefined) setTag(cx.tx, place, repository, digest, tag)
  emitAction(cx, place, "PUSH", { imageDigest: digest, ...(tag !== undefined && { imageTag: tag }) })
  const row = cx.tx.ecrImages.get(keyIn(place, digest))
  if (!row) throw new Error("the image that was put is not there")
  return { image: described(place, row, tag) }
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
const emitAction = (cx: Cx, place: Place, action: "PUSH" | "DELETE", id: ImageIdentifier): void => {
  cx.emit({
    source: "aws.ecr",
    detailType: "ECR Image Action",
    resources: [],
    detail: {
      result: "SUCCESS",
      "repository-name": place.repository,
      "image-digest": id.imageDigest,
      "action-type": action,
      "image-tag": id.imageTag ?? "",
    },
  })
}

type Found = { readonly row: EcrImageRow } | { readonly failure: ImageFailure }

const failed = (imageId: ImageIdentifier, failureCode: ImageFailure["failureCode"], failureReason: string): Found => ({
  failure: { imageId, failureCode, failureReason },
})

/** The image that an identifier means, or why there is none, in the words of `failures[]`. */
const findImage = (view: View, place: Place, imageId: ImageIdentifier): Found => {
  const { imageDigest, imageTag } = imageId
  if (imageDigest === undefined && imageTag === undefined)
    return failed(imageId, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
  if (imageDigest !== undefined && !sha256Form.test(imageDigest))
    return failed(
      imageId,
      "InvalidImageDigest",
      "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    )
  if (imageTag !== undefined && !tagForm.test(imageTag))
    return failed(
      imageId,
      "InvalidImageTag",
      "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'",
    ) // text from memory
  const row =
    imageDigest !== undefined ? view.ecrImages.get(keyIn(place, imageDigest)) : byTag(view, place, imageTag ?? "")
  if (!row) return failed(imageId, "ImageNotFound", "Requested image not found")
  if (imageDigest !== undefined && imageTag !== undefined && !row.tags.includes(imageTag))
    return failed(imageId, "ImageTagDoesNotMatchDigest", "Tag does not match digest") // text from memory
  return { row }
}

const checkIds = (imageIds: readonly ImageIdentifier[] | undefined): readonly ImageIdentifier[] => {
  if (!imageIds || imageIds.length < 1 || imageIds.length > 100)
    throw invalidParameter("imageIds", "must have length between 1 and 100")
  return imageIds
}

/** AWS says that it refreshes the time once in 24 hours at least; a minute keeps busy pulls from writing each time. */
const pullTimeStep = 60_000

export const BatchGetImage: Op<"ecr", "BatchGetImage"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const images: Image[] = []
  const failures: ImageFailure[] = []
  for (const imageId of checkIds(input.imageIds)) {
    const found = findImage(cx.tx, place, imageId)
    if ("failure" in found) {
      failures.push(found.failure)
      continue
    }
    const { row } = found
    if (row.lastPulledAt === undefined || cx.now - row.lastPulledAt >= pullTimeStep)
      cx.tx.ecrImages.patch(keyIn(place, row.digest), { lastPulledAt: cx.now })
    images.push(described(place, row, imageId.imageTag))
  }
  return { images, failures }
}

/** Removes an image, and the layers that no other image of the repository needs. */
const removeImage = (tx: Tx, place: Place, row: EcrImageRow): void => {
  tx.ecrImages.delete(keyIn(place, row.digest))
  for (const layer of new Set(row.layers)) {
    const key = keyIn(place, layer)
    if (!tx.ecrImages.first("part", key)) tx.ecrLayers.delete(key)
  }
}

/** A tag alone is taken away, and the image with its last one; a digest is the image with all its tags. */
const deleteImage = (tx: Tx, place: Place, imageId: ImageIdentifier): Found | readonly ImageIdentifier[] => {
  const found = findImage(tx, place, imageId)
  if ("failure" in found) return found
  const { row } = found
  const { imageTag: tag } = imageId
  if (tag !== undefined && imageId.imageDigest === undefined && row.tags.length > 1) {
    tx.ecrImages.patch(keyIn(place, row.digest), { tags: row.tags.filter((other) => other !== tag) })
    return [{ imageDigest: row.digest, imageTag: tag }]
  }
  const indexes = tx.ecrImages.by("part", keyIn(place, row.digest)).map(({ digest }) => digest)
  if (indexes.length > 0)
    return failed(
      imageId,
      "ImageReferencedByManifestList",
      `Requested image referenced by manifest list: [${indexes.join(", ")}]`,
    )
  removeImage(tx, place, row)
  const tags = row.tags.length > 0 ? row.tags : [undefined]
  return tags.map((imageTag) => ({ imageDigest: row.digest, ...(imageTag !== undefined && { imageTag }) }))
}

/** BatchDeleteImage from the registry (`DELETE /v2/<name>/blobs/<digest>`): a layer, unless an image needs it. */
export interface LayerDeletion {
  readonly layerDigest?: string
}

const deleteLayer = (tx: Tx, place: Place, layerDigest: string) => {
  const key = keyIn(place, layerDigest)
  const imageId = { imageDigest: layerDigest }
  const failure = (code: "ImageNotFound" | "ImageReferencedByManifestList", failureReason: string) => ({
    imageIds: [],
    failures: [{ imageId, failureCode: code, failureReason }],
  })
  if (!tx.ecrLayers.has(key)) return failure("ImageNotFound", "Requested layer not found")
  if (tx.ecrImages.first("part", key))
    return failure("ImageReferencedByManifestList", "The layer is part of an image of the repository.")
  tx.ecrLayers.delete(key)
  return { imageIds: [imageId], failures: [] }
}

export const BatchDeleteImage: Op<"ecr", "BatchDeleteImage"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const { layerDigest } = input as LayerDeletion
  if (layerDigest !== undefined) return deleteLayer(cx.tx, place, layerDigest)
  const imageIds: ImageIdentifier[] = []
  const failures: ImageFailure[] = []
  // Indexes first, so that they can be deleted together with what they name.
  const asked = [...checkIds(input.imageIds)]
  const later: ImageIdentifier[] = []
  const attempt = (imageId: ImageIdentifier, last: boolean) => {
    const done = deleteImage(cx.tx, place, imageId)
    if (!("failure" in done)) {
      if (Array.isArray(done)) imageIds.push(...(done as ImageIdentifier[]))
    } else if (!last && done.failure.failureCode === "ImageReferencedByManifestList") later.push(imageId)
    else failures.push(done.failure)
  }
  for (const imageId of asked) attempt(imageId, false)
  for (const imageId of later) attempt(imageId, true)
  for (const imageId of imageIds) emitAction(cx, place, "DELETE", imageId)
  return { imageIds, failures }
}
