// What lists images: DescribeImages, ListImages and ListImageReferrers.
import type { ImageDetail, ImageIdentifier, ImageReferrer } from "@aws-sdk/client-ecr"
import type { ReadOp } from "../../gate/index.ts"
import type { EcrImageRow } from "../../state/index.ts"
import { imageNotFound, invalidParameter } from "./faults.ts"
import { byTag } from "./images.ts"
import { sha256Form } from "./manifest.ts"
import { findRepository, keyIn, type Place, placeKey } from "./names.ts"
import { byKey, pageOf } from "./pages.ts"

const detailOf = (place: Place, row: EcrImageRow): ImageDetail => ({
  registryId: place.account,
  repositoryName: place.repository,
  imageDigest: row.digest,
  ...(row.tags.length > 0 && { imageTags: [...row.tags] }),
  imageSizeInBytes: row.sizeInBytes,
  imagePushedAt: new Date(row.pushedAt),
  imageManifestMediaType: row.mediaType,
  ...(row.artifactMediaType !== undefined && { artifactMediaType: row.artifactMediaType }),
  ...(row.lastPulledAt !== undefined && { lastRecordedPullTime: new Date(row.lastPulledAt) }),
  ...(row.subject !== undefined && { subjectManifestDigest: row.subject }),
  imageStatus: "ACTIVE",
})

interface Filter {
  readonly tagStatus?: string | undefined
  readonly imageStatus?: string | undefined
}

/** Nothing is ever archived here: all images are active. */
const passes = ({ tagStatus = "ANY", imageStatus = "ACTIVE" }: Filter, tagged: boolean): boolean =>
  (tagStatus === "ANY" || (tagStatus === "TAGGED") === tagged) && (imageStatus === "ACTIVE" || imageStatus === "ANY")

const checkFilter = ({ tagStatus }: Filter): void => {
  if (tagStatus !== undefined && !["TAGGED", "UNTAGGED", "ANY"].includes(tagStatus))
    throw invalidParameter("tagStatus", "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]")
}

const digestOf = (row: EcrImageRow): string => row.digest

export const DescribeImages: ReadOp<"ecr", "DescribeImages"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const { imageIds, filter = {} } = input
  checkFilter(filter)
  if (imageIds !== undefined) {
    if (imageIds.length < 1 || imageIds.length > 100)
      throw invalidParameter("imageIds", "must have length between 1 and 100")
    const found = new Set<EcrImageRow>()
    for (const id of imageIds) {
      const row =
        id.imageDigest !== undefined
          ? cx.tx.ecrImages.get(keyIn(place, id.imageDigest))
          : byTag(cx.tx, place, id.imageTag ?? "")
      if (!row || (id.imageDigest !== undefined && id.imageTag !== undefined && !row.tags.includes(id.imageTag)))
        throw imageNotFound(place, id)
      found.add(row)
    }
    return { imageDetails: [...found].map((row) => detailOf(place, row)) }
  }
  const rows = cx.tx.ecrImages.by("repository", placeKey(place)).filter((row) => passes(filter, row.tags.length > 0))
  const list = `images ${placeKey(place)} ${filter.tagStatus ?? "ANY"}`
  const { items, nextToken } = pageOf(list, input, [...rows].sort(byKey(digestOf)), digestOf)
  return { imageDetails: items.map((row) => detailOf(place, row)), ...(nextToken !== undefined && { nextToken }) }
}

export const ListImages: ReadOp<"ecr", "ListImages"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const { filter = {} } = input
  checkFilter(filter)
  const all: ImageIdentifier[] = cx.tx.ecrImages
    .by("repository", placeKey(place))
    .filter((row) => passes(filter, row.tags.length > 0))
    .flatMap((row) =>
      row.tags.length === 0
        ? [{ imageDigest: row.digest }]
        : row.tags.map((imageTag) => ({ imageDigest: row.digest, imageTag })),
    )
  const keyOf = ({ imageDigest = "", imageTag = "" }: ImageIdentifier): string => `${imageTag} ${imageDigest}`
  const list = `ids ${placeKey(place)} ${filter.tagStatus ?? "ANY"}`
  const { items, nextToken } = pageOf(list, input, all.sort(byKey(keyOf)), keyOf)
  return { imageIds: [...items], ...(nextToken !== undefined && { nextToken }) }
}

export const ListImageReferrers: ReadOp<"ecr", "ListImageReferrers"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const subject = input.subjectId?.imageDigest ?? ""
  if (!sha256Form.test(subject))
    throw invalidParameter("subjectId.imageDigest", "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'")
  const types = input.filter?.artifactTypes
  const rows = cx.tx.ecrImages
    .by("subject", keyIn(place, subject))
    .filter((row) => types === undefined || types.includes(row.artifactType ?? ""))
  const list = `referrers ${keyIn(place, subject)} ${JSON.stringify(types ?? [])}`
  const limited = { ...input, maxResults: input.maxResults ?? 50 }
  const { items, nextToken } = pageOf(list, limited, [...rows].sort(byKey(digestOf)), digestOf)
  const referrers = items.map(
    (row): ImageReferrer => ({
      digest: row.digest,
      mediaType: row.mediaType,
      size: Buffer.byteLength(row.manifest),
      ...(row.artifactType !== undefined && { artifactType: row.artifactType }),
      ...(row.annotations && { annotations: { ...row.annotations } }),
      artifactStatus: "ACTIVE",
    }),
  )
  return { referrers, ...(nextToken !== undefined && { nextToken }) }
}
