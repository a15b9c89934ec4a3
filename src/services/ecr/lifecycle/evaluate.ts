// What a lifecycle policy expires now. Pure: rules, images and the time in, images with their rule out.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html: a rule sees all images that it selects, also
// those that another expires; and what a rule selects by its tags, no rule of lower priority can expire.
import { matches } from "../wildcards.ts"
import type { LifecycleRule } from "./policy.ts"

/** What is looked at of an image. */
export interface LifecycleImage {
  readonly digest: string
  readonly tags: readonly string[]
  readonly pushedAt: number
  /** Manifests of an index. */
  readonly children: readonly string[]
  readonly subject?: string
}

export interface Expiry {
  readonly digest: string
  readonly rulePriority: number
}

export interface Evaluation {
  readonly expired: readonly Expiry[]
  /** When an image that is left becomes too old for its rule. */
  readonly next?: number
}

const day = 24 * 60 * 60 * 1000

const selects = (rule: LifecycleRule, { tags }: LifecycleImage): boolean => {
  switch (rule.tagStatus) {
    case "any":
      return true
    case "untagged":
      return tags.length === 0
    case "tagged":
      return (
        rule.prefixes.every((prefix) => tags.some((tag) => tag.startsWith(prefix))) &&
        rule.patterns.every((pattern) => tags.some((tag) => matches(pattern, tag)))
      )
  }
}

/** Newest first; of two at the same time the order does not change from look to look. */
const byAge = (a: LifecycleImage, b: LifecycleImage): number =>
  b.pushedAt - a.pushedAt || (a.digest < b.digest ? -1 : 1)

/** What the rules (by priority) expire of `images` at `now`. */
export const evaluateLifecycle = (
  rules: readonly LifecycleRule[],
  images: readonly LifecycleImage[],
  now: number,
): Evaluation => {
  const here = new Set(images.map(({ digest }) => digest))
  // What is about another image goes with that one.
  const looked = images.filter(({ subject }) => subject === undefined || !here.has(subject)).toSorted(byAge)
  const claimed = new Set<string>()
  const expired = new Map<string, number>()
  const due: number[] = []
  for (const rule of rules) {
    const selected = looked.filter((image) => selects(rule, image))
    selected.forEach((image, place) => {
      if (claimed.has(image.digest)) return
      const { count } = rule
      const old = count.type === "imageCountMoreThan" ? place >= count.number : now >= image.pushedAt + count.days * day
      if (old) expired.set(image.digest, rule.priority)
      else if (count.type === "sinceImagePushed") due.push(image.pushedAt + count.days * day)
    })
    for (const { digest } of selected) claimed.add(digest)
  }
  keepParts(images, expired)
  for (const { digest, subject } of images) {
    const with_ = subject === undefined ? undefined : expired.get(subject)
    if (with_ !== undefined) expired.set(digest, with_)
  }
  return {
    expired: [...expired].map(([digest, rulePriority]) => ({ digest, rulePriority })),
    ...(due.length > 0 && { next: Math.min(...due) }),
  }
}

/** A manifest of an index stays as long as the index does. */
const keepParts = (images: readonly LifecycleImage[], expired: Map<string, number>): void => {
  for (let changed = true; changed; ) {
    changed = false
    for (const { digest, children } of images)
      if (!expired.has(digest)) for (const child of children) changed = expired.delete(child) || changed
  }
}
