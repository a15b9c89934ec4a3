// Lifecycle policies: put, shown, deleted, and tried out. They are applied by controllers/ecr-lifecycle.
import type { LifecyclePolicyPreviewResult } from "@aws-sdk/client-ecr"
import type { Op, ReadOp } from "../../../gate/index.ts"
import { fault } from "../../../kernel/index.ts"
import type { EcrPreview, EcrRepositoryRow, View } from "../../../state/index.ts"
import { invalidParameter, noLifecyclePolicy } from "../faults.ts"
import { findRepository, type Place, placeKey } from "../names.ts"
import { byKey, pageOf } from "../pages.ts"
import { type Evaluation, evaluateLifecycle } from "./evaluate.ts"
import { LifecycleRefused, type LifecycleRule, readLifecyclePolicy } from "./policy.ts"

const read = (text: string): readonly LifecycleRule[] => {
  try {
    return readLifecyclePolicy(text)
  } catch (thrown) {
    if (!(thrown instanceof LifecycleRefused)) throw thrown
    throw invalidParameter("LifecyclePolicyText", `Lifecycle policy validation failure: ${thrown.message}`)
  }
}

/** What the policy `text` expires in a repository at `now`. */
export const evaluateIn = (view: View, place: Place, text: string, now: number): Evaluation =>
  evaluateLifecycle(readLifecyclePolicy(text), view.ecrImages.by("repository", placeKey(place)), now)

const named = (place: Place) => ({ registryId: place.account, repositoryName: place.repository })

const policyOf = (place: Place, row: EcrRepositoryRow): string => {
  if (row.lifecyclePolicy === undefined) throw noLifecyclePolicy(place)
  return row.lifecyclePolicy
}

const evaluated = ({ evaluatedAt }: EcrRepositoryRow) =>
  evaluatedAt === undefined ? {} : { lastEvaluatedAt: new Date(evaluatedAt) }

export const PutLifecyclePolicy: Op<"ecr", "PutLifecyclePolicy"> = (cx, input) => {
  const { place } = findRepository(cx, input)
  const { lifecyclePolicyText = "" } = input
  read(lifecyclePolicyText)
  cx.tx.ecrRepositories.patch(placeKey(place), { lifecyclePolicy: lifecyclePolicyText, evaluatedAt: undefined })
  return { ...named(place), lifecyclePolicyText }
}

export const GetLifecyclePolicy: ReadOp<"ecr", "GetLifecyclePolicy"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  return { ...named(place), lifecyclePolicyText: policyOf(place, row), ...evaluated(row) }
}

export const DeleteLifecyclePolicy: Op<"ecr", "DeleteLifecyclePolicy"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  const lifecyclePolicyText = policyOf(place, row)
  cx.tx.ecrRepositories.patch(placeKey(place), { lifecyclePolicy: undefined, evaluatedAt: undefined })
  return { ...named(place), lifecyclePolicyText, ...evaluated(row) }
}

/** It is done at once, so the answer says COMPLETE where AWS's says IN_PROGRESS. */
export const StartLifecyclePolicyPreview: Op<"ecr", "StartLifecyclePolicyPreview"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  const text = input.lifecyclePolicyText ?? policyOf(place, row)
  read(text)
  const images = new Map(cx.tx.ecrImages.by("repository", placeKey(place)).map((image) => [image.digest, image]))
  const results = evaluateIn(cx.tx, place, text, cx.now).expired.flatMap(({ digest, rulePriority }) => {
    const image = images.get(digest)
    return image ? [{ digest, rulePriority, tags: image.tags, pushedAt: image.pushedAt }] : []
  })
  cx.tx.ecrRepositories.patch(placeKey(place), { preview: { policy: text, results } })
  return { ...named(place), lifecyclePolicyText: text, status: "COMPLETE" }
}

type Result = EcrPreview["results"][number]

const resultOf = ({ digest, tags, pushedAt, rulePriority }: Result): LifecyclePolicyPreviewResult => ({
  imageDigest: digest,
  ...(tags.length > 0 && { imageTags: [...tags] }),
  imagePushedAt: new Date(pushedAt),
  action: { type: "EXPIRE" },
  appliedRulePriority: rulePriority,
})

export const GetLifecyclePolicyPreview: ReadOp<"ecr", "GetLifecyclePolicyPreview"> = (cx, input) => {
  const { place, row } = findRepository(cx, input)
  const { preview } = row
  if (!preview)
    throw fault(
      "LifecyclePolicyPreviewNotFoundException",
      `Lifecycle policy preview does not exist for the repository with name '${place.repository}' in the registry with id '${place.account}'`, // text from memory
    )
  const { imageIds, filter } = input
  const asked = (result: Result) =>
    !imageIds ||
    imageIds.some(({ imageDigest, imageTag }) =>
      imageDigest === undefined ? result.tags.includes(imageTag ?? "") : imageDigest === result.digest,
    )
  const status = filter?.tagStatus ?? "ANY"
  const wanted = preview.results.filter(
    (result) => asked(result) && (status === "ANY" || (status === "TAGGED") === result.tags.length > 0),
  )
  const keyOf = (result: Result) => result.digest
  const list = `preview ${placeKey(place)} ${status}`
  const { items, nextToken } = pageOf(list, input, wanted.toSorted(byKey(keyOf)), keyOf)
  return {
    ...named(place),
    lifecyclePolicyText: preview.policy,
    status: "COMPLETE",
    previewResults: items.map(resultOf),
    summary: { expiringImageTotalCount: wanted.length },
    ...(nextToken !== undefined && { nextToken }),
  }
}
